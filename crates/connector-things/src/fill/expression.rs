//! The levels of RFC 6570 that Thing Descriptions use: `{name}`, `{/name}`, `{?one,two}`, `{&more}`.

/// A piece of a text with variables.
#[derive(Debug, PartialEq)]
pub(super) enum Piece {
    /// As it is.
    Text(String),
    /// To be filled in.
    Variable(Expression),
}

/// What stands between braces.
#[derive(Debug, PartialEq)]
pub(super) struct Expression {
    /// `?`, `&` or `/`; none for a plain value. Any other is filled in as a plain value too, encoded.
    pub(super) operator: Option<char>,
    /// The variables.
    pub(super) names: Vec<String>,
}

impl Expression {
    /// Whether it makes pairs of a query.
    pub(super) fn is_query(&self) -> bool {
        matches!(self.operator, Some('?' | '&'))
    }
}

/// The text in pieces; an open brace that is not closed is text.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let (mut out, mut rest) = (Vec::new(), text);
    while let Some((before, after)) = rest.split_once('{') {
        let Some((inside, behind)) = after.split_once('}') else { break };
        if !before.is_empty() {
            out.push(Piece::Text(before.to_owned()));
        }
        let operator = inside.chars().next().filter(|letter| "?&/+#;.".contains(*letter));
        let names = inside.trim_start_matches(['?', '&', '/', '+', '#', ';', '.']).split(',');
        let names = names.map(|name| name.trim_end_matches('*').trim().to_owned()).collect();
        out.push(Piece::Variable(Expression { operator, names }));
        rest = behind;
    }
    if !rest.is_empty() {
        out.push(Piece::Text(rest.to_owned()));
    }
    out
}

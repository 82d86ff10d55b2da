//! A path's template.

#[derive(Debug, PartialEq)]
pub(super) enum Piece<'a> {
    Literal(&'a str),
    /// A parameter's name.
    Variable(&'a str),
}

/// `/users/{id}` in pieces.
pub(super) fn pieces(template: &str) -> Vec<Piece<'_>> {
    let (mut rest, mut pieces) = (template, Vec::new());
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        if !before.is_empty() {
            pieces.push(Piece::Literal(before));
        }
        pieces.push(Piece::Variable(name));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    pieces
}

//! A path's template.

/// `/users/{id}` in pieces. What stands behind `?` goes into the query; what stands behind `#` is never sent: documents
/// of APIs that have one path for everything write it there to tell their operations apart.
#[derive(Debug, PartialEq)]
pub(super) struct Template<'a> {
    pub(super) pieces: Vec<Piece<'a>>,
    /// Without `?`, as the document wrote it.
    pub(super) query: &'a str,
}

#[derive(Debug, PartialEq)]
pub(super) enum Piece<'a> {
    Literal(&'a str),
    /// A parameter's name.
    Variable(&'a str),
}

impl<'a> Template<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let text = text.split_once('#').map_or(text, |(text, _)| text);
        let (mut path, query) = text.split_once('?').unwrap_or((text, ""));
        let mut pieces = Vec::new();
        while let Some((before, rest)) = path.split_once('{') {
            let Some((name, after)) = rest.split_once('}') else { break };
            if !before.is_empty() {
                pieces.push(Piece::Literal(before));
            }
            pieces.push(Piece::Variable(name));
            path = after;
        }
        if !path.is_empty() {
            pieces.push(Piece::Literal(path));
        }
        Self { pieces, query }
    }
}

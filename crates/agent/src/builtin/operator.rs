use super::cursor::Cursor;

/// How a field is compared, as the message says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    /// One of `filters`' operators.
    Plain(&'static str),
    Between,
    In,
    Null(bool),
    /// `on 2026-01-01`: the whole day.
    On,
}

const WORDS: [(&str, Operator); 62] = [
    ("greater than or equal to", Operator::Plain("gte")),
    ("more than or equal to", Operator::Plain("gte")),
    ("less than or equal to", Operator::Plain("lte")),
    ("at least", Operator::Plain("gte")),
    ("no less than", Operator::Plain("gte")),
    ("on or after", Operator::Plain("gte")),
    ("starting from", Operator::Plain("gte")),
    ("since", Operator::Plain("gte")),
    ("from", Operator::Plain("gte")),
    ("at most", Operator::Plain("lte")),
    ("no more than", Operator::Plain("lte")),
    ("up to", Operator::Plain("lte")),
    ("on or before", Operator::Plain("lte")),
    ("until", Operator::Plain("lte")),
    ("more than", Operator::Plain("gt")),
    ("greater than", Operator::Plain("gt")),
    ("higher than", Operator::Plain("gt")),
    ("larger than", Operator::Plain("gt")),
    ("bigger than", Operator::Plain("gt")),
    ("later than", Operator::Plain("gt")),
    ("newer than", Operator::Plain("gt")),
    ("exceeding", Operator::Plain("gt")),
    ("exceeds", Operator::Plain("gt")),
    ("over", Operator::Plain("gt")),
    ("above", Operator::Plain("gt")),
    ("after", Operator::Plain("gt")),
    ("less than", Operator::Plain("lt")),
    ("lower than", Operator::Plain("lt")),
    ("smaller than", Operator::Plain("lt")),
    ("fewer than", Operator::Plain("lt")),
    ("cheaper than", Operator::Plain("lt")),
    ("earlier than", Operator::Plain("lt")),
    ("older than", Operator::Plain("lt")),
    ("under", Operator::Plain("lt")),
    ("below", Operator::Plain("lt")),
    ("before", Operator::Plain("lt")),
    ("different from", Operator::Plain("ne")),
    ("other than", Operator::Plain("ne")),
    ("equal to", Operator::Plain("eq")),
    ("equals", Operator::Plain("eq")),
    ("exactly", Operator::Plain("eq")),
    ("between", Operator::Between),
    ("containing", Operator::Plain("contains")),
    ("contains", Operator::Plain("contains")),
    ("contain", Operator::Plain("contains")),
    ("including", Operator::Plain("contains")),
    ("includes", Operator::Plain("contains")),
    ("matching", Operator::Plain("contains")),
    ("like", Operator::Plain("contains")),
    ("starting with", Operator::Plain("starts_with")),
    ("starts with", Operator::Plain("starts_with")),
    ("start with", Operator::Plain("starts_with")),
    ("beginning with", Operator::Plain("starts_with")),
    ("begins with", Operator::Plain("starts_with")),
    ("one of", Operator::In),
    ("in", Operator::In),
    ("on", Operator::On),
    ("empty", Operator::Null(true)),
    ("null", Operator::Null(true)),
    ("missing", Operator::Null(true)),
    ("unset", Operator::Null(true)),
    ("set", Operator::Null(false)),
];

impl Operator {
    /// The operator that is next after a field, and whether `not` stood before it. `is` alone is `eq`.
    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Option<(Self, bool)> {
        if let Some(operator) = mark(cursor) {
            return Some((operator, false));
        }
        let mut here = *cursor;
        let is = here.eat_any("is|are|was|were|be").is_some();
        let is_not = here.eat_any("isn't|isnt|aren't|doesn't|does not|not").is_some();
        let found = WORDS.iter().find(|(words, _)| here.eat(words)).map(|(_, operator)| *operator);
        let operator = match found {
            Some(Self::Null(_)) if !is && !is_not => return None,
            Some(operator) => operator,
            None if is || is_not => Self::Plain("eq"),
            None => return None,
        };
        *cursor = here;
        Some((operator, is_not))
    }

    /// A comparison that stands without a field: `over 100`, `before 2026-01-01`.
    pub(crate) fn read_bare(cursor: &mut Cursor<'_>) -> Option<Self> {
        let mut here = *cursor;
        here.eat_any("is|are");
        let operator = mark(&mut here)
            .filter(|operator| !matches!(operator, Self::Plain("eq" | "ne")))
            .or_else(|| WORDS.iter().find(|(words, _)| here.eat(words)).map(|(_, operator)| *operator))?;
        let fits = matches!(operator, Self::Plain("lt" | "lte" | "gt" | "gte") | Self::Between | Self::On);
        if fits {
            *cursor = here;
        }
        fits.then_some(operator)
    }
}

fn mark(cursor: &mut Cursor<'_>) -> Option<Operator> {
    let operator = match cursor.peek()?.text.as_str() {
        "=" | ":" => "eq",
        "!=" => "ne",
        "<" => "lt",
        "<=" => "lte",
        ">" => "gt",
        ">=" => "gte",
        _ => return None,
    };
    if cursor.peek()?.kind != super::words::Kind::Mark {
        return None;
    }
    cursor.skip(1);
    Some(Operator::Plain(operator))
}

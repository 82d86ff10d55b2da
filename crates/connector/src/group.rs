use serde::{Deserialize, Serialize};

/// One term of an aggregate's `group_by`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// A sortable field.
    pub field: String,
    /// Times are cut to the start of this unit, in UTC.
    pub unit: Option<Unit>,
    /// What it is called in the answer and in `sort`: `status`, `created_at:month`.
    pub name: String,
}

/// What times are cut to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// From January 1st.
    Year,
    /// From the 1st of January, April, July or October.
    Quarter,
    /// From the 1st.
    Month,
    /// From Monday (ISO 8601).
    Week,
    /// From midnight.
    Day,
    /// From the full hour.
    Hour,
    /// From the full minute.
    Minute,
}

impl Unit {
    /// All, the longest first.
    pub const ALL: [Self; 7] =
        [Self::Year, Self::Quarter, Self::Month, Self::Week, Self::Day, Self::Hour, Self::Minute];

    /// The word used in arguments.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Quarter => "quarter",
            Self::Month => "month",
            Self::Week => "week",
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Minute => "minute",
        }
    }

    /// Whether it is shorter than a day. The start of such a unit is shown as `2026-01-31T09:00:00Z`, of others as
    /// `2026-01-31`.
    pub const fn is_within_a_day(self) -> bool {
        matches!(self, Self::Hour | Self::Minute)
    }
}

impl From<String> for Group {
    fn from(field: String) -> Self {
        Self { name: field.clone(), field, unit: None }
    }
}

impl From<&str> for Group {
    fn from(field: &str) -> Self {
        Self::from(field.to_owned())
    }
}

use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The day in UTC.
pub(crate) fn utc() -> Date {
    jiff::Timestamp::now().to_zoned(TimeZone::UTC).date()
}

//! Dates and times as MySQL spells them. It takes others, but none with a zone on MariaDB, and two digits for a year.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// A date and time in UTC, where it has a zone; as it is, where it has none.
pub(super) fn instant(text: &str) -> Option<String> {
    let text = upper(text);
    let plain = text.parse::<Timestamp>().map(|at| at.to_zoned(TimeZone::UTC)).map(|at: Zoned| at.datetime());
    let at: DateTime = plain.or_else(|_| text.parse()).ok()?;
    spelled(at)
}

pub(super) fn date(text: &str) -> Option<String> {
    let text = upper(text);
    // Of a time with a zone the date is what is written, as in PostgreSQL.
    instant(&text)?;
    let date: Date = text.get(..10)?.parse().ok()?;
    (date.year() >= 0).then(|| format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()))
}

/// `-12:34:56.789`: beyond a day, too, since it may be a span. At most 838 hours.
pub(super) fn of_day(text: &str) -> Option<String> {
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (clock, part) = rest.split_once('.').unwrap_or((rest, "0"));
    let digits =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = clock.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next().unwrap_or("00"));
    let sixty = |text: &str| text.len() == 2 && digits(text, 2) && text < "60";
    let fits = parts.next().is_none() && digits(hours, 3) && sixty(minutes) && sixty(seconds) && digits(part, 6);
    (fits && hours.parse::<u32>().ok()? <= 838).then(|| format!("{sign}{hours}:{minutes}:{seconds}.{part}"))
}

/// RFC 3339 section 5.6 takes `t` and `z` as well, and a blank is as common.
fn upper(text: &str) -> String {
    text.trim().to_ascii_uppercase()
}

fn spelled(at: DateTime) -> Option<String> {
    let micros = at.subsec_nanosecond() / 1000;
    (at.year() >= 0).then(|| {
        format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{micros:06}",
            at.year(),
            at.month(),
            at.day(),
            at.hour(),
            at.minute(),
            at.second()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_brought_to_utc() {
        for (given, expected) in [
            ("2026-01-31T09:30:00Z", "2026-01-31 09:30:00.000000"),
            ("2026-01-31t09:30:00.123456+02:00", "2026-01-31 07:30:00.123456"),
            ("2026-01-31 09:30", "2026-01-31 09:30:00.000000"),
            ("2026-01-31 09:30:00+00", "2026-01-31 09:30:00.000000"),
            ("2026-01-31", "2026-01-31 00:00:00.000000"),
        ] {
            assert_eq!(instant(given).as_deref(), Some(expected), "{given}");
        }
        for given in ["", "soon", "2026-02-30", "2026-13-01T00:00:00Z", "26-01-31", "0000-00-00", "12:00"] {
            assert_eq!(instant(given), None, "{given}");
        }
        assert_eq!((date("2026-01-31"), date("2026-02-30")), (Some("2026-01-31".into()), None));
        assert_eq!(date("2026-01-31T23:00:00Z").as_deref(), Some("2026-01-31"));
    }

    #[test]
    fn times_may_be_spans() {
        assert_eq!(of_day("-838:59:59.5").as_deref(), Some("-838:59:59.5"));
        assert_eq!(of_day("9:30").as_deref(), Some("9:30:00.0"));
        for given in ["", "9", "9:3", "25:61:00", "1:2:3:4", "839:00:00", "10:00:00.1234567", "noon"] {
            assert_eq!(of_day(given), None, "{given}");
        }
    }
}

use connector::Field;
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde_json::Value;

use super::condition::Condition;
use super::cursor::Cursor;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A day that is named next, with how the user wrote it where that was a date or a time.
pub(crate) fn day(cursor: &mut Cursor<'_>, today: Date) -> Option<(Date, Option<String>)> {
    let named = match cursor.word(0) {
        "today" | "now" => Some(today),
        "yesterday" => today.checked_sub(1.day()).ok(),
        "tomorrow" => today.checked_add(1.day()).ok(),
        _ => None,
    };
    if let Some(day) = named {
        cursor.skip(1);
        return Some((day, None));
    }
    let token = cursor.peek()?;
    let date = token.text.get(..10)?.parse::<Date>().ok()?;
    cursor.skip(1);
    Some((date, Some(token.text.clone())))
}

/// A stretch of days that is named next: from the first day up to, but without, the second.
pub(crate) fn span(cursor: &mut Cursor<'_>, today: Date) -> Option<(Date, Date)> {
    let mut here = *cursor;
    let span = named(&mut here, today).or_else(|| {
        here = *cursor;
        counted(&mut here, today)
    });
    let span = span.or_else(|| {
        here = *cursor;
        written(&mut here, today)
    })?;
    *cursor = here;
    Some(span)
}

fn named(cursor: &mut Cursor<'_>, today: Date) -> Option<(Date, Date)> {
    let day = |shift: i64| Some((today.checked_add(shift.days()).ok()?, today.checked_add((shift + 1).days()).ok()?));
    let shift = match cursor.next()?.lower.as_str() {
        "today" => return day(0),
        "yesterday" => return day(-1),
        "tomorrow" => return day(1),
        "this" => 0,
        "last" | "previous" => -1,
        "next" => 1,
        _ => return None,
    };
    let unit = cursor.next()?.lower.as_str().trim_end_matches("'s");
    whole(unit, shift, today)
}

/// The week (from Monday), month or year `shift` after the present one.
fn whole(unit: &str, shift: i64, today: Date) -> Option<(Date, Date)> {
    match unit {
        "week" => {
            let monday = today.checked_sub(i64::from(today.weekday().since(Weekday::Monday)).days()).ok()?;
            let from = monday.checked_add((7 * shift).days()).ok()?;
            Some((from, from.checked_add(7.days()).ok()?))
        }
        "month" => {
            let from = today.first_of_month().checked_add(shift.months()).ok()?;
            Some((from, from.checked_add(1.month()).ok()?))
        }
        "year" => {
            let from = today.first_of_year().checked_add(shift.years()).ok()?;
            Some((from, from.checked_add(1.year()).ok()?))
        }
        _ => None,
    }
}

/// `last 7 days`, today included.
fn counted(cursor: &mut Cursor<'_>, today: Date) -> Option<(Date, Date)> {
    cursor.eat_any("the last|last|past|the past")?;
    let count = i64::try_from(cursor.number()?).ok().filter(|count| *count <= 10_000)?;
    let back = match cursor.next()?.lower.as_str() {
        "day" | "days" => count.days(),
        "week" | "weeks" => count.weeks(),
        "month" | "months" => count.months(),
        "year" | "years" => count.years(),
        _ => return None,
    };
    let after = today.checked_add(1.day()).ok()?;
    Some((after.checked_sub(back).ok()?, after))
}

/// `2026`, `2026-03`, `march 2026`, `march`.
fn written(cursor: &mut Cursor<'_>, today: Date) -> Option<(Date, Date)> {
    let year = |text: &str| text.parse::<i16>().ok().filter(|year| text.len() == 4 && (1900..2200).contains(year));
    let word = cursor.next()?.lower.as_str();
    if let Some(month) = MONTHS.iter().position(|name| *name == word) {
        let year = match year(cursor.word(0)) {
            Some(year) => {
                cursor.skip(1);
                year
            }
            None => today.year(),
        };
        let from = Date::new(year, i8::try_from(month).ok()? + 1, 1).ok()?;
        return Some((from, from.checked_add(1.month()).ok()?));
    }
    if let Some(year) = year(word) {
        let from = Date::new(year, 1, 1).ok()?;
        return Some((from, from.checked_add(1.year()).ok()?));
    }
    let (year_text, month) = word.split_once('-')?;
    let from = Date::new(year(year_text)?, month.parse().ok()?, 1).ok()?;
    (month.len() == 2).then_some((from, from.checked_add(1.month()).ok()?))
}

/// From one day up to, but without, another; a single day of a field of days is that day.
pub(crate) fn stretch(field: &Field, from: Date, to: Date) -> Vec<Condition> {
    let days = field.schema.get("format").and_then(Value::as_str) == Some("date");
    if days && from.tomorrow().is_ok_and(|next| next == to) {
        return vec![Condition::new(&field.name, "eq", value(from, field))];
    }
    vec![Condition::new(&field.name, "gte", value(from, field)), Condition::new(&field.name, "lt", value(to, field))]
}

/// A field of times compared with a whole day: after it is from the next day on.
pub(crate) fn compared(field: &Field, operator: &'static str, day: Date) -> Condition {
    let times = field.schema.get("format").and_then(Value::as_str) == Some("date-time");
    match (operator, day.tomorrow()) {
        ("gt", Ok(next)) if times => Condition::new(&field.name, "gte", value(next, field)),
        ("lte", Ok(next)) if times => Condition::new(&field.name, "lt", value(next, field)),
        _ => Condition::new(&field.name, operator, value(day, field)),
    }
}

/// A day as a value of a field: its first moment in UTC where the field holds times.
pub(crate) fn value(day: Date, field: &Field) -> Value {
    match field.schema.get("format").and_then(Value::as_str) {
        Some("date-time") => format!("{day}T00:00:00Z").into(),
        _ => day.to_string().into(),
    }
}

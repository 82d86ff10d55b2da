//! What is too large.

use connector::{Outcome, Result};

pub(super) fn notice(bytes_max: usize) -> String {
    format!(
        "The answer is larger than {bytes_max} bytes: the rest of it is missing. Ask for less, by a filter or a smaller page."
    )
}

/// Text as a string, as much of it as fits.
pub(super) fn text(text: &str, was_cut: bool, bytes_max: usize) -> Result<Outcome> {
    let mut room = bytes_max.saturating_sub(2);
    let fits = text.char_indices().find(|(_, char)| {
        let size = match char {
            '"' | '\\' | '\n' | '\r' | '\t' => 2,
            char if char.is_control() => 6,
            char => char.len_utf8(),
        };
        let is_over = room < size;
        room = room.saturating_sub(size);
        is_over
    });
    let (shown, is_cut) = match fits {
        Some((at, _)) => (text.get(..at).unwrap_or_default(), true),
        None => (text, was_cut),
    };
    let mut outcome = Outcome::of(&shown)?;
    if is_cut {
        outcome.has_more = Some(true);
        outcome.notices.push(notice(bytes_max));
    }
    Ok(outcome)
}

//! The keys that users choose.

use connector::{Error, Identifier, Result};
use serde_json::Value;

/// Refuses a key that cannot be one: it is shown, sorted and written again by people and models.
pub(crate) fn check(key: &str, bytes_max: usize) -> Result<()> {
    if key.is_empty() || key.len() > bytes_max {
        return Err(Error::invalid(format!("A `key` has 1 to {bytes_max} bytes.")));
    }
    if key.trim() != key || !key.chars().all(is_printable) {
        return Err(Error::invalid("A `key` is printable text without spaces around it, such as editor.theme."));
    }
    Ok(())
}

/// The key that an identifier names. Digits are a key too.
pub(crate) fn named(identifier: &Identifier, bytes_max: usize) -> Result<String> {
    let key = match identifier.single() {
        Some(Value::String(text)) => text.clone(),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
        _ => return Err(Error::invalid("`identifier` is the setting's `key`.")),
    };
    check(&key, bytes_max)?;
    Ok(key)
}

/// Neither a control character nor one that is not seen or turns the writing around (Unicode's Cf, separators, private
/// use and noncharacters, as far as they can be told by range).
fn is_printable(one: char) -> bool {
    !one.is_control()
        && !matches!(one,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{10ffff}')
}

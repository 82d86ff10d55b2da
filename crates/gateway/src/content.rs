//! What a resource made for a model, checked before it is passed on: shapes, sizes, and characters that do things to
//! whoever displays them.

use connector::{Content, Error, ErrorKind, Result};
use serde_json::{Value, json};

/// The largest `_meta` that is passed on, in bytes.
const META_BYTES_MAX: usize = 64 * 1024;
/// Longest failure that is told in the envelope, in characters.
const FAILURE_CHARS_MAX: usize = 2000;

/// The content with every block a known one and every text safe to show.
///
/// # Errors
/// [`ErrorKind::LimitExceeded`] where it is larger than an answer may be.
pub(crate) fn checked(mut content: Content, bytes_max: usize) -> Result<Content> {
    let mut bytes = 0;
    for block in &mut content.blocks {
        tidy_block(block);
        bytes += size(block);
    }
    bytes += content.structured.as_ref().map_or(0, size);
    if content.meta.values().map(size).sum::<usize>() > META_BYTES_MAX {
        content.meta.clear();
    }
    // Connectors keep to the bound, each by its own count.
    if bytes > bytes_max.saturating_add(bytes_max / 8).saturating_add(1024) {
        let sentence = format!("The answer has {bytes} bytes, and at most {bytes_max} are passed on. Ask for less.");
        return Err(Error::new(ErrorKind::LimitExceeded, sentence));
    }
    Ok(content)
}

/// Makes a block safe to pass on. One that is none of MCP's is replaced by a text that says so.
pub(crate) fn tidy_block(block: &mut Value) {
    let is = |name: &str| block.get(name).is_some_and(Value::is_string);
    let good = match block.get("type").and_then(Value::as_str) {
        Some("text") => is("text"),
        Some("image" | "audio") => is("data") && is("mimeType"),
        Some("resource_link") => is("uri") && is("name"),
        Some("resource") => block.get("resource").is_some_and(is_contents),
        _ => false,
    };
    if !good {
        *block = json!({"type": "text", "text": "(Something that cannot be shown here was left out.)"});
        return;
    }
    match block.get("type").and_then(Value::as_str) {
        Some("text") => tidy(block.get_mut("text")),
        Some("resource") => tidy(block.get_mut("resource").and_then(|it| it.get_mut("text"))),
        Some("resource_link") => ["name", "title", "description"].iter().for_each(|it| tidy(block.get_mut(*it))),
        _ => {}
    }
}

/// Whether this is what a document holds: text, or bytes in base64.
pub(crate) fn is_contents(value: &Value) -> bool {
    let is = |name: &str| value.get(name).is_some_and(Value::is_string);
    is("uri") && (is("text") || is("blob"))
}

/// Takes control characters out of a text; line ends and tabs stay.
pub(crate) fn tidy(value: Option<&mut Value>) {
    if let Some(Value::String(text)) = value
        && text.chars().any(is_unsafe)
    {
        text.retain(|c| !is_unsafe(c));
    }
}

/// Characters that move a terminal's cursor, or turn the direction of the text around them.
fn is_unsafe(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What the texts of a failed answer say.
pub(crate) fn failure(content: &Content) -> String {
    let texts = content.blocks.iter().filter(|block| block.get("type").is_some_and(|kind| kind == "text"));
    let texts: Vec<_> = texts.filter_map(|block| block.get("text")?.as_str()).collect();
    match texts.join("\n") {
        text if text.trim().is_empty() => "The resource says that this failed, and not why.".to_owned(),
        text => text.chars().take(FAILURE_CHARS_MAX).collect(),
    }
}

/// About how many bytes a value has as JSON.
pub(crate) fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(_) => 8,
        Value::String(text) => text.len() + 2,
        Value::Array(items) => 2 + items.iter().map(|item| size(item) + 1).sum::<usize>(),
        Value::Object(object) => 2 + object.iter().map(|(key, value)| key.len() + 4 + size(value)).sum::<usize>(),
    }
}

#[cfg(test)]
mod tests {
    use connector::{Content, ErrorKind};
    use serde_json::json;

    use super::{checked, failure};

    #[test]
    fn a_good_block_passes_as_it_is_and_a_strange_one_does_not() {
        let image = json!({"type": "image", "data": "AAAA", "mimeType": "image/png", "annotations": {"priority": 1}});
        let text = json!({"type": "text", "text": "a\u{1b}[2Jb\n\u{202e}c\té"});
        let blocks = vec![image.clone(), text, json!({"type": "spell"}), json!({"type": "image", "data": 1})];
        let content = checked(Content { blocks, ..Content::default() }, 1000).expect("it is small");
        let left_out = json!({"type": "text", "text": "(Something that cannot be shown here was left out.)"});
        assert_eq!(content.blocks, [image, json!({"type": "text", "text": "a[2Jb\nc\té"}), left_out.clone(), left_out]);
    }

    #[test]
    fn content_beyond_the_bound_is_refused() {
        let blocks = vec![json!({"type": "text", "text": "x".repeat(3000)})];
        let error = checked(Content { blocks, ..Content::default() }, 1000).expect_err("it is too large");
        assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    }

    #[test]
    fn a_failure_is_told_by_its_texts() {
        let blocks = vec![json!({"type": "text", "text": "no"}), json!({"type": "text", "text": "paper"})];
        assert_eq!(failure(&Content { blocks, ..Content::default() }), "no\npaper");
        assert_eq!(failure(&Content::default()), "The resource says that this failed, and not why.");
    }
}

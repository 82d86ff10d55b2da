use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use connector::{Content, Outcome, Result};
use serde_json::value::to_raw_value;
use serde_json::{Map, Value};

/// Keys of `_meta` that are between the server and us.
const HOP: &str = "io.modelcontextprotocol/";
/// The largest `_meta` that is passed on.
const META_BYTES_MAX: usize = 64 << 10;

/// A tool's result: its blocks as they are, as far as they are blocks and as many as fit.
pub(super) fn outcome(result: Map<String, Value>, bytes_max: usize) -> Result<Outcome> {
    let (mut left, mut notices) = (bytes_max, Vec::new());
    let mut structured = result.get("structuredContent").cloned();
    if let Some(size) = structured.as_ref().map(|value| value.to_string().len()) {
        if size > left {
            structured = None;
            notices.push(format!("The answer's data has {size} bytes, more than is passed on: it was left out."));
        } else {
            left -= size;
        }
    }
    let blocks = result.get("content").and_then(Value::as_array).cloned().unwrap_or_default();
    let (blocks, said) = fitting(blocks, left);
    notices.extend(said);
    let failed = result.get("isError") == Some(&Value::Bool(true));
    let data = match (&structured, blocks.as_slice()) {
        (Some(structured), _) => structured.clone(),
        (None, [one]) if one.get("type") == Some(&"text".into()) => one.get("text").cloned().unwrap_or_default(),
        (None, several) => several.to_vec().into(),
    };
    let data = Some(to_raw_value(&data).map_err(connector::Error::internal)?);
    let content = Content { blocks, structured, failed, meta: meta(&result) };
    Ok(Outcome { data, notices, content: Some(content), ..Outcome::default() })
}

/// What a result says to the client beside.
fn meta(result: &Map<String, Value>) -> Map<String, Value> {
    let meta = result.get("_meta").and_then(Value::as_object).cloned().unwrap_or_default();
    let meta: Map<String, Value> = meta.into_iter().filter(|(key, _)| !key.starts_with(HOP)).collect();
    if Value::from(meta.clone()).to_string().len() > META_BYTES_MAX { Map::new() } else { meta }
}

/// Those blocks that are ones and fit, and what to say of the others. A text that does not fit is cut.
fn fitting(blocks: Vec<Value>, bytes_max: usize) -> (Vec<Value>, Vec<String>) {
    let (mut kept, mut left) = (Vec::new(), bytes_max);
    let (mut strange, mut large) = (0_usize, 0_usize);
    for mut block in blocks {
        if !is_block(&block) {
            strange += 1;
            continue;
        }
        let size = block.to_string().len();
        if size <= left {
            left -= size;
            kept.push(block);
            continue;
        }
        large += 1;
        let frame = size - block.get("text").map_or(0, |text| text.to_string().len());
        let room = left.saturating_sub(frame);
        if let Some(Value::String(text)) = block.get_mut("text").filter(|_| room > 0) {
            // A letter may take six bytes where it is escaped: what is left is half of what would fit at worst.
            while text.len() > 16 && Value::from(text.as_str()).to_string().len() > room {
                text.truncate(text.floor_char_boundary(text.len() / 2));
            }
            kept.push(block);
        }
        left = 0;
    }
    let mut notices = Vec::new();
    if strange > 0 {
        notices.push(format!("{strange} of the answer's parts are not what the protocol knows, and were left out."));
    }
    if large > 0 {
        notices.push(format!(
            "The answer is larger than {bytes_max} bytes: {large} of its parts were cut or left out. Ask for less."
        ));
    }
    (kept, notices)
}

/// Whether it is a block of content (2026-07-28, server/tools, "Tool Result").
pub(super) fn is_block(block: &Value) -> bool {
    let text = |key: &str| block.get(key).and_then(Value::as_str);
    match text("type") {
        Some("text") => text("text").is_some(),
        Some("image" | "audio") => text("mimeType").is_some() && text("data").is_some_and(is_base64),
        Some("resource") => block.get("resource").is_some_and(is_contents),
        Some("resource_link") => text("uri").is_some_and(|uri| !uri.is_empty()) && text("name").is_some(),
        _ => false,
    }
}

/// Whether it is what stands in a document.
pub(super) fn is_contents(contents: &Value) -> bool {
    let text = |key: &str| contents.get(key).and_then(Value::as_str);
    text("uri").is_some() && (text("text").is_some() || text("blob").is_some_and(is_base64))
}

fn is_base64(text: &str) -> bool {
    STANDARD.decode(text).is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn blocks_pass_as_they_are_and_what_is_none_is_told() {
        let text = json!({"type": "text", "text": "hi", "annotations": {"audience": ["user"]}, "x-own": 1});
        let image = json!({"type": "image", "data": "AAEC", "mimeType": "image/png"});
        let wrong = [
            json!({"type": "image", "data": "no base64!", "mimeType": "image/png"}),
            json!({"type": "film"}),
            json!(3),
        ];
        let all: Vec<Value> = [text.clone(), image.clone()].into_iter().chain(wrong).collect();
        let meta = json!({"com.example/x": 1, "io.modelcontextprotocol/serverInfo": {}});
        let given = outcome(object(json!({"content": all, "isError": true, "_meta": meta})), 10_000).unwrap();
        let content = given.content.unwrap();
        assert_eq!(content.blocks, [text, image]);
        assert!(content.failed && content.structured.is_none());
        assert_eq!(content.meta, object(json!({"com.example/x": 1})));
        assert_eq!(given.notices, ["3 of the answer's parts are not what the protocol knows, and were left out."]);
    }

    #[test]
    fn what_does_not_fit_is_cut_and_told() {
        let content = json!([{"type": "text", "text": "é".repeat(5_000)}, {"type": "text", "text": "more"}]);
        let given = outcome(object(json!({"content": content})), 1_000).unwrap();
        let blocks = given.content.unwrap().blocks;
        assert_eq!(blocks.len(), 1);
        assert!(blocks[0].to_string().len() <= 1_000 && blocks[0].to_string().len() > 300, "{}", blocks[0]);
        assert_eq!(given.notices.len(), 1);
    }
}

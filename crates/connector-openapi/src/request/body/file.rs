//! Files as arguments.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use connector::Result;
use serde_json::{Value, json};

use super::super::refused;

/// What a caller gave as a file: its text, or `{"name": …, "type": …, "text": …}`, or the same with `base64`.
#[derive(Debug, PartialEq)]
pub(super) struct File {
    pub(super) name: Option<String>,
    pub(super) media_type: Option<String>,
    pub(super) content: Bytes,
    pub(super) is_text: bool,
}

/// What callers are told of it.
pub(super) fn schema(description: Option<&str>) -> Value {
    let mut schema = json!({
        "anyOf": [
            { "type": "string", "description": "The file's content, as text." },
            {
                "type": "object",
                "properties": {
                    "name": { "type": "string", "description": "The file's name." },
                    "type": { "type": "string", "description": "Its media type, such as image/png." },
                    "text": { "type": "string", "description": "Its content, as text." },
                    "base64": { "type": "string", "description": "Its content in Base64, instead of text." },
                },
                "additionalProperties": false,
                "oneOf": [{ "required": ["text"] }, { "required": ["base64"] }],
            },
        ],
    });
    let description = description.map(|text| format!("A file: {text}"));
    schema["description"] = description.unwrap_or_else(|| "A file.".to_owned()).into();
    schema
}

pub(super) fn read(argument: &str, value: &Value) -> Result<File> {
    let how = || {
        refused(
            argument,
            "is a file: give its text, or an object with `text` or `base64` and perhaps `name` and `type`.",
        )
    };
    if let Value::String(text) = value {
        return Ok(File { name: None, media_type: None, content: Bytes::from(text.clone()), is_text: true });
    }
    let members = value.as_object().ok_or_else(how)?;
    let text = |key: &str| members.get(key).and_then(Value::as_str);
    let (content, is_text) = match (text("text"), text("base64")) {
        (Some(text), None) => (Bytes::from(text.to_owned()), true),
        (None, Some(base64)) => {
            let base64 = base64.split_ascii_whitespace().collect::<String>();
            let content = decode(&base64).ok_or_else(|| refused(argument, "has a `base64` that is not Base64."))?;
            (Bytes::from(content), false)
        }
        _ => return Err(how()),
    };
    let media_type = text("type").map(str::to_owned);
    if media_type.as_deref().is_some_and(|media_type| !is_media_type(media_type)) {
        return Err(refused(argument, "has a `type` that is not a media type such as image/png."));
    }
    Ok(File { name: text("name").map(str::to_owned), media_type, content, is_text })
}

/// Both alphabets (RFC 4648 sections 4 and 5), with padding or without: models write all of them.
fn decode(base64: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    [alphabet::STANDARD, alphabet::URL_SAFE]
        .iter()
        .find_map(|alphabet| GeneralPurpose::new(alphabet, config).decode(base64).ok())
}

/// RFC 9110 section 8.3.1, as far as safety asks: a type, a subtype, and nothing that ends a header.
fn is_media_type(text: &str) -> bool {
    let is_token = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    let essence = text.split(';').next().unwrap_or_default().trim();
    let is_printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    is_printable && essence.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
}

//! What a POST to `/mcp` must be before it is read as one of MCP's messages.

use http::HeaderMap;
use rmcp::model::RequestId;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::errors::{Unfit, VERSIONS};

/// Headers that may be there once at most: with two, whoever reads the other one is misled.
const SINGLE: [&str; 3] = ["mcp-protocol-version", "mcp-method", "mcp-name"];

/// The outside of a JSON-RPC message. A member that is there twice is refused.
#[derive(Deserialize)]
struct Message<'a> {
    #[serde(default)]
    jsonrpc: Value,
    #[serde(default, deserialize_with = "there")]
    id: Option<Value>,
    #[serde(default)]
    method: Value,
    #[serde(default, borrow)]
    params: Option<&'a RawValue>,
    #[serde(default, borrow)]
    result: Option<&'a RawValue>,
    #[serde(default, borrow)]
    error: Option<&'a RawValue>,
}

/// Tells `"id": null` from no id.
fn there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Checks the outside of a message and gives its id.
pub(super) fn check(headers: &HeaderMap, body: &[u8]) -> Result<Option<RequestId>, Unfit> {
    let message = read(body)?;
    let id = match &message.id {
        None => None,
        Some(Value::String(id)) => Some(RequestId::String(id.as_str().into())),
        Some(Value::Number(id)) if id.is_i64() => id.as_i64().map(RequestId::Number),
        Some(_) => return Err(Unfit::request(None, "\"id\" must be a string or an integer.")),
    };
    if message.jsonrpc != "2.0" {
        return Err(Unfit::request(id, "\"jsonrpc\" must be \"2.0\"."));
    }
    match &message.method {
        Value::String(method) => {
            if message.params.is_some_and(|params| !params.get().starts_with('{')) {
                return Err(Unfit::params(id, "\"params\" must be an object."));
            }
            check_cursor(&id, method, message.params)?;
            check_headers(headers, &id, method, message.params)?;
        }
        Value::Null if message.result.is_some() || message.error.is_some() => {}
        Value::Null => return Err(Unfit::request(id, "\"method\" is missing.")),
        _ => return Err(Unfit::request(id, "\"method\" must be a string.")),
    }
    Ok(id)
}

fn read(body: &[u8]) -> Result<Message<'_>, Unfit> {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'{') {
        return serde_json::from_slice(body).map_err(|error| match error.is_data() {
            true => Unfit::request(None, format_args!("The body is not a JSON-RPC message: {error}.")),
            false => Unfit::parse(error),
        });
    }
    // Anything else is either not JSON or not an object.
    match serde_json::from_slice::<&RawValue>(body) {
        Ok(_) if first == Some(&b'[') => {
            Err(Unfit::request(None, "Batches are not taken: send one message at a time."))
        }
        Ok(_) => Err(Unfit::request(None, "A JSON-RPC message is an object.")),
        Err(error) => Err(Unfit::parse(error)),
    }
}

/// The revision that a header alone names must be one that is spoken here. Where the body names one too, or asks for
/// one by `initialize`, that is settled with it.
fn check_headers(
    headers: &HeaderMap,
    id: &Option<RequestId>,
    method: &str,
    params: Option<&RawValue>,
) -> Result<(), Unfit> {
    if let Some(name) = SINGLE.iter().find(|name| headers.get_all(**name).iter().count() > 1) {
        return Err(Unfit::header(id.clone(), format_args!("The header {name} is there more than once.")));
    }
    let Some(version) = headers.get("mcp-protocol-version") else { return Ok(()) };
    let known = VERSIONS.iter().any(|known| version == known.as_str());
    if known || method == "initialize" || names_a_version(params) {
        return Ok(());
    }
    Err(Unfit::version(id.clone(), &String::from_utf8_lossy(version.as_bytes())))
}

/// A cursor that is no text would otherwise count as none, and give the first page again.
fn check_cursor(id: &Option<RequestId>, method: &str, params: Option<&RawValue>) -> Result<(), Unfit> {
    let cursor = || value(params).get("cursor").cloned();
    let is_list = matches!(method, "tools/list" | "prompts/list" | "resources/list" | "resources/templates/list");
    match is_list.then(cursor).flatten() {
        Some(cursor) if !cursor.is_string() => Err(Unfit::params(id.clone(), "\"cursor\" must be a string.")),
        _ => Ok(()),
    }
}

fn names_a_version(params: Option<&RawValue>) -> bool {
    value(params)["_meta"]["io.modelcontextprotocol/protocolVersion"].is_string()
}

fn value(params: Option<&RawValue>) -> Value {
    params.and_then(|params| serde_json::from_str(params.get()).ok()).unwrap_or_default()
}

use access::Effect;
use serde::Serialize;
use serde_json::value::RawValue;

/// One call as the audit keeps it. As JSON it is one line; a table has a column for each key.
///
/// Every text is cut to a bounded length, so a line has at most 32 KiB.
#[derive(Clone, Debug, Serialize)]
pub struct AuditLine {
    /// Milliseconds since 1970-01-01 UTC, when the call ended; while it is only begun, when it began.
    pub time_ms: u64,
    /// Names this call and no other, ever: 32 hexadecimal digits.
    pub call_id: String,
    /// Names the request in answers and logs. One chat request makes several calls.
    pub request_id: String,
    /// The user's id.
    pub caller: String,
    /// The token's issuer.
    pub issuer: String,
    /// Where it came in: `mcp`, `stdio`, `http`, `chat`, `cli`.
    pub door: &'static str,
    /// The tool's name as it was called.
    pub tool: String,
    /// The resource, where the call got that far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The collection or action, where the call got that far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The effect, where the call got that far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// SHA-256 of the arguments' JSON text, hexadecimal, where a digest is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments_sha256: Option<String>,
    /// The arguments without what is secret, where those are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Box<RawValue>>,
    /// `ok`, an error code, `cancelled`, or `begun` while the outcome is not known yet.
    pub outcome: &'static str,
    /// From the call to its end, in microseconds.
    pub duration_us: u64,
    /// Whether the sink may hold it as begun already, by its `call_id`.
    #[serde(skip)]
    pub begun: bool,
}

impl AuditLine {
    /// The line as JSON, without a line end.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The first bytes of a text, whole characters only.
pub(super) fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::Value;
use serde_json::value::RawValue;

use super::Redaction;

/// What the audit keeps of a call's arguments.
#[derive(Clone, Debug, Default)]
pub enum AuditArguments {
    /// The SHA-256 of their JSON text: whoever knows the arguments can prove them, and short ones can be guessed.
    #[default]
    Digest,
    /// The arguments themselves, without what is secret and cut to a bounded length.
    Redacted(Arc<Redaction>),
    /// Nothing.
    None,
}

impl AuditArguments {
    pub(super) fn of(&self, arguments: &Value) -> (Option<String>, Option<Box<RawValue>>) {
        match self {
            Self::Digest => (Some(sha256_hex(&arguments.to_string())), None),
            Self::Redacted(redaction) => (None, RawValue::from_string(redaction.text(arguments)).ok()),
            Self::None => (None, None),
        }
    }
}

fn sha256_hex(text: &str) -> String {
    use std::fmt::Write;
    digest(&SHA256, text.as_bytes()).as_ref().iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

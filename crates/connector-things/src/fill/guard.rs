use std::fmt::Write;

/// What sort of place an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A path or query: everything that means something there is percent-encoded.
    Path,
    /// A topic, where nothing is encoded on the wire (MQTT 5.0 section 4.7).
    Topic,
}

/// The longest value.
const BYTES_MAX: usize = 256;

impl Kind {
    /// By the address's scheme, in lower case.
    pub(crate) fn of(scheme: &str) -> Self {
        if scheme.starts_with("mqtt") { Self::Topic } else { Self::Path }
    }
}

/// Whether a value stays in its place. A slash is refused in paths too, encoded or not: small servers decode before they
/// split.
pub(super) fn is_safe(value: &str, kind: Kind) -> bool {
    let climbs = matches!(value, "." | "..");
    let breaks = value.contains(|letter: char| letter.is_control() || matches!(letter, '/' | '\\'));
    let means = kind == Kind::Topic && (value.contains(['+', '#', '$']));
    !value.trim().is_empty() && value.len() <= BYTES_MAX && !climbs && !breaks && !means && !value.contains('%')
}

/// A value with all but unreserved characters encoded (RFC 3986 section 2.3).
pub(super) fn encoded(value: &str) -> String {
    let mut out = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

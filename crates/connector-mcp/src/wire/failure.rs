use connector::{Error, ErrorKind};
use serde_json::{Map, Value};
use upstream::one_line;

/// The most letters of a server's own words that are shown.
const LETTERS_MAX: usize = 300;

/// Why there is no result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The server says so.
    Said(Said),
    /// There is no answer of it.
    Away(Error),
}

/// A server's error (JSON-RPC 2.0 section 5.1).
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) code: i64,
    pub(crate) message: String,
    pub(crate) data: Option<Value>,
}

impl Said {
    pub(crate) fn read(error: &Map<String, Value>) -> Self {
        Self {
            code: error.get("code").and_then(Value::as_i64).unwrap_or_default(),
            message: error.get("message").and_then(Value::as_str).unwrap_or_default().to_owned(),
            data: error.get("data").cloned(),
        }
    }

    /// Whether only the stateless revisions know this error.
    pub(crate) fn is_modern(&self) -> bool {
        (-32022..=-32020).contains(&self.code)
    }

    /// Whether it says that the session is gone. Servers say it in many ways; the specification's own is status 404.
    pub(crate) fn is_lost_session(&self) -> bool {
        (-32001..=-32000).contains(&self.code) && self.message.to_ascii_lowercase().contains("session")
    }
}

impl std::fmt::Display for Said {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} {}", self.code, one_line(&self.message, LETTERS_MAX))
    }
}

impl std::error::Error for Said {}

impl Failure {
    /// What the user is told. `what` is how the thing asked for is called.
    pub(crate) fn into_error(self, what: &str) -> Error {
        let said = match self {
            Self::Away(error) => return error,
            Self::Said(said) => said,
        };
        let words = one_line(&said.message, LETTERS_MAX);
        let words = if words.is_empty() { String::new() } else { format!(" It says: “{words}”") };
        let error = match said.code {
            -32602 => Error::invalid(format!("The MCP server does not take this.{words}")),
            -32601 => Error::new(ErrorKind::Unsupported, format!("The MCP server cannot do this.{words}")),
            -32002 => Error::not_found(what),
            -32021 => {
                let needed =
                    said.data.as_ref().and_then(|data| data.get("requiredCapabilities")).and_then(Value::as_object);
                let capabilities = needed.cloned().unwrap_or_default();
                let needed = needed.map(|all| all.keys().map(String::as_str).collect::<Vec<_>>().join(", "));
                let needed = needed.map(|all| one_line(&all, 80)).unwrap_or_default();
                let message = format!("The MCP server needs a client that can do more than this one: {needed}.");
                Error::new(ErrorKind::Unsupported, message).with_client_needs(capabilities)
            }
            _ => Error::new(ErrorKind::Internal, format!("The MCP server failed.{words}")),
        };
        error.with_source(said)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Away(error)
    }
}

use connector::{Error, ErrorKind};
use serde_json::{Map, Value};

use super::{Ask, MODERN, SESSIONS, Said, capabilities, info};

/// What a server says of itself in the first exchange.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    pub(crate) capabilities: Map<String, Value>,
    /// How it is to be used. Untrusted like everything else.
    pub(crate) instructions: Option<String>,
}

impl About {
    /// Of the result of `server/discover` or `initialize`.
    pub(crate) fn read(result: &Map<String, Value>) -> Self {
        let capabilities = result.get("capabilities").and_then(Value::as_object).cloned().unwrap_or_default();
        let instructions = result.get("instructions").and_then(Value::as_str).map(str::to_owned);
        Self { capabilities, instructions }
    }

    /// Whether it has this sort of thing at all.
    pub(crate) fn has(&self, capability: &str) -> bool {
        self.capabilities.contains_key(capability)
    }
}

/// The revision of a session, by the result of `initialize`.
pub(crate) fn agreed(result: &Map<String, Value>) -> Result<&'static str, Error> {
    let version = result.get("protocolVersion").and_then(Value::as_str).unwrap_or_default();
    SESSIONS.into_iter().find(|known| *known == version).ok_or_else(|| {
        let message = format!(
            "The MCP server speaks revision {} of the protocol, and this server speaks {MODERN} and {}.",
            upstream::one_line(version, 40),
            SESSIONS.join(", ")
        );
        Error::new(ErrorKind::Unsupported, message)
    })
}

/// Whether the refusal of the newest revision names one that begins with a session.
pub(crate) fn offers_sessions(said: &Said) -> bool {
    let supported = said.data.as_ref().and_then(|data| data.get("supported")).and_then(Value::as_array);
    supported.into_iter().flatten().filter_map(Value::as_str).any(|version| SESSIONS.contains(&version))
}

/// A request of the stateless revision: it says who sends it (2026-07-28, basic/index, "_meta").
pub(crate) fn stateless<'a>(ask: &Ask<'a>) -> Ask<'a> {
    let mut ask = ask.clone();
    if let Value::Object(meta) = ask.params.entry("_meta").or_insert_with(|| Map::new().into()) {
        meta.insert("io.modelcontextprotocol/protocolVersion".into(), MODERN.into());
        meta.insert("io.modelcontextprotocol/clientInfo".into(), info());
        meta.insert("io.modelcontextprotocol/clientCapabilities".into(), capabilities(ask.context).into());
        if let Some(level) = ask.context.and_then(|context| context.lines_from.clone()) {
            meta.insert("io.modelcontextprotocol/logLevel".into(), level.into());
        }
    }
    ask
}

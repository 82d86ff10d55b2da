use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::time::timeout;

use super::process::Process;
use crate::wire::{About, Ask, Failure, LATEST_SESSION, agreed, info, offers_sessions, stateless};

/// How long a server of before 2026-07-28, which need not answer what it does not know, is waited for.
const PROBE: Duration = Duration::from_secs(3);

/// How a process is spoken to.
#[derive(Clone, Debug)]
pub(super) struct Begun {
    /// Whether every request stands alone.
    pub(super) is_stateless: bool,
    pub(super) about: About,
}

impl Begun {
    /// Says hello. `known`: how an earlier process of the same command was spoken to.
    pub(super) async fn with(process: &Process, known: Option<bool>) -> Result<Self, Failure> {
        if known != Some(false) {
            let discover = stateless(&Ask::look("server/discover", Map::new()));
            match timeout(PROBE, process.ask(&discover)).await {
                Ok(Ok(result)) => return Ok(Self { is_stateless: true, about: About::read(&result) }),
                Ok(Err(Failure::Said(said))) if !said.is_modern() || offers_sessions(&said) => {}
                Ok(Err(failure)) => return Err(failure),
                Err(_) => {}
            }
        }
        let params = json!({"protocolVersion": LATEST_SESSION, "capabilities": {}, "clientInfo": info()});
        let result = process.ask(&Ask::look("initialize", object(params))).await?;
        agreed(&result)?;
        process.tell("notifications/initialized", &Map::new()).await?;
        Ok(Self { is_stateless: false, about: About::read(&result) })
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

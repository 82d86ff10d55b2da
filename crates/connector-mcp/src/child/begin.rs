use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::time::timeout;

use super::process::Process;
use crate::wire::{About, Ask, Failure, LATEST_SESSION, agreed, info, offers_sessions, stateless};

/// How long a server of before 2026-07-28, which need not answer what it does not know, is waited for.
const PROBE: Duration = Duration::from_secs(10);

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
        if known == Some(false) {
            return Self::initialize(process).await;
        }
        let ask = stateless(&Ask::look("server/discover", Map::new()));
        let mut discover = std::pin::pin!(process.ask(&ask));
        let discovered = match timeout(PROBE, &mut discover).await {
            Ok(discovered) => discovered,
            // It is slow to start, or it is one that says nothing to what it does not know.
            Err(_) => tokio::select! {
                discovered = &mut discover => discovered,
                begun = Self::initialize(process) => match begun {
                    Err(Failure::Said(said)) if said.is_modern() => discover.await,
                    begun => return begun,
                },
            },
        };
        match discovered {
            Ok(result) => Ok(Self { is_stateless: true, about: About::read(&result) }),
            Err(Failure::Said(said)) if !said.is_modern() || offers_sessions(&said) => Self::initialize(process).await,
            Err(failure) => Err(failure),
        }
    }

    async fn initialize(process: &Process) -> Result<Self, Failure> {
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

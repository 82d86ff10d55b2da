use std::sync::Arc;

use access::{Caller, Template};
use connector::{Error, Result};
use indexmap::IndexMap;
use serde_json::{Map, Value};
use upstream::{Credential, Identity, IdentityConfig, Secret, Sources};

use super::slot::{Slot, of_caller};
use crate::Config;

/// How a resource's calls are tied to their callers: by what goes into requests and arguments, and by what else is
/// made from the caller.
#[derive(Debug)]
pub(crate) struct Whose {
    /// Of requests and arguments.
    pub(crate) identity: Arc<Identity>,
    /// What ties every call beside that, in a few words each: a folder, a variable, a key of `_meta`.
    pub(crate) ties: Vec<String>,
    /// Keys of every message's `_meta`.
    meta: Vec<(String, Slot)>,
    /// What a process gets.
    pub(crate) env: Vec<(String, Slot)>,
    credential: Option<Identity>,
    signed: Option<Identity>,
}

impl Whose {
    pub(crate) fn new(resource: &str, config: &Config, sources: &dyn Sources) -> Result<Self> {
        let wrong = |what: String| Error::invalid(format!("[resources.{resource}]: {what}."));
        let all = config.identity();
        let is_process = config.command.is_some();
        if !is_process && (!config.env.is_empty() || config.folder.is_some()) {
            return Err(wrong(
                "`env` and `folder` are of a `command`; a server at `url` takes `credential` or bind.\"header:NAME\""
                    .into(),
            ));
        }
        let mut bind = IndexMap::new();
        let mut meta = Vec::new();
        for (key, value) in &all.bind {
            match key.strip_prefix("meta:") {
                Some("") => return Err(wrong("bind.\"meta:\": write the name of the key".into())),
                Some(name) if name.starts_with("io.modelcontextprotocol/") => {
                    return Err(wrong(format!("bind.\"{key}\": this key is the protocol's own")));
                }
                Some(name) => {
                    let slot = Slot::parse(value).map_err(|error| wrong(format!("bind.\"{key}\": {error}")))?;
                    meta.push((name.to_owned(), slot));
                }
                None => drop(bind.insert(key.clone(), value.clone())),
            }
        }
        let elsewhere = |key: &String| ["path:", "query:", "cookie:"].iter().any(|place| key.starts_with(place));
        if let Some(key) = bind.keys().find(|key| elsewhere(key) || is_process && key.starts_with("header:")) {
            let places = if is_process { "" } else { ", \"header:NAME\"" };
            return Err(wrong(format!("bind.\"{key}\": write an argument's name, \"meta:NAME\"{places}")));
        }
        let env = config.env.iter().map(|(name, value)| {
            let slot = Slot::parse(value.expose()).map_err(|_| wrong(format!("env.{name} cannot be understood: write text, {{caller.id}}, {{claims.NAME}}, {{credential}} or {{signed}}")))?;
            Ok((name.clone(), slot))
        });
        let env = env.collect::<Result<Vec<_>>>()?;
        let slots = || meta.iter().chain(&env).map(|(_, slot)| slot);
        let uses_credential = slots().any(|slot| matches!(slot, Slot::Credential));
        let uses_signed = slots().any(|slot| matches!(slot, Slot::Signed));
        let credential = IdentityConfig {
            shared: all.shared,
            credential: all.credential.clone(),
            exchange: all.exchange.clone(),
            connect: all.connect.clone(),
            ..IdentityConfig::default()
        };
        let has_credential =
            credential.credential.is_some() || credential.exchange.is_some() || credential.connect.is_some();
        if uses_credential && !has_credential {
            return Err(wrong("`{credential}` needs `credential`, `exchange` or `connect`".into()));
        }
        if uses_signed && all.signed.is_none() {
            return Err(wrong("`{signed}` needs `signed = { audience = \"…\" }`".into()));
        }
        if is_process && (has_credential && !uses_credential || all.signed.is_some() && !uses_signed) {
            return Err(wrong("a process takes credentials by its environment: env.TOKEN = \"{credential}\"".into()));
        }
        let credential = uses_credential.then(|| Identity::new(resource, &credential, sources)).transpose()?;
        let signed = IdentityConfig { signed: all.signed.clone(), ..IdentityConfig::default() };
        let signed = uses_signed.then(|| Identity::new(resource, &signed, sources)).transpose()?;
        // What goes elsewhere does not go into requests as well.
        let mut requests = IdentityConfig { bind, ..all };
        if uses_credential {
            (requests.credential, requests.exchange, requests.connect) = (None, None, None);
        }
        if uses_signed {
            requests.signed = None;
        }
        // Read once as it is written, so that mistakes in it are found.
        Identity::new(resource, &requests, sources)?;
        let personal = credential.as_ref().is_some_and(Identity::is_personal_to_callers);
        let mut ties: Vec<String> = Vec::new();
        let folder = config.folder.as_deref().filter(|_| is_process);
        if let Some(folder) = folder {
            let folder = Template::parse(folder).map_err(|error| wrong(format!("folder: {error}")))?;
            if folder.names_the_caller() {
                ties.push(format!("folder {folder}"));
            }
        }
        let named = meta.iter().map(|(name, slot)| (format!("_meta {name}"), slot));
        let named = named.chain(env.iter().map(|(name, slot)| (format!("variable {name}"), slot)));
        ties.extend(named.filter(|(_, slot)| slot.names_the_caller(personal)).map(|(name, _)| name));
        // What ties every call leaves nothing for requests to be closed for.
        requests.shared |= !ties.is_empty();
        let identity = Arc::new(Identity::new(resource, &requests, sources)?);
        Ok(Self { identity, ties, meta, env, credential, signed })
    }

    /// What every message of this caller's says of them.
    pub(crate) async fn meta(&self, caller: &Caller) -> Result<Map<String, Value>> {
        let mut meta = Map::new();
        for (name, slot) in &self.meta {
            meta.insert(name.clone(), self.value(slot, caller).await?.expose().into());
        }
        Ok(meta)
    }

    /// What a slot holds for this caller.
    pub(crate) async fn value(&self, slot: &Slot, caller: &Caller) -> Result<Secret> {
        let from = match slot {
            Slot::Constant(text) => return Ok(text.clone().into()),
            Slot::Text(template) => return of_caller(template.value(caller)).map(Secret::from),
            Slot::Credential => &self.credential,
            Slot::Signed => &self.signed,
        };
        let identity = from.as_ref().ok_or_else(|| Error::internal("a slot without a source"))?;
        match identity.first_credential(caller).await? {
            Credential::Token(token) => Ok(token),
            Credential::Basic { username, password } => Ok(format!("{username}:{}", password.expose()).into()),
        }
    }
}

use std::collections::BTreeMap;
use std::path::Path;

use access::ResourcePolicy;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::de::{DeTable, Deserializer};

use super::audit::AuditSection;
use super::auth::{AuthSections, Issuers, from_environment};
use super::credentials::CredentialsSection;
use super::model::AgentSection;
use super::signing::SigningSection;
use super::{Config, Environment, Fault, Kind, Reload, Server, expand, resources};

/// `bellhop.toml`, for editors.
#[derive(JsonSchema)]
#[expect(
    dead_code,
    reason = "the tables that are read key by key, so that faults keep their place, have no other use for it"
)]
pub(crate) struct Schema {
    #[schemars(flatten)]
    file: File,
    /// Whose tokens are accepted.
    #[schemars(default)]
    auth: Option<AuthSections>,
    /// The doors that speak HTTP.
    #[schemars(default)]
    server: Server,
    /// What callers may reach, by a name of your choice that stands before its tools' names.
    #[schemars(default)]
    resources: BTreeMap<String, Resource>,
}

/// One resource: its kind, that kind's own keys, and who may do what.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "read key by key so that faults keep their place; this names the keys for the schema")]
struct Resource {
    #[schemars(flatten)]
    kind: Kind,
    /// Nobody writes or deletes anything here.
    #[schemars(default)]
    read_only: bool,
    /// What its tools, prompts and documents are called: `"prefixed"` with the resource's name, or `"bare"`.
    #[schemars(default)]
    names: gateway::Names,
    /// Scopes and roles needed to read, write and destroy.
    #[schemars(default)]
    access: ResourcePolicy,
}

/// The rest of `bellhop.toml`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct File {
    /// The chat endpoint's model.
    agent: AgentSection,
    /// Bounds of every call.
    limits: gateway::Options,
    /// A line for every call.
    audit: AuditSection,
    /// Tokens about users that this server signs for APIs.
    signing: SigningSection,
    /// When resources are looked at again.
    reload: Reload,
    /// Where users' own credentials are kept.
    credentials: CredentialsSection,
}

/// Reads the whole file; the first fault is told with its place.
pub(super) fn read(text: &str, base: &Path, environment: &Environment) -> Result<Config, Fault> {
    let mut root = DeTable::parse(text).map_err(|error| Fault::toml(&error))?;
    for (_, value) in root.get_mut().iter_mut() {
        expand::expand(value, environment)?;
    }
    let resources = match root.get_mut().remove("resources") {
        Some(table) => resources::read(table)?,
        None => Vec::new(),
    };
    let resources: Vec<_> = resources.into_iter().map(|resource| resource.under(base)).collect();
    let server = match root.get_mut().remove("server") {
        Some(table) => Server::read(table)?,
        None => Server::default(),
    };
    let issuers = match root.get_mut().remove("auth") {
        Some(sections) => Issuers::read(sections, base, server.doors.resource().as_deref())?,
        None => from_environment(environment)?.map(Issuers::one).unwrap_or_default(),
    };
    let file = File::deserialize(Deserializer::from(root)).map_err(|error| Fault::toml(&error))?;
    let (model, agent_limits, instructions) = file.agent.resolve(environment);
    Ok(Config {
        issuers: issuers.issuers,
        authorization_servers: issuers.advertised,
        sign_ins: issuers.sign_ins,
        server,
        model,
        agent_limits,
        instructions,
        limits: file.limits,
        audit: file.audit.resolve(base)?,
        reload: file.reload,
        signing: file.signing.resolve(environment),
        credentials: file.credentials.resolve(base, environment)?,
        resources,
        ..Config::empty("")
    })
}

impl super::Resource {
    fn under(mut self, base: &Path) -> Self {
        self.kind = self.kind.under(base);
        self
    }
}

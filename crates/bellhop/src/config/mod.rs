//! The configuration: one file, or the environment alone. Everything is read and checked before a socket opens.

mod audit;
mod auth;
mod credentials;
mod environment;
mod expand;
mod fault;
mod file;
mod kind;
mod listen;
mod model;
mod reload;
mod resources;
mod signing;

use std::path::Path;

use access::{IssuerConfig, ResourcePolicy};
use agent::{Limits, Model};
use upstream::{ClientConfig, ConnectConfig};

use auth::Issuers;

pub(crate) use audit::{Audit, Sink};
pub(crate) use credentials::Credentials;
pub(crate) use environment::Environment;
pub(crate) use fault::Fault;
pub(crate) use file::Schema;
pub(crate) use kind::Kind;
pub(crate) use listen::Server;
pub(crate) use reload::Reload;
pub(crate) use signing::Signing;

/// Where configuration is looked for when no `--config` is given.
pub(crate) const FILE_NAME: &str = "bellhop.toml";

/// Everything that Bellhop was told.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) issuers: Vec<IssuerConfig>,
    /// Issuers that clients are told to get their tokens at.
    pub(crate) authorization_servers: Vec<String>,
    pub(crate) bypass: bool,
    pub(crate) server: listen::Server,
    pub(crate) model: Model,
    pub(crate) agent_limits: Limits,
    pub(crate) instructions: Option<String>,
    pub(crate) limits: gateway::Options,
    pub(crate) audit: Audit,
    pub(crate) reload: Reload,
    pub(crate) signing: Signing,
    pub(crate) credentials: Credentials,
    /// This server's own clients at the issuers, by issuer, for finding out who opens a link.
    pub(crate) sign_ins: Vec<(String, ConnectConfig, ClientConfig)>,
    pub(crate) resources: Vec<Resource>,
    /// What a person should know about how this was read.
    pub(crate) notes: Vec<String>,
    /// Where it came from, for messages.
    pub(crate) origin: String,
}

/// One configured resource.
#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) policy: ResourcePolicy,
    pub(crate) names: gateway::Names,
}

impl Config {
    /// Reads `path`, or `bellhop.toml` where there is one, or else the environment alone.
    pub(crate) fn load(path: Option<&Path>, environment: &Environment) -> Result<Self, Fault> {
        match path {
            Some(path) => Self::from_file(path, environment),
            None if Path::new(FILE_NAME).is_file() => Self::from_file(Path::new(FILE_NAME), environment),
            None => Self::from_environment(environment),
        }
    }

    fn from_file(path: &Path, environment: &Environment) -> Result<Self, Fault> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Fault::plain(format!("{} cannot be read: {error}", path.display())))?;
        let base = path.parent().unwrap_or(Path::new("."));
        let mut config = file::read(&text, base, environment).map_err(|fault| fault.in_file(path, &text))?;
        config.origin = path.display().to_string();
        let has_api = config.resources.iter().any(|resource| matches!(resource.kind, Kind::Openapi(_)));
        if environment.get("API_BASE_URL").is_some() && !has_api {
            config.notes.push(format!(
                "API_BASE_URL is set, but {} says what is offered: write [resources.api] with kind = \"openapi\" and url = \
                 \"${{API_BASE_URL}}\" there.",
                path.display()
            ));
        }
        config.take_common(environment)?;
        Ok(config)
    }

    fn from_environment(environment: &Environment) -> Result<Self, Fault> {
        let mut config = Self {
            model: model::from_environment(environment),
            resources: resources::from_environment(environment)?,
            notes: resources::notes(environment)?,
            credentials: credentials::CredentialsSection::default().resolve(Path::new("."), environment)?,
            ..Self::empty("the environment")
        };
        config.accept(auth::from_environment(environment)?.map(Issuers::one).unwrap_or_default());
        config.take_common(environment)?;
        Ok(config)
    }

    /// Reads the text of a file that lies in `base`.
    fn read(text: &str, base: &Path, environment: &Environment) -> Result<Self, Fault> {
        file::read(text, base, environment)
    }

    /// The configuration that Bellhop itself brings along, with these variables, for the users of this issuer.
    pub(crate) fn demo(text: &str, variables: &Environment, issuer: IssuerConfig) -> Result<Self, Fault> {
        let mut config = Self::read(text, Path::new("."), variables)?;
        config.origin = "the demo".to_owned();
        config.accept(Issuers::one(issuer));
        Ok(config)
    }

    /// Accepts the tokens of this issuer and of no other.
    pub(crate) fn accept_only(&mut self, issuer: IssuerConfig) {
        self.accept(Issuers::one(issuer));
    }

    fn accept(&mut self, Issuers { issuers, advertised, sign_ins }: Issuers) {
        self.issuers = issuers;
        self.sign_ins = sign_ins;
        self.authorization_servers = advertised;
    }

    /// Lets the environment choose the model.
    pub(crate) fn take_model(&mut self, environment: &Environment) {
        self.model = model::from_environment(environment);
    }

    fn empty(origin: &str) -> Self {
        Self {
            issuers: Vec::new(),
            authorization_servers: Vec::new(),
            bypass: false,
            server: listen::Server::default(),
            model: Model::BuiltIn,
            agent_limits: Limits::default(),
            instructions: None,
            limits: gateway::Options::default(),
            audit: Audit::default(),
            reload: Reload::default(),
            signing: Signing::default(),
            credentials: Credentials::nowhere(),
            sign_ins: Vec::new(),
            resources: Vec::new(),
            notes: Vec::new(),
            origin: origin.to_owned(),
        }
    }

    /// What the environment says beside a file too.
    fn take_common(&mut self, environment: &Environment) -> Result<(), Fault> {
        self.bypass = environment.flag("AUTH_BYPASS")?;
        if let Some(port) = environment.port("BACKEND_PORT")? {
            self.server.port = port;
        }
        if let Some(origins) = environment.get("CORS_ORIGINS") {
            self.server
                .doors
                .cors_origins
                .extend(origins.split(',').map(str::trim).filter(|o| !o.is_empty()).map(str::to_owned));
        }
        if let Some(port) = environment.port("FRONTEND_PORT")? {
            self.server
                .doors
                .cors_origins
                .extend([format!("http://localhost:{port}"), format!("http://127.0.0.1:{port}")]);
        }
        Ok(())
    }
}

//! From configuration to a running house.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ::audit::{AuditFile, AuditTable};
use access::{Effect, IdentitySigner, IssuerConfig, Policy, Verifier, VerifierOptions};
use agent::Agent;
use anyhow::{Context, anyhow};
use connector::{Connector, ErrorKind, Ownership};
use credentials::{Accounts, Links, Store};
use gateway::{Audit, Gateway};
use upstream::Sources;

use crate::config::{self, Config, Environment, Reload, Resource, Server, Sink};
use crate::late::Late;
use crate::sources::HouseSources;

/// Everything behind the doors.
pub(crate) struct House {
    pub(crate) gateway: Gateway,
    pub(crate) agent: Arc<Agent>,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) server: Server,
    pub(crate) issuers: Vec<IssuerConfig>,
    pub(crate) authorization_servers: Vec<String>,
    pub(crate) bypass: bool,
    pub(crate) reload: Reload,
    /// What tokens are checked with that this server signs, where it signs any.
    pub(crate) jwks: Option<serde_json::Value>,
    keeps_tokens: bool,
    /// Resources that could not be opened yet.
    pub(crate) away: Vec<String>,
}

/// What becomes of a resource that cannot be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Away {
    /// The command fails and names it.
    Stops,
    /// The others are served; it joins them when it can be opened. Where none can be opened the command fails.
    Waits,
}

impl House {
    /// Connects every resource. A mistake in the configuration of one stops the start, by its name.
    pub(crate) async fn open(config: Config, if_away: Away, environment: &Environment) -> anyhow::Result<Self> {
        for note in &config.notes {
            tracing::warn!("{note}");
        }
        if config.resources.is_empty() {
            return Err(anyhow!(
                "there is nothing to offer: {} names no resource. Set DATABASE_URL or BASE_DATA_PATH, write \
                 [resources.NAME] into bellhop.toml, or try `bellhop demo`",
                config.origin
            ));
        }
        let policy = Policy::new(config.resources.iter().map(|it| (it.name.clone(), it.policy.clone())));
        let keeps_tokens = config.resources.iter().any(|it| it.kind.exchanges());
        // Said before anything is opened: a resource that joins later finds its query kept from being a tool.
        let queries: Vec<_> = config.resources.iter().flat_map(|it| it.kind.credential_queries()).collect();
        let Given { sources, accounts, signer } = give(&config, environment).await?;
        let names: Vec<_> = config.resources.iter().map(|it| (it.name.clone(), it.names)).collect();
        let Connected { resources, away } = connect(config.resources, sources.clone(), if_away).await?;
        let audit = audit(config.audit).await.context("the audit cannot be opened")?;
        let gateway = Gateway::new(resources, policy, config.limits, audit, None)?;
        let gateway = gateway.reserving(queries.iter().cloned()).naming(names);
        gateway.check_names()?;
        check_queries(&gateway, &queries, &away)?;
        sources.open(&gateway);
        Ok(Self {
            gateway,
            agent: Arc::new(Agent::new(config.model, config.agent_limits, config.instructions)?),
            accounts,
            server: config.server,
            issuers: config.issuers,
            authorization_servers: config.authorization_servers,
            bypass: config.bypass,
            reload: config.reload,
            jwks: signer.map(|signer| signer.jwks()),
            keeps_tokens,
            away,
        })
    }

    /// Keeps what is still being had for users, and writes what the audit still holds. To be called when no call is
    /// under way any more.
    pub(crate) async fn close(&self) {
        self.accounts.close().await;
        self.gateway.audit().close().await;
    }

    /// Who may come in. Without an issuer nobody may, and that is an error.
    pub(crate) fn verifier(&self) -> anyhow::Result<Verifier> {
        let options = VerifierOptions { keeps_tokens: self.keeps_tokens, ..options(self.bypass)? };
        if self.issuers.is_empty() && !self.bypass {
            return Err(anyhow!(
                "nobody could sign in: no issuer is configured. Write [auth] issuer and audience into bellhop.toml, \
                 set BETTER_AUTH_URL or JWT_ISSUER, or use `bellhop serve --dev` while you develop"
            ));
        }
        Ok(Verifier::new(self.issuers.clone(), options)?)
    }
}

/// What resources are opened with.
pub(crate) struct Given {
    pub(crate) sources: Arc<HouseSources>,
    accounts: Arc<Accounts>,
    signer: Option<Arc<IdentitySigner>>,
}

/// Makes what the house gives its resources to act as their callers.
pub(crate) async fn give(config: &Config, environment: &Environment) -> anyhow::Result<Given> {
    let (store, accounts) = keep_accounts(config).await?;
    let signer = match config.resources.iter().any(|it| it.kind.is_signed()) {
        true => Some(Arc::new(config.signing.signer(&config.server, &config.issuers)?)),
        false => None,
    };
    let databases = config.resources.iter().filter(|it| matches!(it.kind, config::Kind::Sql(_)));
    let databases: BTreeSet<_> = databases.map(|it| it.name.clone()).collect();
    let sources = Arc::new(HouseSources::new(store, accounts.clone(), signer.clone(), environment, databases));
    Ok(Given { sources, accounts, signer })
}

/// Where users' own credentials are kept, if any resource needs it, and what users may do with them.
async fn keep_accounts(config: &Config) -> anyhow::Result<(Option<Arc<Store>>, Arc<Accounts>)> {
    if !config.resources.iter().any(|it| it.kind.keeps_credentials()) {
        return Ok((None, Arc::default()));
    }
    let store = config.credentials.open().await?;
    let stored = config.resources.iter().filter(|it| it.kind.lets_users_set()).map(|it| it.name.clone()).collect();
    let connects = config.resources.iter().filter_map(|it| {
        let (connect, http) = it.kind.connect_config()?;
        Some((it.name.clone(), connect, http.clone()))
    });
    let links = Links::new(config.sign_ins.clone());
    if let Some(url) = &config.server.doors.public_url {
        links.set_base_url(url);
    }
    let accounts = Accounts::new(store.clone(), stored);
    Ok((Some(store), Arc::new(accounts.with_connections(connects, links))))
}

/// Queries that answer users' credentials must be there, and answer each user with their own.
fn check_queries(gateway: &Gateway, queries: &[(String, String)], away: &[String]) -> anyhow::Result<()> {
    let catalogs = gateway.catalogs();
    for (resource, action) in queries.iter().filter(|(resource, _)| !away.contains(resource)) {
        let catalog = catalogs.iter().find(|(name, _)| name == resource);
        let found = catalog.and_then(|(_, catalog)| catalog.action(action));
        let found = found.ok_or_else(|| {
            anyhow!("credential.query or owner_query: there is no query \"{action}\": write [resources.{resource}.queries.{action}]")
        })?;
        if !matches!(found.ownership, Ownership::Owned { .. }) || found.effect != Effect::Read {
            return Err(anyhow!(
                "credential.query or owner_query: {resource}.{action} must read, and answer each user with their own: use :caller_id in it"
            ));
        }
    }
    Ok(())
}

struct Connected {
    resources: Vec<(String, Arc<dyn Connector>)>,
    away: Vec<String>,
}

async fn connect(configured: Vec<Resource>, sources: Arc<dyn Sources>, if_away: Away) -> anyhow::Result<Connected> {
    let (mut resources, mut away) = (Vec::<(String, Arc<dyn Connector>)>::new(), Vec::new());
    let count = configured.len();
    for Resource { name, kind, .. } in configured {
        let error = match kind.clone().connect(&name, &*sources).await {
            Ok(connector) => {
                resources.push((name, connector));
                continue;
            }
            Err(error) => error,
        };
        let waits = if_away == Away::Waits && error.kind() == ErrorKind::Unavailable && away.len() + 1 < count;
        if !waits {
            return Err(anyhow::Error::new(error).context(format!("the resource \"{name}\" cannot be opened")));
        }
        tracing::error!(resource = name, ?error, "cannot be opened yet; the others are served without it");
        resources.push((name.clone(), Arc::new(Late::new(&name, kind, sources.clone()))));
        away.push(name);
    }
    Ok(Connected { resources, away })
}

async fn audit(config: config::Audit) -> anyhow::Result<Audit> {
    let options = config.options;
    Ok(match config.sink {
        None => Audit::default(),
        Some(Sink::File(file)) => {
            let path = file.path.clone();
            let file = AuditFile::open(file).with_context(|| format!("the file {}", path.display()))?;
            Audit::new(file, options)
        }
        Some(Sink::Table { url, name }) => {
            let timeout: Duration = options.timeout;
            Audit::new(AuditTable::open(url.expose(), &name, timeout).await?, options)
        }
    })
}

/// The development bypass is not in a release build at all; one that is asked for it does not start.
pub(crate) fn refuse_bypass_in_release(environment: &Environment) -> anyhow::Result<()> {
    if environment.flag("AUTH_BYPASS")? && !cfg!(debug_assertions) {
        return Err(anyhow!(
            "AUTH_BYPASS=true is set, and this is a release build, which has no bypass. Unset it; to try Bellhop \
             without an identity provider use `bellhop serve --dev`"
        ));
    }
    Ok(())
}

#[cfg(debug_assertions)]
fn options(bypass: bool) -> anyhow::Result<VerifierOptions> {
    if bypass {
        tracing::warn!(
            "AUTH_BYPASS=true: tokens that end in .bypass-signature are accepted WITHOUT a signature. Never use this \
             where anybody else can reach it"
        );
    }
    Ok(VerifierOptions { bypass, ..VerifierOptions::default() })
}

#[cfg(not(debug_assertions))]
fn options(bypass: bool) -> anyhow::Result<VerifierOptions> {
    if bypass {
        return Err(anyhow!("a release build has no bypass"));
    }
    Ok(VerifierOptions::default())
}

//! From configuration to a running house.

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::Arc;

use access::{IssuerConfig, Policy, Verifier, VerifierOptions};
use agent::Agent;
use anyhow::{Context, anyhow};
use connector::Connector;
use gateway::{Audit, Gateway};

use crate::config::{Config, Environment, Resource, Server};

/// Everything behind the doors.
pub(crate) struct House {
    pub(crate) gateway: Gateway,
    pub(crate) agent: Arc<Agent>,
    pub(crate) server: Server,
    pub(crate) issuers: Vec<IssuerConfig>,
    pub(crate) bypass: bool,
}

impl House {
    /// Connects every resource. The first that cannot be reached stops the start, by its name.
    pub(crate) async fn open(config: Config) -> anyhow::Result<Self> {
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
        let mut resources: Vec<(String, Arc<dyn Connector>)> = Vec::with_capacity(config.resources.len());
        for resource in config.resources {
            let (name, connector) = connect(resource).await?;
            resources.push((name, connector));
        }
        let audit = match &config.audit_file {
            Some(file) => audit_to(file)?,
            None => Audit::default(),
        };
        Ok(Self {
            gateway: Gateway::new(resources, policy, config.limits, audit, None)?,
            agent: Arc::new(Agent::new(config.model, config.agent_limits, config.instructions)?),
            server: config.server,
            issuers: config.issuers,
            bypass: config.bypass,
        })
    }

    /// Who may come in. Without an issuer nobody may, and that is an error.
    pub(crate) fn verifier(&self) -> anyhow::Result<Verifier> {
        let options = options(self.bypass)?;
        if self.issuers.is_empty() && !self.bypass {
            return Err(anyhow!(
                "nobody could sign in: no issuer is configured. Write [auth] issuer and audience into bellhop.toml, \
                 set BETTER_AUTH_URL or JWT_ISSUER, or use `bellhop serve --dev` while you develop"
            ));
        }
        Ok(Verifier::new(self.issuers.clone(), options)?)
    }
}

async fn connect(resource: Resource) -> anyhow::Result<(String, Arc<dyn Connector>)> {
    let Resource { name, kind, .. } = resource;
    match kind.connect(&name).await {
        Ok(connector) => Ok((name, connector)),
        Err(error) => Err(anyhow::Error::new(error).context(format!("the resource \"{name}\" cannot be opened"))),
    }
}

fn audit_to(file: &Path) -> anyhow::Result<Audit> {
    let sink = OpenOptions::new()
        .create(true)
        .append(true)
        .open(file)
        .with_context(|| format!("the audit file {} cannot be opened", file.display()))?;
    Ok(Audit::to(sink))
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

use std::net::SocketAddr;
use std::sync::Arc;

use access::Verifier;
use credentials::Accounts;
use gateway::Gateway;
use tokio_util::sync::CancellationToken;

use crate::Agent;
use crate::Config;
use crate::auth::Challenge;
use crate::mcp::Mcp;
use crate::metrics::Meters;
use crate::routes::Readiness;
use crate::site::Site;

/// What the doors open on.
#[derive(Debug)]
pub struct App {
    /// All resources, policy, limits and the audit.
    pub gateway: Gateway,
    /// Makes callers of tokens.
    pub verifier: Verifier,
    /// Answers in words.
    pub agent: Arc<Agent>,
    /// Users' own credentials.
    pub accounts: Arc<Accounts>,
    /// Bounds and names.
    pub config: Config,
    /// Issuers whose tokens are accepted, byte for byte as their own metadata writes them (RFC 8414 section 3.3).
    pub authorization_servers: Vec<String>,
    /// The JWK Set that tokens are checked with which this server signs, where it signs any.
    pub jwks: Option<serde_json::Value>,
}

/// What every handler shares.
pub(crate) struct Shared {
    pub(crate) gateway: Gateway,
    pub(crate) verifier: Verifier,
    pub(crate) agent: Arc<Agent>,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) config: Config,
    pub(crate) authorization_servers: Vec<String>,
    pub(crate) jwks: Option<serde_json::Value>,
    pub(crate) site: Site,
    /// For whoever comes without a token that is good. Strangers ask for it at will, so it is made once.
    pub(crate) sign_in: Challenge,
    pub(crate) meters: Meters,
    pub(crate) readiness: Readiness,
    pub(crate) mcp: Mcp,
}

impl Shared {
    /// `stop` ends answers that stream.
    pub(crate) fn new(app: App, local: SocketAddr, stop: CancellationToken) -> Arc<Self> {
        let App { gateway, verifier, agent, accounts, config, authorization_servers, jwks } = app;
        let site = Site::new(&config, local);
        accounts.links().set_base_url(&site.base_url);
        let sign_in = Challenge::sign_in(&site.metadata_url, &config, gateway.policy());
        let meters = Meters::new();
        let mcp = Mcp::new(gateway.clone(), &site, &config, meters.clone(), stop);
        Arc::new(Self {
            gateway,
            verifier,
            agent,
            accounts,
            authorization_servers,
            jwks,
            site,
            sign_in,
            meters,
            mcp,
            config,
            readiness: Readiness::default(),
        })
    }
}

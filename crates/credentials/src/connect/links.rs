use std::collections::BTreeMap;
use std::sync::OnceLock;

use access::Caller;
use upstream::{ClientConfig, ConnectConfig};

use super::Connect;
use crate::OAuthClient;

/// How addresses of this server are made, and how it finds out who opens one.
#[derive(Debug, Default)]
pub struct Links {
    base_url: OnceLock<String>,
    sign_ins: BTreeMap<String, OAuthClient>,
}

impl Links {
    /// `sign_ins` are this server's own clients at the issuers whose users it serves, by issuer.
    pub fn new(sign_ins: impl IntoIterator<Item = (String, ConnectConfig, ClientConfig)>) -> Self {
        let client = |(issuer, mut config, http): (String, ConnectConfig, ClientConfig)| {
            config.issuer.get_or_insert_with(|| issuer.clone());
            if !config.scopes.iter().any(|scope| scope == "openid") {
                config.scopes.insert(0, "openid".into());
            }
            (issuer, OAuthClient::new(config, http))
        };
        Self { base_url: OnceLock::new(), sign_ins: sign_ins.into_iter().map(client).collect() }
    }

    /// What the outside calls this server, without a slash at the end. The first word counts.
    pub fn set_base_url(&self, url: &str) {
        let _ = self.base_url.set(url.trim_end_matches('/').to_owned());
    }

    pub(crate) fn url(&self, path: &str) -> Option<String> {
        self.base_url.get().map(|base| format!("{base}{path}"))
    }

    /// Whether browsers reach this server over TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.base_url.get().is_some_and(|base| base.starts_with("https://"))
    }

    pub(crate) fn sign_in(&self, issuer: &str) -> Option<&OAuthClient> {
        self.sign_ins.get(issuer)
    }
}

impl Connect {
    /// Where this caller goes to connect their account. A link of ours only where who opens it can be found out, or need
    /// not be; else the product's own page, where configuration names one.
    pub(super) fn address(&self, caller: &Caller) -> Option<String> {
        let config = self.oauth.config();
        let knows_visitors = config.trust_visitors || self.links.sign_in(caller.issuer()).is_some();
        let link = if knows_visitors { self.ticket(caller) } else { None };
        link.or_else(|| config.page.clone())
    }
}

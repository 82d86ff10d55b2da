use connector::{Error, Result};
use serde::{Deserialize, Serialize};

use super::{Connect, FLOW_S, Links};
use crate::oauth::{Asked, digest, random};
use crate::store::now_s;
use crate::{RecordKind, Slot};

pub(super) const PURPOSE: &str = "connect state";
/// Where the authorization server sends the browser back to.
pub(super) const CALLBACK: &str = "/connect/callback";

/// A cookie for this server only; scripts do not see it, and other sites' requests do not bring it.
#[derive(Debug)]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Its value; empty takes it away.
    pub value: String,
    /// Whether it is sent over TLS only.
    pub secure: bool,
}

/// A flow that has begun.
#[derive(Debug)]
pub struct Begun {
    /// Where the user's browser goes now.
    pub url: String,
    /// What that browser has to bring back.
    pub cookie: Cookie,
    /// For whom, and for which resource.
    pub whose: Slot,
}

/// What `state` holds, sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct State {
    pub(super) slot: Slot,
    pub(super) id: String,
}

/// What waits in the store for the browser to come back. One for each user and resource: who begins again ends what
/// they began before.
#[derive(Serialize, Deserialize)]
pub(super) struct Pending {
    pub(super) id: String,
    pub(super) verifier: String,
    /// SHA-256 of the cookie.
    pub(super) browser: String,
    pub(super) until_s: u64,
}

impl Cookie {
    pub(super) fn new(links: &Links, name: &str, value: String) -> Self {
        Self { name: Self::named(links, name), value, secure: links.is_secure() }
    }

    /// `__Host-`: no other host of the same site can put one like it into the browser (RFC 6265bis section 4.1.3.2).
    pub(super) fn named(links: &Links, name: &str) -> String {
        format!("{}{name}", if links.is_secure() { "__Host-" } else { "" })
    }
}

impl Connect {
    /// Begins connecting the account of a user who was verified in the browser that gets the cookie.
    pub(crate) async fn begin(&self, slot: &Slot) -> Result<Begun> {
        let (id, verifier, browser) = (random()?, random()?, random()?);
        let redirect_uri = self.redirect_uri()?;
        let state = State { slot: slot.clone(), id: id.clone() };
        let state = self.store.seal_text(PURPOSE, &state).map_err(crate::StoreError::for_user)?;
        let asked = Asked { redirect_uri: &redirect_uri, state: &state, verifier: &verifier, nonce: None };
        let url = self.oauth.authorize_url(asked).await?;
        let until_s = now_s().saturating_add(FLOW_S);
        let pending = Pending { id, verifier, browser: digest(&browser), until_s };
        let pending = secrecy::SecretSlice::from(serde_json::to_vec(&pending).map_err(Error::internal)?);
        let waiting = Slot { kind: RecordKind::Pending, ..slot.clone() };
        let kept = self.store.put(&waiting, "pending", secrecy::ExposeSecret::expose_secret(&pending)).await;
        kept.map_err(crate::StoreError::for_user)?;
        Ok(Begun { url, cookie: Cookie::new(&self.links, &cookie_name(&self.resource), browser), whose: slot.clone() })
    }

    pub(super) fn redirect_uri(&self) -> Result<String> {
        let missing = || Error::internal("no address of this server is known: set server.public_url");
        self.links.url(CALLBACK).ok_or_else(missing)
    }
}

/// One for each resource, so that two accounts can be connected at once.
pub(super) fn cookie_name(resource: &str) -> String {
    format!("bellhop-connect-{resource}")
}

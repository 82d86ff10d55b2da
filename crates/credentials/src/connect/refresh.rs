use std::sync::Arc;
use std::time::{Duration, Instant};

use access::Caller;
use connector::{Error, ErrorKind, Result};
use secrecy::ExposeSecret;
use upstream::Secret;

use super::Connect;
use crate::oauth::{Grant, Refused};
use crate::store::now_s;
use crate::{Slot, StoreError};

/// A token is refreshed when it is good for less than this, in seconds.
const BEFORE_S: u64 = 60;
/// How long one refresh may take before another process may try.
const LEASE: Duration = Duration::from_secs(45);
/// How often whoever waits for another's refresh looks.
const LOOK: Duration = Duration::from_millis(50);
/// How long they wait.
const PATIENCE: Duration = Duration::from_secs(20);

impl Connect {
    /// The caller's access token, refreshed before it expires.
    ///
    /// # Errors
    /// [`ErrorKind::NotConnected`] where there is no account, or where the authorization server takes it back.
    pub(super) async fn access_token(self: &Arc<Self>, caller: &Caller) -> Result<Secret> {
        let slot = self.slot(caller);
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let grant = self.grant(&slot).await?.ok_or_else(|| self.not_connected(caller))?;
            if grant.is_good(now_s(), BEFORE_S) {
                return Ok(grant.access_token);
            }
            let is_good = grant.is_good(now_s(), 0);
            if grant.refresh_token.is_none() {
                if is_good {
                    return Ok(grant.access_token);
                }
                self.store.remove(&slot).await.map_err(StoreError::for_user)?;
                return Err(self.not_connected(caller));
            }
            match self.refreshed(&slot, &grant.access_token).await {
                Ok(true) => {}
                // Another one is at it.
                Ok(false) if !is_good => tokio::time::sleep(LOOK).await,
                Ok(false) => return Ok(grant.access_token),
                Err(error) if is_good => {
                    tracing::warn!(resource = self.resource, ?error, "a token could not be refreshed yet");
                    return Ok(grant.access_token);
                }
                Err(error) => return Err(error),
            }
        }
        Err(Error::new(
            ErrorKind::Unavailable,
            "Your account's access is being renewed and that takes long. Try again in a moment.",
        ))
    }

    /// The upstream refuses the token. `true` where there may be another one now, or none at all.
    pub(super) async fn refused(self: &Arc<Self>, caller: &Caller) -> Result<bool> {
        let slot = self.slot(caller);
        let Some(opened) = self.store.get(&slot).await.map_err(StoreError::for_user)? else { return Ok(false) };
        // One that has just been granted will not be replaced by a better one.
        if now_s() < opened.set_at_s.saturating_add(JUST_S) {
            return Ok(false);
        }
        let grant = Grant::from_json(opened.secret.expose_secret()).ok_or_else(|| opened.changed().for_user())?;
        match grant.refresh_token {
            Some(_) => self.refreshed(&slot, &grant.access_token).await,
            None => self.store.remove(&slot).await.map_err(StoreError::for_user),
        }
    }

    pub(crate) async fn grant(&self, slot: &Slot) -> Result<Option<Grant>> {
        let Some(opened) = self.store.get(slot).await.map_err(StoreError::for_user)? else { return Ok(None) };
        Grant::from_json(opened.secret.expose_secret()).map(Some).ok_or_else(|| opened.changed().for_user())
    }

    /// Refreshes in place of `seen`, once for all who want it. `false` where another one is at it. It goes on when nobody
    /// waits any more: a refresh token may be good once, and what came of it must be kept.
    async fn refreshed(self: &Arc<Self>, slot: &Slot, seen: &Secret) -> Result<bool> {
        let (this, slot, seen) = (self.clone(), slot.clone(), seen.clone());
        let task = tokio::spawn(async move { this.refresh(&slot, &seen).await });
        task.await.map_err(Error::internal)?
    }

    async fn refresh(&self, slot: &Slot, seen: &Secret) -> Result<bool> {
        let Some(lease) = self.store.lease(slot, LEASE).await.map_err(StoreError::for_user)? else { return Ok(false) };
        // What was there may have been replaced before the lease was had.
        let grant = match self.grant(slot).await? {
            Some(grant) if grant.access_token.expose() == seen.expose() => grant,
            _ => {
                self.store.give_back(lease).await.map_err(StoreError::for_user)?;
                return Ok(true);
            }
        };
        match self.oauth.refresh(&grant).await {
            Ok(new) => {
                let kept = self.store.put_leased(&lease, "oauth", new.to_json().expose_secret()).await;
                if !kept.map_err(StoreError::for_user)? {
                    // The user took the account away meanwhile.
                    self.give_up(&new).await;
                }
                Ok(true)
            }
            Err(Refused::Grant) => {
                tracing::info!(
                    resource = self.resource,
                    "an account is connected no more: its refresh token was refused"
                );
                self.store.remove_leased(&lease).await.map_err(StoreError::for_user)?;
                Ok(true)
            }
            Err(Refused::Other(error)) => {
                self.store.give_back(lease).await.map_err(StoreError::for_user)?;
                Err(error)
            }
        }
    }

    /// Gives tokens back where the server takes them.
    pub(crate) async fn give_up(&self, grant: &Grant) {
        if let Err(error) = self.oauth.revoke(grant).await {
            tracing::warn!(resource = self.resource, ?error, "an account's tokens could not be given back");
        }
    }
}

/// How old a token must be for a new one to help, in seconds.
const JUST_S: u64 = 5;

use std::sync::Arc;
use std::time::{Duration, Instant};

use access::Caller;
use connector::{Error, ErrorKind, Result};
use secrecy::ExposeSecret;
use upstream::Secret;

use super::Connect;
use super::insist::insist;
use crate::oauth::{Grant, Refused, Server};
use crate::store::now_s;
use crate::{Lease, Opened, Slot, StoreError};

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
        let (mut first, mut refreshed) = (None::<Secret>, false);
        while begun.elapsed() < PATIENCE {
            let (opened, grant) = self.kept(&slot).await?.ok_or_else(|| self.not_connected(caller))?;
            let is_good = grant.is_good(now_s(), 0);
            // What a refresh gave is taken, however short it lives: another one would give no better.
            let first = first.get_or_insert_with(|| grant.access_token.clone());
            let is_new = is_good && first.expose() != grant.access_token.expose();
            if refreshed || is_new || grant.is_good(now_s(), before_s(&opened, &grant)) {
                return Ok(grant.access_token);
            }
            if grant.refresh_token.is_none() {
                if is_good {
                    return Ok(grant.access_token);
                }
                self.store.remove_if(&slot, &opened).await.map_err(StoreError::for_user)?;
                // The user may have connected it anew meanwhile.
                continue;
            }
            match self.refreshed(&slot, &grant.access_token).await {
                Ok(true) => refreshed = true,
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

    /// The upstream refuses the token `used`. `true` where there is another one now, or none at all.
    pub(super) async fn refused(self: &Arc<Self>, caller: &Caller, used: &Secret) -> Result<bool> {
        let slot = self.slot(caller);
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let Some((opened, grant)) = self.kept(&slot).await? else { return Ok(true) };
            // Of many calls that are refused at once, one refreshes.
            if grant.access_token.expose() != used.expose() {
                return Ok(true);
            }
            // One that has just been granted will not be replaced by a better one.
            if now_s() < opened.set_at_s.saturating_add(JUST_S) {
                return Ok(false);
            }
            if grant.refresh_token.is_none() {
                self.store.remove_if(&slot, &opened).await.map_err(StoreError::for_user)?;
                return Ok(true);
            }
            if self.refreshed(&slot, used).await? {
                return Ok(true);
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(false)
    }

    /// What is kept and what it says. `None` where there is nothing, or what another authorization server gave.
    pub(crate) async fn kept(&self, slot: &Slot) -> Result<Option<(Opened, Grant)>> {
        let Some(opened) = self.store.get(slot).await.map_err(StoreError::for_user)? else { return Ok(None) };
        let grant = self.read(&opened)?;
        Ok(grant.map(|grant| (opened, grant)))
    }

    /// What a record says. `None` where another authorization server gave it.
    pub(crate) fn read(&self, opened: &Opened) -> Result<Option<Grant>> {
        let grant = Grant::from_json(opened.secret.expose_secret()).ok_or_else(|| opened.changed().for_user())?;
        Ok(Some(grant).filter(|grant| grant.is_of(&self.oauth.name())))
    }

    /// Refreshes in place of `seen`, once for all who want it. `false` where another one is at it. It goes on when nobody
    /// waits any more: a refresh token may be good once, and what came of it must be kept.
    async fn refreshed(self: &Arc<Self>, slot: &Slot, seen: &Secret) -> Result<bool> {
        let (this, slot, seen) = (self.clone(), slot.clone(), seen.clone());
        let task = self.tasks.spawn(async move { this.refresh(&slot, &seen).await });
        task.await.map_err(Error::internal)?
    }

    async fn refresh(&self, slot: &Slot, seen: &Secret) -> Result<bool> {
        // Before the lease: it must not run out while the server is looked for.
        let server = self.oauth.server().await?;
        let until = Instant::now() + LEASE;
        let Some(lease) = self.store.lease(slot, LEASE).await.map_err(StoreError::for_user)? else { return Ok(false) };
        let done = self.replace(&server, slot, seen, &lease, until).await;
        // Who replaced or removed the record has no lease any more.
        if !matches!(done, Ok(true)) {
            let given_back = self.store.give_back(lease).await.map_err(StoreError::for_user);
            done.and(given_back)?;
        }
        Ok(true)
    }

    /// Refreshes what the lease is for. `false` where that is not `seen` any more, and nothing was done.
    async fn replace(
        &self,
        server: &Server,
        slot: &Slot,
        seen: &Secret,
        lease: &Lease,
        until: Instant,
    ) -> Result<bool> {
        // What was there may have been replaced before the lease was had.
        let grant = match self.kept(slot).await? {
            Some((_, grant)) if grant.access_token.expose() == seen.expose() => grant,
            _ => return Ok(false),
        };
        match self.oauth.refresh(server, &grant).await {
            Ok(new) => {
                let json = new.to_json();
                let kept = insist(until, || self.store.put_leased(lease, "oauth", json.expose_secret())).await;
                // The user took the account away meanwhile; one that they connected anew may be of the same grant, and
                // is not given up.
                if !kept.map_err(StoreError::for_user)? && self.kept(slot).await?.is_none() {
                    self.give_up(&new).await;
                }
                Ok(true)
            }
            Err(Refused::Grant) => {
                tracing::info!(
                    resource = self.resource,
                    "an account is connected no more: its refresh token was refused"
                );
                self.store.remove_leased(lease).await.map_err(StoreError::for_user)?;
                Ok(true)
            }
            Err(Refused::Other(error)) => Err(error),
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

/// How long before its end this one is refreshed, in seconds. One that does not live longer than that anyway counts as
/// fresh for half of its life, so that not every call refreshes it.
fn before_s(opened: &Opened, grant: &Grant) -> u64 {
    let lives_s = grant.expires_at_s.map_or(u64::MAX, |at| at.saturating_sub(opened.set_at_s));
    if lives_s <= BEFORE_S { lives_s / 2 } else { BEFORE_S }
}

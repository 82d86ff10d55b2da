use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use connector::{Error, ErrorKind, Result};
use secrecy::ExposeSecret;

use super::Connect;
use super::begin::{Cookie, PURPOSE, Pending, State, cookie_name};
use super::insist::insist;
use crate::oauth::{Refused, digest};
use crate::store::now_s;
use crate::{Accounts, RecordKind, Slot, StoreError};

/// How long new tokens are tried to be kept.
const KEEP: Duration = Duration::from_secs(20);

/// What an authorization server's answer brings (OAuth 2.1 section 4.1.2), as it stands in the address.
#[derive(Debug, Default)]
pub struct Answered {
    /// The code.
    pub code: Option<String>,
    /// What was sealed for it.
    pub state: Option<String>,
    /// Who answers (RFC 9207).
    pub iss: Option<String>,
    /// Why there is no code.
    pub error: Option<String>,
}

/// An account that was connected.
#[derive(Debug)]
pub struct Finished {
    /// Whose, and for which resource.
    pub whose: Slot,
    /// The product's own page, where configuration names one.
    pub page: Option<String>,
    /// Takes the flow's cookie away.
    pub cookie: Cookie,
}

impl Accounts {
    /// Ends a flow: `cookie` gives the browser's cookie of a name. The account is kept for the user who began it, if this
    /// is the browser in which they did.
    pub async fn finish(&self, answered: Answered, cookie: impl Fn(&str) -> Option<String>) -> Result<Finished> {
        let Answered { code, state, iss, error } = answered;
        let state = state.as_deref().and_then(|state| self.open::<State>(PURPOSE, state)).ok_or_else(stale)?;
        let connect = self.connect(&state.slot.resource).ok_or_else(stale)?;
        let name = cookie_name(&connect.resource);
        let browser = cookie(&Cookie::named(&connect.links, &name)).ok_or_else(other_browser)?;
        let pending = connect.take(&state, &browser).await?;
        // From here on the state is spent, whatever comes of it.
        if !connect.oauth.is_from(iss.as_deref()).await? {
            tracing::warn!(resource = connect.resource, "an answer came from another authorization server");
            return Err(Error::new(
                ErrorKind::PermissionDenied,
                "This answer came from another service than the one that was asked. Nothing was connected.",
            ));
        }
        let code = match (code, error) {
            (Some(code), None) => code,
            (_, error) => return Err(declined(error.as_deref())),
        };
        connect.redeem(state.slot.clone(), code, pending).await?;
        let page = connect.oauth.config().page.clone();
        Ok(Finished { whose: state.slot, page, cookie: Cookie::new(&connect.links, &name, String::new()) })
    }
}

impl Connect {
    /// Turns the code into tokens and keeps them. It goes on when the browser is gone: tokens that nobody keeps are an
    /// account that nobody can take back.
    async fn redeem(self: &Arc<Self>, slot: Slot, code: String, pending: Pending) -> Result<()> {
        let this = self.clone();
        let task = self.tasks.spawn(async move {
            let redirect_uri = this.redirect_uri()?;
            let redeemed = this.oauth.redeem(&code, &pending.verifier, &redirect_uri).await;
            let grant = redeemed.map_err(|refused| match refused {
                Refused::Grant => stale(),
                Refused::Other(error) => error,
            })?;
            let json = grant.to_json();
            let until = Instant::now() + KEEP;
            let kept = insist(until, || this.store.put(&slot, "oauth", json.expose_secret())).await;
            if let Err(error) = kept {
                this.give_up(&grant).await;
                return Err(error.for_user());
            }
            Ok(())
        });
        task.await.map_err(Error::internal)?
    }

    /// What waits for this state and this browser; it waits no more.
    async fn take(&self, state: &State, browser: &str) -> Result<Pending> {
        let waiting = Slot { kind: RecordKind::Pending, ..state.slot.clone() };
        let opened = self.store.get(&waiting).await.map_err(StoreError::for_user)?.ok_or_else(stale)?;
        let pending: Pending = serde_json::from_slice(opened.secret.expose_secret()).map_err(Error::internal)?;
        if pending.id != state.id || pending.until_s <= now_s() {
            return Err(stale());
        }
        if verify_slices_are_equal(pending.browser.as_bytes(), digest(browser).as_bytes()).is_err() {
            return Err(other_browser());
        }
        // Of two that come at once, one takes it away.
        match self.store.remove_if(&waiting, &opened).await.map_err(StoreError::for_user)? {
            true => Ok(pending),
            false => Err(stale()),
        }
    }
}

fn stale() -> Error {
    Error::new(
        ErrorKind::InvalidArgument,
        "This link is not good any more, or was used already. Begin again where you came from.",
    )
}

fn other_browser() -> Error {
    let sentence = "This was begun in another browser. Nothing was connected. Begin again, and stay in one browser.";
    Error::new(ErrorKind::PermissionDenied, sentence)
}

/// Nothing of what the server wrote is shown: whoever makes an address chooses it.
fn declined(error: Option<&str>) -> Error {
    let sentence = match error {
        Some("access_denied") => "You did not agree, so nothing was connected.",
        _ => "The service did not let the account be connected. Try again, or ask whoever runs this.",
    };
    Error::new(ErrorKind::PermissionDenied, sentence)
}

use access::Verifier;
use connector::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use super::begin::{Begun, Cookie};
use super::finish::Answered;
use super::ticket::Ticket;
use super::{Connect, FLOW_S};
use crate::oauth::{Asked, Refused, digest, random};
use crate::store::now_s;
use crate::{Accounts, OAuthClient};

/// Where the identity provider sends the browser back to. Not where upstreams do: an answer of one shall never be taken
/// for one of the other.
const SIGNED_IN: &str = "/connect/signed-in";
const PURPOSE: &str = "connect visitor";
const COOKIE: &str = "bellhop-visitor";

/// What comes next for somebody who opened a link.
#[derive(Debug)]
pub enum Visit {
    /// They sign in first, so that it is known whether the link is theirs.
    SignIn(Begun),
    /// They say that they are this user.
    Confirm {
        /// For which resource.
        resource: String,
        /// Who they would be.
        user: String,
        /// Where they go when they have said so; pages may name it as a place that forms lead to.
        then: String,
        /// What that browser has to bring back.
        cookie: Cookie,
    },
}

/// What the browser keeps between a link and the end of the sign-in, sealed.
#[derive(Serialize, Deserialize)]
struct Visitor {
    ticket: Ticket,
    state: String,
    nonce: String,
    verifier: String,
    until_s: u64,
}

impl Accounts {
    /// Somebody opens a link.
    pub async fn visit(&self, ticket: &str) -> Result<Visit> {
        let (connect, opened) = self.ticket(ticket)?;
        if let Some(oauth) = connect.links.sign_in(&opened.issuer) {
            return connect.sign_in(oauth, opened).await.map(Visit::SignIn);
        }
        if !connect.oauth.config().trust_visitors {
            return Err(stale());
        }
        let asked = Asked { redirect_uri: &connect.redirect_uri()?, state: "", verifier: "", nonce: None };
        let then = connect.oauth.authorize_url(asked).await?;
        let cookie = Cookie::new(&connect.links, COOKIE, digest(ticket));
        Ok(Visit::Confirm { resource: connect.resource.clone(), user: opened.slot.user, then, cookie })
    }

    /// They said that they are that user, in the browser that was asked.
    pub async fn confirmed(&self, ticket: &str, cookie: impl Fn(&str) -> Option<String>) -> Result<Begun> {
        let (connect, opened) = self.ticket(ticket)?;
        let asked = cookie(&Cookie::named(&connect.links, COOKIE)).is_some_and(|asked| asked == digest(ticket));
        let trusted = connect.oauth.config().trust_visitors && connect.links.sign_in(&opened.issuer).is_none();
        if !asked || !trusted {
            return Err(stale());
        }
        connect.begin(&opened.slot).await
    }

    /// They come back from their identity provider.
    pub async fn signed_in(
        &self,
        answered: Answered,
        cookie: impl Fn(&str) -> Option<String>,
        verifier: &Verifier,
    ) -> Result<Begun> {
        let links = self.links();
        let visitor = cookie(&Cookie::named(links, COOKIE)).and_then(|sealed| self.open::<Visitor>(PURPOSE, &sealed));
        let visitor = visitor.filter(|visitor| now_s() < visitor.until_s).ok_or_else(stale)?;
        let Answered { code, state, iss, error } = answered;
        if state.as_deref() != Some(visitor.state.as_str()) {
            return Err(stale());
        }
        let connect = self.connect(&visitor.ticket.slot.resource).ok_or_else(stale)?;
        let oauth = links.sign_in(&visitor.ticket.issuer).ok_or_else(stale)?;
        let code = code.filter(|_| error.is_none()).ok_or_else(not_signed_in)?;
        if !oauth.is_from(iss.as_deref()).await? {
            return Err(not_signed_in());
        }
        let redirect_uri = links.url(SIGNED_IN).ok_or_else(stale)?;
        let grant = oauth.redeem(&code, &visitor.verifier, &redirect_uri).await.map_err(|refused| match refused {
            Refused::Grant => stale(),
            Refused::Other(error) => error,
        })?;
        let token = grant.id_token.ok_or_else(not_signed_in)?;
        let client_id = &oauth.config().client_id;
        let user = verifier
            .signed_in(token.expose(), &visitor.ticket.issuer, client_id, &visitor.nonce)
            .await
            .map_err(|error| {
                tracing::warn!(%error, "an ID token was not accepted");
                not_signed_in()
            })?;
        let slot = &visitor.ticket.slot;
        if user.realm != slot.issuer || user.id.as_str() != slot.user {
            let sentence =
                "This link was made for another user than the one who is signed in here. Nothing was connected.";
            return Err(Error::new(ErrorKind::PermissionDenied, sentence));
        }
        connect.begin(slot).await
    }

    fn ticket(&self, text: &str) -> Result<(&Connect, Ticket)> {
        let ticket = self.store().and_then(|store| Ticket::open(store, text)).ok_or_else(stale)?;
        Ok((self.connect(&ticket.slot.resource).ok_or_else(stale)?, ticket))
    }
}

impl Connect {
    async fn sign_in(&self, oauth: &OAuthClient, ticket: Ticket) -> Result<Begun> {
        let (state, nonce, verifier) = (random()?, random()?, random()?);
        let redirect_uri = self.links.url(SIGNED_IN).ok_or_else(stale)?;
        let asked = Asked { redirect_uri: &redirect_uri, state: &state, verifier: &verifier, nonce: Some(&nonce) };
        let url = oauth.authorize_url(asked).await?;
        let whose = ticket.slot.clone();
        let visitor = Visitor { ticket, state, nonce, verifier, until_s: now_s().saturating_add(FLOW_S) };
        let sealed = self.store.seal_text(PURPOSE, &visitor).map_err(crate::StoreError::for_user)?;
        Ok(Begun { url, cookie: Cookie::new(&self.links, COOKIE, sealed), whose })
    }
}

fn stale() -> Error {
    Error::new(
        ErrorKind::InvalidArgument,
        "This link is not good any more. Ask again for what you wanted, to get a new one.",
    )
}

fn not_signed_in() -> Error {
    Error::new(ErrorKind::PermissionDenied, "You could not be signed in, so nothing was connected. Try again.")
}

//! Whose call it is: what ties a request to the caller, and what is closed because nothing does.

mod apply;
mod bind;
mod config;
mod describe;
mod hide;
mod means;
mod set;
mod take;
mod tie;
mod with;

use std::sync::Arc;

use connector::{Error, Result};

pub use apply::{Attached, another};
pub use bind::{Bind, Target, fold};
pub use config::{ClientAuth, ConnectConfig, CredentialConfig, ExchangeConfig, IdentityConfig, SignedConfig};
pub use describe::{Described, Place, Scheme};
pub use hide::{forget_samples, hide_everywhere, hide_properties};
pub use take::{is_spelling, take_everywhere, take_one};
pub use tie::Tie;

use crate::{Placement, Sources};
use means::{Means, Where};

/// How one resource's calls are tied to their callers: made of its configuration, asked for every operation by
/// [`tie`](Self::tie) and for every call by [`apply`](Self::apply).
#[derive(Debug)]
pub struct Identity {
    resource: String,
    shared: bool,
    public: bool,
    binds: Vec<Bind>,
    means: Vec<Means>,
}

impl Identity {
    /// Reads what configuration says. An error names the key.
    pub fn new(resource: &str, config: &IdentityConfig, sources: &dyn Sources) -> Result<Self> {
        let wrong = |what: &str| Error::invalid(format!("[resources.{resource}]: {what}."));
        let binds = config.bind.iter().map(|(key, template)| Bind::read(key, template)).collect::<Result<Vec<_>>>()?;
        if config.credential.iter().chain(config.credentials.values()).filter(|it| it.store).count() > 1 {
            return Err(wrong(
                "only one credential can be `store = true`: the store keeps one for each user and resource, and both would be \
                 the same. Take the other from a claim or a query",
            ));
        }
        let mut means = Vec::new();
        if let Some(credential) = &config.credential {
            means.push(Means::credential(resource, credential, None, config.shared, sources)?);
        }
        for (scheme, credential) in &config.credentials {
            means.push(Means::credential(resource, credential, Some(scheme), config.shared, sources)?);
        }
        if let Some(exchange) = &config.exchange {
            means.push(Means::exchange(resource, exchange)?);
        }
        if let Some(signed) = &config.signed {
            means.push(Means::signed(resource, signed, sources)?);
        }
        if let Some(connect) = &config.connect {
            let source = sources.connect(resource, connect);
            let source = source.ok_or_else(|| wrong("`connect` needs the credential store: set its key"))?;
            means.push(Means { source, at: Where::Always(Placement::Bearer), personal: true });
        }
        let identity =
            Self { resource: resource.to_owned(), shared: config.shared, public: config.public, binds, means };
        identity.check_places()?;
        Ok(identity)
    }

    /// What takes its value from the caller.
    pub fn binds(&self) -> &[Bind] {
        &self.binds
    }

    /// Whether a credential is each caller's own.
    pub fn is_personal_to_callers(&self) -> bool {
        self.means.iter().any(|means| means.personal)
    }

    /// Whether nothing at all is configured: the whole resource is closed.
    pub fn is_closed(&self) -> bool {
        !self.shared
            && !self.public
            && self.means.is_empty()
            && !self.binds.iter().any(|bind| bind.template.names_the_caller())
    }

    /// What this caller has for a security scheme of that name, for connectors that place it themselves: the credential
    /// that names the scheme, else the one that takes any. `None` where nothing is configured for it.
    pub async fn credential_for(&self, scheme: &str, caller: &access::Caller) -> Result<Option<crate::Credential>> {
        let named = |at: &Where| matches!(at, Where::ByScheme(Some(name)) if name == scheme);
        let any = |at: &Where| !matches!(at, Where::ByScheme(Some(_)));
        let found = self.means.iter().find(|means| named(&means.at));
        let Some(means) = found.or_else(|| self.means.iter().find(|means| any(&means.at))) else { return Ok(None) };
        let missing = || {
            let message = format!("There is no credential of yours for {}. {}", self.resource, means.source.missing());
            Error::new(connector::ErrorKind::PermissionDenied, message)
        };
        means.source.credential(caller).await?.ok_or_else(missing).map(Some)
    }

    /// The line that opens a resource of which nothing is said.
    pub fn open_with(&self) -> String {
        format!(
            "credential = {{ store = true }}  # in [resources.{}]; or bind, exchange, signed, connect, shared = true",
            self.resource
        )
    }

    /// For `bellhop check`: how calls are tied, each way in a few words.
    pub fn describe(&self) -> Vec<String> {
        let binds = self.binds.iter().filter(|bind| bind.template.names_the_caller());
        let mut all: Vec<String> = binds.map(|bind| format!("{} = {}", bind.target, bind.template)).collect();
        all.extend(self.means.iter().map(|means| means.source.describe()));
        if self.shared {
            all.push("shared: calls are the same for everybody".into());
        }
        all
    }

    /// Two things cannot stand in one place.
    fn check_places(&self) -> Result<()> {
        let mut taken: Vec<&Placement> = Vec::new();
        for means in &self.means {
            let Where::Always(placement) = &means.at else { continue };
            if taken.iter().any(|other| other.is_in_the_place_of(placement)) {
                return Err(Error::invalid(format!(
                    "[resources.{}]: two credentials would stand in the same place of a request: give one of them a \
                     `header` of its own.",
                    self.resource
                )));
            }
            taken.push(placement);
        }
        Ok(())
    }
}

impl Placement {
    /// Whether a request can hold only one of the two.
    fn is_in_the_place_of(&self, other: &Self) -> bool {
        match (self.header(), other.header()) {
            (Some(one), Some(two)) => one == two,
            (None, None) => self == other,
            _ => false,
        }
    }

    fn header(&self) -> Option<http::HeaderName> {
        match self {
            Self::Bearer | Self::Basic => Some(http::header::AUTHORIZATION),
            Self::Header { name, .. } => Some(name.clone()),
            Self::Query { .. } | Self::Cookie { .. } => None,
        }
    }

    /// Whether this parameter is where it goes: what a credential sets, no argument does.
    pub(crate) fn takes(&self, place: Place, name: &str) -> bool {
        match self {
            Self::Bearer | Self::Basic | Self::Header { .. } => {
                place == Place::Header && self.header().is_some_and(|own| own.as_str().eq_ignore_ascii_case(name))
            }
            Self::Query { name: own } => place == Place::Query && own == name,
            Self::Cookie { name: own } => place == Place::Cookie && own == name,
        }
    }
}

/// A [`Means`] of a shared pointer, so that a call under way keeps its own.
pub(crate) type Source = Arc<dyn crate::CredentialSource>;

//! Calls to other people's servers over HTTP, for every kind of resource that needs them.
//!
//! Two walls stand here. A [`Client`] reaches the origins that configuration names and nothing else, whatever an
//! argument, a redirect or a name server says. A [`Credential`] makes a call one caller's: it comes from a
//! [`CredentialSource`] that is asked with a verified [`access::Caller`], and goes into a request where a
//! [`Placement`] says.

mod client;
mod config;
mod credential;
mod fetch;
mod identity;
mod origin;
mod request;
mod response;
mod rows;
mod secret;
mod source;
mod sources;

#[doc(hidden)]
pub use indexmap::IndexMap;

pub use client::{Breaker, Client, Dialer, Event, Events, Names, Pass, Reach, Streamed, SystemNames, may_be_done};
pub use config::{ClientConfig, ConfigError};
pub use credential::{Credential, CredentialSource, Placement};
pub use fetch::{Document, Fetcher, Validators};
pub use identity::{
    Attached, Bind, ClientAuth, ConnectConfig, CredentialConfig, Described, ExchangeConfig, Identity, IdentityConfig,
    Place, Scheme, SignedConfig, Target, Tie, another, fold, forget_samples, hide_everywhere, hide_properties,
    is_spelling, take_everywhere, take_one,
};
pub use origin::Origin;
pub use request::{PathBuilder, Request};
pub use response::{Response, one_line};
pub use rows::RowSource;
pub use secret::Secret;
pub use sources::{NoSources, Sources};

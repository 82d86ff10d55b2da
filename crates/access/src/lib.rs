//! Who is calling and what they may do.
//!
//! Only this crate can make a [`Caller`] or a [`Permit`]. A bearer token becomes a caller by
//! [`Verifier::verify`]; a caller becomes a permit by [`Policy::permit`]; a permit is spent by one call.
//!
//! A caller cannot be made by hand:
//!
//! ```compile_fail,E0451
//! let caller = bellhop_access::Caller { inner: todo!() };
//! ```
//!
//! nor conjured from nothing:
//!
//! ```compile_fail,E0277
//! fn default<T: Default>() -> T { T::default() }
//! let caller: bellhop_access::Caller = default();
//! ```
//!
//! nor read from data:
//!
//! ```compile_fail,E0277
//! let caller: bellhop_access::Caller = serde_json::from_str("{}").unwrap();
//! ```

mod caller;
mod clock;
mod config;
mod dev_issuer;
mod effect;
mod exchange;
mod folder;
mod introspect;
mod keys;
mod permit;
mod policy;
mod signer;
mod template;
mod token;
mod users;
mod verifier;

pub use caller::{Caller, UserId};
pub use clock::Clock;
pub use config::{ClientAuth, ConfigError, Introspected, IntrospectionConfig, IssuerConfig, Keys, VerifierOptions};
pub use dev_issuer::{DevIssuer, DevIssuerError};
pub use effect::Effect;
pub use exchange::{ExchangeConfigError, ExchangeError, ExchangeOptions, TokenExchange};
pub use folder::folder_name;
pub use keys::{FetchError, discover};
pub use permit::{Permit, PermitMismatch, Target};
pub use policy::{Denied, Needs, Policy, ResourcePolicy};
pub use signer::{IdentitySigner, SignerError};
pub use template::{NoValue, Template, TemplateError};
pub use token::{TokenError, claim_at};
pub use verifier::{NotReady, SignedIn, Verifier};

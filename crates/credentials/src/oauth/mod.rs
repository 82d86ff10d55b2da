//! One OAuth client at one authorization server: the authorization code flow with PKCE (OAuth 2.1 section 4.1), refresh
//! (section 4.3) and revocation (RFC 7009), over the client that reaches configured origins only.

mod client;
mod discover;
mod endpoint;
mod grant;
mod known;
mod pkce;

pub(crate) use client::Asked;
pub use client::OAuthClient;
pub(crate) use discover::Server;
pub(crate) use grant::{Grant, Refused};
pub(crate) use pkce::{digest, random};

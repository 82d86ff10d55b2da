use std::fmt::Debug;

use access::Caller;
use connector::Result;
use http::HeaderName;

use crate::Secret;

/// What one user has for one upstream.
#[derive(Clone, Debug)]
pub enum Credential {
    /// A key or a token.
    Token(Secret),
    /// An account (RFC 7617).
    Basic {
        /// Its name.
        username: String,
        /// Its password.
        password: Secret,
    },
}

/// Where a credential goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement {
    /// `Authorization: Bearer …` (RFC 6750 section 2.1).
    Bearer,
    /// `Authorization: Basic …` (RFC 7617 section 2). A token is taken as `name:password`, or as the name alone.
    Basic,
    /// A header of the API's own, after a prefix.
    Header {
        /// Which.
        name: HeaderName,
        /// What stands before the credential: `Token `, or nothing.
        prefix: String,
    },
    /// A pair of the query.
    Query {
        /// Its name.
        name: String,
    },
    /// A cookie (RFC 6265 section 4.2).
    Cookie {
        /// Its name.
        name: String,
    },
}

impl std::fmt::Display for Placement {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bearer => out.write_str("bearer token"),
            Self::Basic => out.write_str("basic authorization"),
            Self::Header { name, .. } => write!(out, "header {name}"),
            Self::Query { name } => write!(out, "query {name}"),
            Self::Cookie { name } => write!(out, "cookie {name}"),
        }
    }
}

/// Where a user's own credential for one upstream comes from.
#[async_trait::async_trait]
pub trait CredentialSource: Debug + Send + Sync {
    /// What this caller has; `None` where nothing is known for them. Never another user's, whatever happens. An error
    /// that tells the caller how to get one is kept for sources that know how.
    async fn credential(&self, caller: &Caller) -> Result<Option<Credential>>;

    /// What it has for the app itself, where it is everybody's; `None` where it is each caller's own.
    async fn own(&self) -> Result<Option<Credential>> {
        Ok(None)
    }

    /// The upstream answered 401 to `used`, which this source gave: what is remembered for this caller may be stale.
    /// `true` where asking again may give another one.
    async fn refused(&self, caller: &Caller, used: &Credential) -> bool {
        let _ = (caller, used);
        false
    }

    /// What a caller for whom nothing is known can do about it: a sentence, with the resource's name where that helps.
    fn missing(&self) -> String {
        "Ask this server's operator.".to_owned()
    }

    /// A few words for `bellhop check`: `the claim api_key`, `the credential store`.
    fn describe(&self) -> String;
}

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::token::{Identified, claim_at};

/// A verified user. Only a [`Verifier`](crate::Verifier) makes one, from a token whose signature, issuer,
/// audience and times it has checked. Cloning shares one allocation.
#[derive(Clone)]
pub struct Caller {
    inner: Arc<Inner>,
}

struct Inner {
    id: UserId,
    key: String,
    issuer: String,
    realm: String,
    scopes: BTreeSet<String>,
    roles: BTreeSet<String>,
    claims: Map<String, Value>,
    expires_at_s: u64,
    /// What they came with. Only [`TokenExchange`](crate::TokenExchange) sends it, and nothing shows it.
    token: Option<SecretString>,
    is_only_issuer: bool,
}

/// A user's id as the identity provider wrote it: a non-empty string (an integer claim in decimal digits).
///
/// Two ids are the same user only when their bytes are equal; nothing is trimmed, folded or normalised.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(String);

impl UserId {
    pub(crate) fn new(id: String) -> Option<Self> {
        (!id.is_empty() && id.len() <= Self::BYTES_MAX).then_some(Self(id))
    }

    /// Longest id accepted, in bytes. OpenID Connect Core 1.0 section 2 bounds `sub` to 255 ASCII characters;
    /// this leaves room for ids in other scripts.
    pub const BYTES_MAX: usize = 1024;

    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UserId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, out)
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Caller {
    pub(crate) fn new(whom: Identified, issuer: String, realm: String, expires_at_s: u64) -> Self {
        let Identified { id, scopes, roles, claims } = whom;
        let key = format!("{}:{realm}:{id}", realm.len());
        Self {
            inner: Arc::new(Inner {
                id,
                key,
                issuer,
                realm,
                scopes,
                roles,
                claims,
                expires_at_s,
                token: None,
                is_only_issuer: false,
            }),
        }
    }

    /// The same, with the token that was verified. `is_only_issuer` says that no other issuer's tokens are accepted.
    pub(crate) fn with_token(mut self, token: &str, is_only_issuer: bool) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.token = Some(SecretString::from(token.to_owned()));
            inner.is_only_issuer = is_only_issuer;
        }
        self
    }

    /// The caller's token, where it is one of these issuers', or where none is named and there is only one issuer:
    /// nobody is shown a token of somebody else's.
    pub(crate) fn token(&self, issuers: &[String]) -> Option<&SecretString> {
        let is_meant = match issuers {
            [] => self.inner.is_only_issuer,
            named => named.contains(&self.inner.issuer),
        };
        self.inner.token.as_ref().filter(|_| is_meant)
    }

    /// The user's id: the issuer's own, after the prefix that configuration gives that issuer.
    pub fn id(&self) -> &UserId {
        &self.inner.id
    }

    /// The token's `iss`, byte for byte.
    pub fn issuer(&self) -> &str {
        &self.inner.issuer
    }

    /// The issuer whose users these are: [`issuer`](Self::issuer), or the one that configuration says has the same.
    pub fn realm(&self) -> &str {
        &self.inner.realm
    }

    /// OAuth scopes the token carries (RFC 8693 section 4.2 `scope`, or `scp`, or `permissions`, or what configuration
    /// names), with those that they hold.
    pub fn scopes(&self) -> &BTreeSet<String> {
        &self.inner.scopes
    }

    /// Roles the token carries (`roles`, `role`, `groups`, or what configuration names).
    pub fn roles(&self) -> &BTreeSet<String> {
        &self.inner.roles
    }

    /// One claim of the verified token.
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.inner.claims.get(name)
    }

    /// One claim of the verified token by a name whose dots may lead inwards: see [`claim_at`](crate::claim_at).
    pub fn claim_at(&self, name: &str) -> Option<&Value> {
        claim_at(&self.inner.claims, name)
    }

    /// All claims of the verified token. Where its issuer has a prefix, the claim with the user's id has it too; and
    /// where there are several issuers or any prefix, `sub` is the user's id.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.inner.claims
    }

    /// When the token expires, in seconds since 1970-01-01 UTC.
    pub fn expires_at_s(&self) -> u64 {
        self.inner.expires_at_s
    }

    /// How long the token is still good for; zero when it has expired.
    pub fn expires_in(&self, now: SystemTime) -> Duration {
        let now_s = now.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
        Duration::from_secs(self.inner.expires_at_s.saturating_sub(now_s))
    }

    /// A name to greet the user by: `name`, else `email`, else the id. For display only.
    pub fn display_name(&self) -> &str {
        ["name", "email"].iter().find_map(|claim| self.claim(claim)?.as_str()).unwrap_or_else(|| self.inner.id.as_str())
    }

    /// What identifies this user among all issuers: the key for caches and limits.
    /// The length of the realm comes first so that no pair of realm and id reads like another.
    pub fn key(&self) -> &str {
        &self.inner.key
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Claims stay out: they may hold personal data.
        out.debug_struct("Caller")
            .field("id", &self.inner.id)
            .field("issuer", &self.inner.issuer)
            .field("scopes", &self.inner.scopes)
            .field("roles", &self.inner.roles)
            .finish_non_exhaustive()
    }
}

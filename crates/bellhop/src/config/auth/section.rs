use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use access::{IssuerConfig, Keys};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;
use toml::Spanned;

use upstream::{ClientConfig, ConnectConfig};

use super::introspection::Introspection;
use super::sign_in::SignIn;
use crate::config::Fault;

/// Whose tokens are accepted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Auth {
    /// What a token's `iss` must be, byte for byte.
    issuer: String,
    /// What must be among a token's `aud`: a text or a list of texts. Without it and without `clients`, the address of
    /// `/mcp` below `server.public_url`.
    #[serde(default)]
    audience: OneOrMany,
    /// The clients whose tokens are accepted, by `azp`, `client_id`, `appid` or `cid`: a text or a list of texts. With
    /// `audience` both must fit; without it, tokens that have an `aud` are refused.
    #[serde(default)]
    clients: OneOrMany,
    /// The issuer's public keys: an https address, a file, or the key set itself as a table. Without it and without
    /// `secret` they are found by discovery at the issuer. `none` accepts no JSON Web Token, only opaque tokens by
    /// `introspection`.
    #[serde(default)]
    #[schemars(with = "Option<Jwks>")]
    jwks: Option<Spanned<Jwks>>,
    /// A secret of at least 32 bytes shared with the issuer, for HS256, HS384 and HS512.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    secret: Option<SecretString>,
    /// How the issuer is asked about tokens that keys cannot judge.
    #[serde(default)]
    introspection: Option<Introspection>,
    /// The claim that holds the user's id. Without it: sub, id, user_id, userId, the first that is there. Here and in
    /// the next two, dots lead inwards (`realm_access.roles`) unless the claim's own name has them
    /// (`https://example.com/roles`).
    #[serde(default)]
    user_id_claim: Option<String>,
    /// The claim or claims that hold scopes, as a list or as one text with blanks. Without it: scope, scp and
    /// permissions.
    #[serde(default)]
    scopes_claim: OneOrMany,
    /// The claim or claims that hold roles, as a list or as one text with commas. Without it: roles, role and groups.
    #[serde(default)]
    roles_claim: OneOrMany,
    /// What a scope holds besides itself: `"shop:admin" = ["shop:write"]`.
    #[serde(default)]
    scopes: BTreeMap<String, BTreeSet<String>>,
    /// Stands before each user's id, so that the same `sub` from two issuers is two users everywhere.
    #[serde(default)]
    user_prefix: Option<String>,
    /// The issuer whose users these are too: there the same id is the same person.
    #[serde(default)]
    same_users_as: Option<String>,
    /// Accepts tokens that a client got for itself (client credentials); its id is this and the client's own. Without
    /// it they are refused, since a client is no user.
    #[serde(default)]
    client_prefix: Option<String>,
    /// Accepts ID tokens as if they were access tokens. They are made for the client that signed the user in, and say
    /// nothing of what it may do.
    #[serde(default)]
    accept_id_tokens: bool,
    /// Whether MCP clients are told to get their tokens here. Without it: where the issuer is an address and signs with
    /// keys of its own.
    #[serde(default)]
    advertised: Option<bool>,
    /// This server's own client there, to find out who opens a link that was made for one user.
    #[serde(default)]
    sign_in: Option<SignIn>,
    /// How far the clocks may differ, in seconds.
    #[serde(default = "leeway_s")]
    leeway_s: u64,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Default for OneOrMany {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl From<OneOrMany> for Vec<String> {
    fn from(value: OneOrMany) -> Self {
        match value {
            OneOrMany::One(one) => vec![one],
            OneOrMany::Many(several) => several,
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Jwks {
    AddressOrFile(String),
    Inline(serde_json::Map<String, serde_json::Value>),
}

const fn leeway_s() -> u64 {
    30
}

impl Auth {
    pub(super) fn take_sign_in(&mut self, base: &Path) -> Option<(String, ConnectConfig, ClientConfig)> {
        self.sign_in.take().map(|sign_in| sign_in.resolve(self.issuer.clone(), base))
    }

    /// What the verifier is told, and whether clients are told of the issuer where that was said.
    pub(super) fn resolve(
        self,
        span: Range<usize>,
        base: &Path,
        resource: Option<&str>,
    ) -> Result<(IssuerConfig, Option<bool>), Fault> {
        let keys = match (self.jwks, self.secret) {
            (Some(jwks), Some(_)) => {
                return Err(Fault::at(jwks.span(), "give `jwks` or `secret`, not both")
                    .help("public keys for EdDSA, ES and RS tokens; a secret for HS tokens"));
            }
            (Some(jwks), None) => {
                let span = jwks.span();
                keys(jwks.into_inner(), span, base)?
            }
            (None, Some(secret)) => Keys::Secret(secret),
            (None, None) => Keys::Discover,
        };
        let clients: Vec<_> = self.clients.into();
        let mut audiences: Vec<_> = self.audience.into();
        if audiences.is_empty() && clients.is_empty() {
            let missing = || {
                Fault::at(span, "`audience` is missing: what a token's `aud` must be").help(
                    "write audience = \"…\"; or set server.public_url, and it is that address with /mcp; or name in \
                     `clients` to whom tokens must have been given",
                )
            };
            audiences.push(resource.ok_or_else(missing)?.to_owned());
        }
        let config = IssuerConfig {
            audiences,
            clients,
            introspection: self.introspection.map(Introspection::resolve),
            user_id_claim: self.user_id_claim,
            scopes_claims: self.scopes_claim.into(),
            roles_claims: self.roles_claim.into(),
            scopes: self.scopes,
            user_prefix: self.user_prefix,
            same_users_as: self.same_users_as,
            client_prefix: self.client_prefix,
            accept_id_tokens: self.accept_id_tokens,
            leeway_s: self.leeway_s,
            ..IssuerConfig::without_audience(self.issuer, keys)
        };
        Ok((config, self.advertised))
    }
}

fn keys(jwks: Jwks, span: Range<usize>, base: &Path) -> Result<Keys, Fault> {
    match jwks {
        Jwks::Inline(set) => Ok(Keys::Jwks(set.into())),
        Jwks::AddressOrFile(none) if none == "none" => Ok(Keys::None),
        Jwks::AddressOrFile(address) if address.starts_with("https://") || address.starts_with("http://") => {
            Ok(Keys::JwksUrl(address))
        }
        Jwks::AddressOrFile(file) => {
            let path = base.join(&file);
            let text = std::fs::read_to_string(&path).map_err(|error| {
                Fault::at(span.clone(), format!("the key set {} cannot be read: {error}", path.display()))
            })?;
            let set = serde_json::from_str(&text)
                .map_err(|error| Fault::at(span, format!("{} is not a JSON key set: {error}", path.display())))?;
            Ok(Keys::Jwks(set))
        }
    }
}

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::Secret;

/// How calls are tied to their caller: one of these, several of them, or none.
#[derive(Clone, Debug, Default)]
pub struct IdentityConfig {
    /// Everybody's: calls are not tied to the caller.
    pub shared: bool,
    /// Offer, to everybody and without a credential, what the API's description says needs none.
    pub public: bool,
    /// A parameter, header or body field by name, and what it is set to: `user_id = "{caller.id}"`,
    /// `"header:X-Tenant" = "{claims.tenant}"`.
    pub bind: IndexMap<String, String>,
    /// Each user's own credential.
    pub credential: Option<CredentialConfig>,
    /// Further credentials by the security scheme that each is for, where an operation needs several at once.
    pub credentials: IndexMap<String, CredentialConfig>,
    /// The user's token exchanged for one that the upstream takes (RFC 8693).
    pub exchange: Option<ExchangeConfig>,
    /// A short-lived token about the user, signed here.
    pub signed: Option<SignedConfig>,
    /// Each user connects their own account.
    pub connect: Option<ConnectConfig>,
}

/// Where each user's own credential comes from, and where it goes. Exactly one of `claim`, `query`, `env`, `command`
/// and `store` is given. It goes where the document's security schemes say, into the operations that need it; or with
/// `header`, `query_parameter` or `cookie` into every call. Where the document names no schemes at all, it goes into every
/// call as `Authorization: Bearer`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CredentialConfig {
    /// A claim of the user's token holds it.
    pub claim: Option<String>,
    /// A declared query of a SQL resource finds it, run as the user: `shop.api_keys`.
    pub query: Option<String>,
    /// An environment variable holds it. It is one user's: `user` says whose.
    pub env: Option<String>,
    /// A command prints it. It is one user's: `user` says whose.
    pub command: Option<Vec<String>>,
    /// The credential store holds it: `bellhop secret set`, `PUT /api/credentials/{resource}`.
    pub store: bool,
    /// Whose `env` and `command` are: a user id. Anybody else has none. Only where the resource is `shared = true` may
    /// this be left out; the key is then everybody's.
    pub user: Option<String>,
    /// That user's issuer, where several are configured: the same id from another issuer is another user.
    /// Of issuers that share their users, the one that has them.
    pub user_issuer: Option<String>,
    /// Which of the document's security schemes it is for; the first that can hold it where this is left out.
    pub scheme: Option<String>,
    /// Or a header that it goes into.
    pub header: Option<String>,
    /// What stands before it in that header: `Bearer `, `Token `.
    pub prefix: Option<String>,
    /// Or a pair of the query that it goes into.
    pub query_parameter: Option<String>,
    /// Or a cookie.
    pub cookie: Option<String>,
}

/// Token exchange (RFC 8693 section 2).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExchangeConfig {
    /// The token endpoint of the authorization server that both sides trust.
    pub token_url: String,
    /// The issuers whose users' tokens are sent there. Needed where several are configured: the tokens of the others are
    /// none of its business.
    #[serde(default)]
    pub issuers: Vec<String>,
    /// For whom the new token is.
    #[serde(default)]
    pub audience: Option<String>,
    /// The resource indicator (RFC 8707).
    #[serde(default)]
    pub resource: Option<String>,
    /// What it should allow.
    #[serde(default)]
    pub scope: Option<String>,
    /// This server's client id there.
    pub client_id: String,
    /// Its secret.
    #[serde(default)]
    pub client_secret: Option<Secret>,
    /// How this server says who it is: `basic` (in the `Authorization` header) or `post` (in the form).
    #[serde(default)]
    pub client_auth: ClientAuth,
    /// What the user's token is (RFC 8693 section 3): an access token where this is left out.
    #[serde(default)]
    pub subject_token_type: Option<String>,
    /// What is asked for.
    #[serde(default)]
    pub requested_token_type: Option<String>,
    /// A token that says who acts for the user.
    #[serde(default)]
    pub actor_token: Option<Secret>,
    /// What that is: an access token where this is left out.
    #[serde(default)]
    pub actor_token_type: Option<String>,
}

/// How a client authenticates at a token endpoint (RFC 6749 section 2.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    /// `Authorization: Basic …`.
    #[default]
    Basic,
    /// `client_id` and `client_secret` in the form.
    Post,
}

/// A token about the user that this server signs; the key set to check it with is at `/.well-known/jwks.json`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedConfig {
    /// For whom: the token's `aud`.
    pub audience: String,
    /// The header that it goes into; `Authorization`, after `Bearer `, where this is left out.
    #[serde(default)]
    pub header: Option<String>,
    /// How long it is good for.
    #[serde(default = "signed_ttl_s")]
    pub ttl_s: u64,
    /// Claims of the user's own token that go into it.
    #[serde(default)]
    pub claims: Vec<String>,
}

fn signed_ttl_s() -> u64 {
    60
}

/// Connecting a user's own account: the authorization code flow with PKCE (OAuth 2.1 section 4.1). What the user
/// agrees to is kept in the credential store and refreshed before it expires.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectConfig {
    /// The authorization server, whose endpoints are then found by discovery (RFC 8414).
    #[serde(default)]
    pub issuer: Option<String>,
    /// Or where the user is sent.
    #[serde(default)]
    pub authorize_url: Option<String>,
    /// And where codes and refresh tokens become tokens.
    #[serde(default)]
    pub token_url: Option<String>,
    /// Where tokens are given back (RFC 7009).
    #[serde(default)]
    pub revoke_url: Option<String>,
    /// This server's client id there.
    pub client_id: String,
    /// Its secret, where it has one.
    #[serde(default)]
    pub client_secret: Option<Secret>,
    /// What is asked for.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// For which of its resources (RFC 8707).
    #[serde(default)]
    pub resource: Option<String>,
    /// What else its authorization endpoint wants: `{ access_type = "offline", prompt = "consent" }`.
    #[serde(default)]
    pub authorize_parameters: IndexMap<String, String>,
    /// The page of your own product where users connect this account, by `POST /api/connections/{resource}`. Users are
    /// sent there where Bellhop cannot find out by itself who opens a link.
    #[serde(default)]
    pub page: Option<String>,
    /// Let whoever opens a link from a tool's answer connect an account for the user that it was made for, after a page
    /// that names that user. Without it, and without `[auth] sign_in`, no such link is given. Only where nobody would
    /// send a link to somebody else, such as on one's own machine.
    #[serde(default)]
    pub trust_visitors: bool,
}

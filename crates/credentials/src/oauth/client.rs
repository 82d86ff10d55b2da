use std::sync::Arc;

use connector::{Error, Result};
use upstream::{ClientConfig, ConnectConfig};

use super::discover::Server;
use super::known::Known;
use super::{Grant, Refused, digest};
use crate::store::now_s;

/// This server as a client of one authorization server.
#[derive(Debug)]
pub struct OAuthClient {
    known: Arc<Known>,
}

/// A request that the user's browser takes to the authorization server.
pub(crate) struct Asked<'a> {
    pub(crate) redirect_uri: &'a str,
    pub(crate) state: &'a str,
    pub(crate) verifier: &'a str,
    pub(crate) nonce: Option<&'a str>,
}

impl OAuthClient {
    /// Nothing is fetched yet. Of `http`, what says which addresses and certificates are good counts.
    pub fn new(config: ConnectConfig, http: ClientConfig) -> Self {
        Self { known: Arc::new(Known::new(config, http)) }
    }

    pub(crate) fn config(&self) -> &ConnectConfig {
        &self.known.config
    }

    /// What is known of the authorization server.
    pub(crate) async fn server(&self) -> Result<Arc<Server>> {
        self.known.server().await
    }

    /// Names the authorization server and this client there, as configuration does: tokens of one are never sent to
    /// another.
    pub(crate) fn name(&self) -> String {
        let ConnectConfig { issuer, token_url, client_id, .. } = self.config();
        let server = issuer.as_ref().or(token_url.as_ref());
        digest(&format!("{}\n{client_id}", server.map_or("", String::as_str)))
    }

    /// Where the user's browser goes (OAuth 2.1 section 4.1.1). What configuration adds never replaces ours.
    pub(crate) async fn authorize_url(&self, asked: Asked<'_>) -> Result<String> {
        let server = self.server().await?;
        let mut url = server.authorize.clone();
        let scope = self.config().scopes.join(" ");
        let challenge = digest(asked.verifier);
        let ours = [
            ("response_type", Some("code")),
            ("client_id", Some(self.config().client_id.as_str())),
            ("redirect_uri", Some(asked.redirect_uri)),
            ("scope", Some(scope.as_str()).filter(|scope| !scope.is_empty())),
            ("state", Some(asked.state)),
            ("code_challenge", Some(&challenge)),
            ("code_challenge_method", Some("S256")),
            ("nonce", asked.nonce),
            ("resource", self.config().resource.as_deref()),
        ];
        {
            let mut pairs = url.query_pairs_mut();
            for (name, value) in ours {
                if let Some(value) = value {
                    pairs.append_pair(name, value);
                }
            }
            for (name, value) in &self.config().authorize_parameters {
                if !ours.iter().any(|(ours, _)| ours == name) {
                    pairs.append_pair(name, value);
                }
            }
        }
        Ok(url.into())
    }

    /// Whether an answer comes from this server and no other (RFC 9207 section 2.4). Where configuration does not say
    /// what it is called, its name must be at the host that the user was sent to.
    pub(crate) async fn is_from(&self, iss: Option<&str>) -> Result<bool> {
        let server = self.server().await?;
        Ok(match (iss, &server.issuer) {
            (None, _) => !server.says_issuer,
            (Some(iss), Some(expected)) => iss == expected,
            (Some(iss), None) => reqwest::Url::parse(iss).is_ok_and(|iss| iss.origin() == server.authorize.origin()),
        })
    }

    /// Turns a code into tokens (OAuth 2.1 section 4.1.3).
    pub(crate) async fn redeem(&self, code: &str, verifier: &str, redirect_uri: &str) -> Result<Grant, Refused> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier),
        ];
        let server = self.server().await.map_err(Refused::Other)?;
        self.token(&server, &form).await
    }

    /// Turns a refresh token into tokens (OAuth 2.1 section 4.3). A server that gives no new refresh token leaves the old
    /// one good.
    pub(crate) async fn refresh(&self, server: &Server, grant: &Grant) -> Result<Grant, Refused> {
        let Some(refresh_token) = &grant.refresh_token else { return Err(Refused::Grant) };
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose())];
        let mut new = self.token(server, &form).await?;
        new.refresh_token = new.refresh_token.or_else(|| grant.refresh_token.clone());
        new.scope = new.scope.or_else(|| grant.scope.clone());
        Ok(new)
    }

    async fn token(&self, server: &Server, form: &[(&str, &str)]) -> Result<Grant, Refused> {
        let mut form = form.to_vec();
        form.extend(self.config().resource.as_deref().map(|resource| ("resource", resource)));
        let account = self.sign(server, &mut form);
        let (status, answer) = server.token.post(&form, account).await.map_err(Refused::Other)?;
        let grant = Grant::read(status, &answer, now_s())?;
        Ok(Grant { server: Some(self.name()), ..grant })
    }

    /// Gives tokens back (RFC 7009). `false` where the server cannot take them back.
    pub(crate) async fn revoke(&self, grant: &Grant) -> Result<bool> {
        let server = self.server().await?;
        let Some(endpoint) = &server.revoke else { return Ok(false) };
        // The refresh token first: with it go the access tokens that came of it (section 2.1).
        let refresh = grant.refresh_token.as_ref().map(|token| (token, "refresh_token"));
        for (token, hint) in refresh.into_iter().chain([(&grant.access_token, "access_token")]) {
            let mut form = vec![("token", token.expose()), ("token_type_hint", hint)];
            let account = self.sign(&server, &mut form);
            let (status, _) = endpoint.post(&form, account).await?;
            if !status.is_success() {
                return Err(Error::unavailable(format!("the revocation endpoint answers {status}")));
            }
        }
        Ok(true)
    }

    /// Says who this client is: by an account, or in the form (RFC 6749 sections 2.3.1 and 3.2.1).
    fn sign<'a>(&'a self, server: &Server, form: &mut Vec<(&'a str, &'a str)>) -> Option<(&'a str, &'a str)> {
        let id = self.config().client_id.as_str();
        match &self.config().client_secret {
            Some(secret) if !server.secret_in_form => return Some((id, secret.expose())),
            Some(secret) => form.extend([("client_id", id), ("client_secret", secret.expose())]),
            None => form.push(("client_id", id)),
        }
        None
    }
}

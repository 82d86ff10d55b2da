use connector::{Error, ErrorKind, Result};
use serde_json::{Map, Value};
use upstream::{ClientConfig, ConnectConfig};

use super::endpoint::{Endpoint, parsed};

/// What is known of an authorization server.
#[derive(Debug)]
pub(crate) struct Server {
    pub(super) authorize: reqwest::Url,
    pub(super) token: Endpoint,
    pub(super) revoke: Option<Endpoint>,
    /// Its name, where that is known.
    pub(super) issuer: Option<String>,
    /// Whether its answers always say who it is (RFC 9207 section 3).
    pub(super) says_issuer: bool,
    /// Whether its token endpoint takes the client's secret in the form and not as an account.
    pub(super) secret_in_form: bool,
}

/// Configuration's own words go before those of the server's metadata.
pub(super) async fn server(config: &ConnectConfig, http: &ClientConfig) -> Result<Server> {
    let metadata = match &config.issuer {
        Some(issuer) if config.authorize_url.is_none() || config.token_url.is_none() => metadata(issuer, http).await?,
        _ => Map::new(),
    };
    let said = |name: &str| metadata.get(name).and_then(Value::as_str);
    let issuer = config.issuer.as_deref().unwrap_or_default();
    let endpoint = |ours: Option<&str>, theirs: &str| match (ours, said(theirs)) {
        (Some(url), _) => Endpoint::configured(url, http).map(Some),
        (None, Some(url)) => Endpoint::described(url, issuer, http).map(Some),
        (None, None) => Ok(None),
    };
    let authorize = config.authorize_url.as_deref().or(said("authorization_endpoint"));
    let token = endpoint(config.token_url.as_deref(), "token_endpoint")?;
    let (Some(authorize), Some(token)) = (authorize, token) else {
        return Err(Error::internal(format!(
            "the authorization server {issuer} names no authorization or token endpoint"
        )));
    };
    let methods = metadata.get("token_endpoint_auth_methods_supported").and_then(Value::as_array);
    let takes = |method: &str| methods.is_some_and(|methods| methods.iter().any(|it| it == method));
    Ok(Server {
        authorize: parsed(authorize)?,
        token,
        revoke: endpoint(config.revoke_url.as_deref(), "revocation_endpoint")?,
        issuer: config.issuer.clone(),
        says_issuer: metadata.get("authorization_response_iss_parameter_supported") == Some(&Value::Bool(true)),
        secret_in_form: takes("client_secret_post") && !takes("client_secret_basic"),
    })
}

/// The server's metadata: RFC 8414 section 3.1, or OpenID Connect Discovery 1.0 section 4.
async fn metadata(issuer: &str, http: &ClientConfig) -> Result<Map<String, Value>> {
    let url = parsed(issuer)?;
    let path = url.path().trim_end_matches('/');
    let origin = url.origin().ascii_serialization();
    let places = [
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
        format!("{origin}{path}/.well-known/openid-configuration"),
    ];
    let mut away = None;
    for place in places {
        match Endpoint::configured(&place, http)?.get().await {
            // Whoever answers under another name is another (RFC 8414 section 3.3).
            Ok((status, found)) if status.is_success() && found.get("issuer").is_some_and(|name| name == issuer) => {
                return Ok(found);
            }
            Ok(_) => {}
            Err(error) => away = Some(error),
        }
    }
    Err(away.unwrap_or_else(|| {
        Error::new(
            ErrorKind::Unavailable,
            "The service that accounts are connected at does not say how. Try again later.",
        )
        .with_source(format!("no metadata of the authorization server {issuer} was found, or it has another name"))
    }))
}

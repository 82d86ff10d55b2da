use bytes::Bytes;
use connector::{Error, Result};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};
use serde_json::{Map, Value};
use upstream::{Client, ClientConfig, Origin, Request};

/// The most bytes of an authorization server's answer.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// How long an authorization server may take.
const TIMEOUT_MS: u64 = 15_000;

/// One address of an authorization server.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    client: Client,
    origin: Origin,
    path: String,
    query: String,
}

impl Endpoint {
    /// One that configuration names.
    pub(super) fn configured(url: &str, http: &ClientConfig) -> Result<Self> {
        Self::at(url, Origin::parse, http)
    }

    /// One that the server's own metadata names. Where it is at the host that configuration names, that host's address
    /// may be any; elsewhere it must be a public one.
    pub(super) fn described(url: &str, issuer: &str, http: &ClientConfig) -> Result<Self> {
        let same = matches!((parsed(url), parsed(issuer)), (Ok(one), Ok(other)) if one.host_str() == other.host_str());
        Self::at(url, if same { Origin::parse } else { Origin::described }, http)
    }

    fn at(
        url: &str,
        origin: impl Fn(&str) -> Result<Origin, upstream::ConfigError>,
        http: &ClientConfig,
    ) -> Result<Self> {
        let parsed = parsed(url)?;
        let origin = origin(&parsed.origin().ascii_serialization()).map_err(Error::internal)?;
        // A code is good once, and a refresh token may be: nothing is repeated by itself.
        let config = ClientConfig {
            allow_addresses: http.allow_addresses.clone(),
            ca: http.ca.clone(),
            timeout_ms: TIMEOUT_MS,
            redirects_max: 0,
            retries: 0,
            ..ClientConfig::default()
        };
        let client = Client::new(vec![origin.clone()], &config).map_err(Error::internal)?;
        let (path, query) = (parsed.path().to_owned(), parsed.query().unwrap_or_default().to_owned());
        Ok(Self { client, origin, path, query })
    }

    /// Its JSON, if that is an object.
    pub(super) async fn get(&self) -> Result<(StatusCode, Map<String, Value>)> {
        self.send(self.request(Method::GET)).await
    }

    /// Sends a form, with an account where there is one (RFC 6749 section 2.3.1).
    pub(super) async fn post(
        &self,
        form: &[(&str, &str)],
        account: Option<(&str, &str)>,
    ) -> Result<(StatusCode, Map<String, Value>)> {
        let mut request = self.request(Method::POST);
        request.repeatable = false;
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        request.body = Bytes::from(encoded(form));
        if let Some((id, secret)) = account {
            use base64::Engine as _;
            let one = encoded(&[(id, secret)]).replacen('=', ":", 1);
            let basic = format!("Basic {}", base64::prelude::BASE64_STANDARD.encode(one));
            let mut value = HeaderValue::from_str(&basic).map_err(Error::internal)?;
            value.set_sensitive(true);
            request.headers.insert(AUTHORIZATION, value);
        }
        self.send(request).await
    }

    fn request(&self, method: Method) -> Request {
        let mut request = Request::new(method, self.origin.clone(), self.path.clone());
        request.query.clone_from(&self.query);
        request.answer_bytes_max = ANSWER_BYTES_MAX;
        request.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        request
    }

    async fn send(&self, request: Request) -> Result<(StatusCode, Map<String, Value>)> {
        let response = self.client.send(request).await?;
        let body = match serde_json::from_slice(&response.body) {
            Ok(Value::Object(body)) if !response.cut => body,
            _ => Map::new(),
        };
        Ok((response.status, body))
    }
}

pub(super) fn parsed(url: &str) -> Result<reqwest::Url> {
    let wrong = || Error::internal(format!("{url} is not an address of an authorization server"));
    let url = reqwest::Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.filter(|url| url.fragment().is_none()).ok_or_else(wrong)
}

/// `application/x-www-form-urlencoded`.
fn encoded(form: &[(&str, &str)]) -> String {
    let Ok(mut url) = reqwest::Url::parse("http://form.invalid/") else { return String::new() };
    url.query_pairs_mut().extend_pairs(form);
    url.query().unwrap_or_default().to_owned()
}

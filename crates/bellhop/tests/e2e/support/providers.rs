//! Identity providers that nobody here wrote, and how a user signs in at them without a browser.

use reqwest::{Client, Response, Url};
use serde_json::{Value, json};

use super::peers::NodeServer;

/// Better Auth with its jwt plugin.
pub(crate) struct BetterAuth {
    server: NodeServer,
}

impl BetterAuth {
    /// With these environment variables: see `peers/providers/better-auth.mjs`.
    pub(crate) async fn start(variables: &[(&str, &str)]) -> Self {
        Self { server: NodeServer::start("better-auth.mjs", variables).await }
    }

    /// Its base address, which is also the issuer and the audience of its tokens.
    pub(crate) fn url(&self) -> &str {
        &self.server.url
    }

    /// Where its public keys are.
    pub(crate) fn jwks(&self) -> String {
        format!("{}/api/auth/jwks", self.url())
    }

    /// A new user's session: what the browser would hold as a cookie, and the user's id.
    pub(crate) async fn sign_up(&self, name: &str) -> Session {
        let body = json!({"email": format!("{name}@example.com"), "password": "correct horse battery", "name": name});
        let address = format!("{}/api/auth/sign-up/email", self.url());
        let response = super::http().post(address).header("origin", self.url()).json(&body).send().await;
        let response = response.expect("Better Auth answers");
        let cookie = cookies(&response);
        let answer: Value = response.json().await.expect("Better Auth answers JSON");
        Session { cookie, user_id: answer["user"]["id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned() }
    }

    /// The token that the page would send along.
    pub(crate) async fn token(&self, session: &Session) -> String {
        let address = format!("{}/api/auth/token", self.url());
        let response = super::http().get(address).header("cookie", &session.cookie).send().await;
        let answer: Value = response.expect("Better Auth answers").json().await.expect("Better Auth answers JSON");
        answer["token"].as_str().unwrap_or_else(|| panic!("no token in {answer}")).to_owned()
    }
}

/// A signed-in user of Better Auth.
pub(crate) struct Session {
    cookie: String,
    /// Its 32 random characters.
    pub(crate) user_id: String,
}

/// oidc-provider with one resource for each algorithm.
pub(crate) struct OidcProvider {
    server: NodeServer,
}

/// A public example of a verifier and its S256 challenge (RFC 7636 appendix B).
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const REDIRECT: &str = "http://127.0.0.1/callback";

impl OidcProvider {
    /// `resources` is an object of algorithms by resource.
    pub(crate) async fn start(resources: &Value) -> Self {
        Self { server: NodeServer::start("oidc-provider.mjs", &[("RESOURCES", &resources.to_string())]).await }
    }

    /// One that runs already.
    pub(crate) fn of(server: NodeServer) -> Self {
        Self { server }
    }

    /// The issuer of its tokens.
    pub(crate) fn url(&self) -> &str {
        &self.server.url
    }

    /// Signs a user in (authorization code with PKCE) and gives the access and the id token for this resource.
    pub(crate) async fn sign_in(&self, user: &str, resource: &str) -> (String, String) {
        let code = self.code(user, resource).await;
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "app"),
            ("code", &code),
            ("code_verifier", VERIFIER),
            ("redirect_uri", REDIRECT),
            ("resource", resource),
        ];
        let answer = self.token(&form, None).await;
        let text = |name: &str| answer[name].as_str().unwrap_or_else(|| panic!("no {name} in {answer}")).to_owned();
        (text("access_token"), text("id_token"))
    }

    /// A token that a machine gets for itself (client credentials).
    pub(crate) async fn machine(&self, resource: &str) -> String {
        let form = [("grant_type", "client_credentials"), ("scope", "tools:read"), ("resource", resource)];
        let answer = self.token(&form, Some(("machine", "machine-secret"))).await;
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    async fn token(&self, form: &[(&str, &str)], client: Option<(&str, &str)>) -> Value {
        let mut request = super::http().post(format!("{}/token", self.url()));
        if let Some((id, secret)) = client {
            request = request.basic_auth(id, Some(secret));
        }
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(encoded(form));
        request.send().await.expect("the provider answers").json().await.expect("the provider answers JSON")
    }

    /// What a browser does: follows redirects, keeps cookies, sends the two forms.
    async fn code(&self, user: &str, resource: &str) -> String {
        let query = [
            ("response_type", "code"),
            ("client_id", "app"),
            ("redirect_uri", REDIRECT),
            ("scope", "openid tools:read"),
            ("state", "s"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("resource", resource),
        ];
        let url = Url::parse_with_params(&format!("{}/auth", self.url()), query).expect("an address");
        let next = Browser::new().through(url, user, REDIRECT).await;
        let code = next.query_pairs().find(|(name, _)| name == "code");
        code.unwrap_or_else(|| panic!("no code in {next}")).1.into_owned()
    }
}

/// What a person's browser keeps and does.
#[derive(Clone)]
pub(crate) struct Browser {
    http: Client,
    cookies: Vec<(String, String)>,
}

impl Browser {
    pub(crate) fn new() -> Self {
        Self { http: super::http(), cookies: Vec::new() }
    }

    /// Follows redirects, keeps cookies, and sends oidc-provider's two forms as `user`, until an address begins with
    /// `end`: that one is not opened.
    pub(crate) async fn through(&mut self, start: Url, user: &str, end: &str) -> Url {
        let mut url = start;
        for _ in 0..16 {
            if url.as_str().starts_with(end) {
                return url;
            }
            let response = self.get(&url).await;
            if let Some(next) = location(&url, &response) {
                url = next;
                continue;
            }
            let page = response.text().await.expect("a page");
            let between =
                |before: &str| page.split(before).nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned);
            let action = between("action=\"").unwrap_or_else(|| panic!("no form in {page}"));
            let prompt = between("name=\"prompt\" value=\"").expect("a prompt");
            let action = url.join(&action).expect("an address");
            let response = self.post(&action, &[("prompt", &prompt), ("login", user), ("password", "x")]).await;
            url = location(&action, &response).expect("a form leads on");
        }
        panic!("the sign-in does not end")
    }

    pub(crate) async fn get(&mut self, url: &Url) -> Response {
        let request = self.http.get(url.clone()).header("cookie", self.cookie_header());
        let response = request.send().await.expect("the provider answers");
        self.keep(&response);
        response
    }

    pub(crate) async fn post(&mut self, url: &Url, form: &[(&str, &str)]) -> Response {
        let request = self.http.post(url.clone()).header("cookie", self.cookie_header());
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(encoded(form));
        let response = request.send().await.expect("the provider answers");
        self.keep(&response);
        response
    }

    fn cookie_header(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub(crate) fn keep(&mut self, response: &Response) {
        for pair in cookies(response).split("; ").filter_map(|pair| pair.split_once('=')) {
            self.cookies.retain(|(name, _)| name != pair.0);
            if !pair.1.is_empty() {
                self.cookies.push((pair.0.to_owned(), pair.1.to_owned()));
            }
        }
    }
}

fn location(from: &Url, response: &Response) -> Option<Url> {
    let to = response.headers().get("location")?.to_str().ok()?;
    Some(from.join(to).expect("an address"))
}

/// `name=value` of each cookie that an answer sets.
fn cookies(response: &Response) -> String {
    let set = response.headers().get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    set.filter_map(|cookie| cookie.split(';').next()).collect::<Vec<_>>().join("; ")
}

fn encoded(form: &[(&str, &str)]) -> String {
    let url = Url::parse_with_params("http://form/", form).expect("a form");
    url.query().unwrap_or_default().to_owned()
}

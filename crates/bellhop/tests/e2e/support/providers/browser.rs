use reqwest::{Client, Response, Url};

use super::REDIRECT;

/// What a browser does: follows redirects, keeps cookies, sends forms.
#[derive(Clone)]
pub(crate) struct Browser {
    http: Client,
    cookies: Vec<(String, String)>,
}

/// A page, and where it lies.
pub(super) struct Page {
    pub(super) url: Url,
    pub(super) text: String,
}

impl Browser {
    pub(crate) fn new() -> Self {
        Self { http: crate::support::http(), cookies: Vec::new() }
    }

    /// Goes on from `url`, filling each page as `fill` says, until the provider sends the user back with a code.
    pub(super) async fn code(&mut self, url: Url, fill: impl Fn(&Page) -> Vec<(String, String)>) -> String {
        let end = self.until(url, REDIRECT, fill).await;
        let code = end.query_pairs().find(|(name, _)| name == "code");
        code.unwrap_or_else(|| panic!("no code in {end}")).1.into_owned()
    }

    /// The same at oidc-provider, as `user`, up to an address that begins with `end`. That one is not opened.
    pub(crate) async fn through(&mut self, url: Url, user: &str, end: &str) -> Url {
        self.until(url, end, |page| oidc_form(page, user)).await
    }

    async fn until(&mut self, mut url: Url, end: &str, fill: impl Fn(&Page) -> Vec<(String, String)>) -> Url {
        for _ in 0..20 {
            if url.as_str().starts_with(end) {
                return url;
            }
            let response = self.get(&url).await;
            if let Some(next) = location(&url, &response) {
                url = next;
                continue;
            }
            let page = Page { text: response.text().await.expect("a page"), url };
            let action = page.between("action=\"").unwrap_or_else(|| panic!("no form in {}", page.text));
            let action = page.url.join(&action.replace("&amp;", "&")).expect("an address");
            let response = self.post(&action, &fill(&page)).await;
            url = location(&action, &response).unwrap_or_else(|| panic!("{action} does not lead on"));
        }
        panic!("the sign-in does not end: {url}")
    }

    pub(crate) async fn get(&mut self, url: &Url) -> Response {
        let request = self.http.get(url.clone()).header("cookie", self.cookie_header());
        let response = request.send().await.expect("the provider answers");
        self.keep(&response);
        response
    }

    pub(crate) async fn post(&mut self, url: &Url, form: &[(String, String)]) -> Response {
        let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let request = self.http.post(url.clone()).header("cookie", self.cookie_header());
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(encoded(&form));
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

/// What oidc-provider's development pages ask for.
pub(super) fn oidc_form(page: &Page, user: &str) -> Vec<(String, String)> {
    let prompt = page.between("name=\"prompt\" value=\"").expect("a prompt");
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    vec![pair("prompt", &prompt), pair("login", user), pair("password", "x")]
}

impl Page {
    /// What stands between this text and the next quote.
    pub(super) fn between(&self, before: &str) -> Option<String> {
        self.text.split(before).nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned)
    }
}

fn location(from: &Url, response: &Response) -> Option<Url> {
    let to = response.headers().get("location")?.to_str().ok()?;
    Some(from.join(to).expect("an address"))
}

/// `name=value` of each cookie that an answer sets.
pub(super) fn cookies(response: &Response) -> String {
    let set = response.headers().get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    set.filter_map(|cookie| cookie.split(';').next()).collect::<Vec<_>>().join("; ")
}

pub(super) fn encoded(form: &[(&str, &str)]) -> String {
    let url = Url::parse_with_params("http://form/", form).expect("a form");
    url.query().unwrap_or_default().to_owned()
}

//! Small plain pages: no script, nothing from elsewhere, and nothing that was not escaped.

use axum::response::{IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, X_FRAME_OPTIONS,
};
use http::{HeaderValue, StatusCode, Uri};

use crate::error::Failure;

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem}";

/// Styles that stand in the page, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/// One page.
pub(crate) struct Page {
    title: &'static str,
    body: String,
    /// Where its form may lead.
    forms: Option<String>,
}

impl Page {
    /// The account is connected.
    pub(crate) fn connected(resource: &str, page: Option<&str>) -> Self {
        let resource = escaped(resource);
        let back = page.map(|page| format!("<p><a href=\"{}\">Go on</a></p>", escaped(page)));
        let body = format!(
            "<p>Your account for <b>{resource}</b> is connected. You can close this page and ask again for what you \
             wanted.</p>{}",
            back.unwrap_or_default()
        );
        Self { title: "Connected", body, forms: None }
    }

    /// Asks whoever opened a link whether they are this user. `then` is where they go.
    pub(crate) fn confirm(resource: &str, user: &str, then: &str) -> Self {
        let (resource, user) = (escaped(resource), escaped(user));
        let body = format!(
            "<p>Connect an account for <b>{resource}</b>? The user <b>{user}</b> will then act with it.</p><p>Go on only if \
             you are {user} and asked for this yourself. If somebody sent you this link, close this page.</p><form \
             method=\"post\"><button>I am {user}: connect my account</button></form>"
        );
        // Browsers hold the page's forms to this also when the answer sends them on.
        let forms = origin(then).map_or_else(|| "'self'".to_owned(), |origin| format!("'self' {origin}"));
        Self { title: "Connect your account", body, forms: Some(forms) }
    }

    /// It did not work.
    pub(crate) fn failed(sentence: &str, request_id: &str) -> Self {
        let body = format!("<p>{}</p><p><small>{}</small></p>", escaped(sentence), escaped(request_id));
        Self { title: "Not connected", body, forms: None }
    }

    /// The page as an answer.
    pub(crate) fn show(self, status: StatusCode) -> Response {
        let Self { title, body, forms } = self;
        let text = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style><h1>{title}</h1>{body}</html>"
        );
        let policy = format!("{POLICY}; form-action {}", forms.as_deref().unwrap_or("'none'"));
        let mut response = (status, text).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(POLICY));
        headers.insert(CONTENT_SECURITY_POLICY, policy);
        headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        keep_close(response)
    }
}

/// An answer without a page, kept as close.
pub(crate) fn bare(response: Response) -> Result<Response, Failure> {
    Ok(keep_close(response))
}

/// Addresses here hold codes and tickets: nobody keeps them, and no other page learns of them.
fn keep_close(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let opener = HeaderName::from_static("cross-origin-opener-policy");
    headers.insert(opener, HeaderValue::from_static("same-origin"));
    response
}

fn origin(url: &str) -> Option<String> {
    let uri = Uri::try_from(url).ok()?;
    let plain = |text: &str| !text.contains([';', ',', ' ', '\'']);
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?.as_str());
    plain(authority).then(|| format!("{scheme}://{authority}"))
}

/// Text that stays text, in an element and in a quoted attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            character if character.is_control() => out.push(' '),
            character => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_of_a_page() {
        let page = Page::confirm("<b>", "\"><script>alert('1')</script>&", "https://as.test/authorize?a=b");
        assert!(!page.body.contains("<script") && page.body.contains("&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)"));
        assert_eq!(page.forms.as_deref(), Some("'self' https://as.test"));
    }
}

use bytes::Bytes;
use connector::{Error, ErrorKind};
use http::header::{CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, Method, StatusCode};
use reqwest::Url;

use crate::{Origin, Request};

/// One request of a call as it goes out: the call's own, or what a redirect made of it.
#[derive(Clone, Debug)]
pub(crate) struct Hop {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Hop {
    pub(crate) fn first(request: &Request, url: Url) -> Self {
        Self { method: request.method.clone(), url, headers: request.headers.clone(), body: request.body.clone() }
    }

    /// Where an answer leads, by the rules of RFC 9110 section 15.4: `None` where it leads nowhere, an error where it
    /// leads to what this client does not call. 303, and 302 after a POST, ask to look at something else with GET;
    /// all others ask to repeat the same request.
    pub(crate) fn follow(
        &self,
        origin: &Origin,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> Option<Result<Self, Error>> {
        let is_redirect = matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308);
        let location = headers.get(LOCATION).filter(|_| is_redirect)?;
        let next = location.to_str().ok().and_then(|location| self.url.join(location).ok());
        let Some(mut url) = next else { return Some(Err(self.refused("an address that cannot be read"))) };
        url.set_fragment(None);
        if !origin.holds(&url) {
            let is_upgrade = self.url.scheme() == "http" && url.scheme() == "https" && url.host() == self.url.host();
            let to = if is_upgrade { "https: write `url` of this resource with https" } else { "another origin" };
            return Some(Err(self.refused(to)));
        }
        // Who is calling may stand in the query. An address without it may be everybody's.
        let kept = url.query().unwrap_or_default().split('&').collect::<Vec<_>>();
        if !self.url.query().unwrap_or_default().split('&').all(|pair| pair.is_empty() || kept.contains(&pair)) {
            return Some(Err(self.refused("an address without the query of the call")));
        }
        let mut next = Self { url, ..self.clone() };
        let is_look = match status.as_u16() {
            303 => self.method != Method::HEAD,
            302 => self.method == Method::POST,
            _ => false,
        };
        if is_look {
            next.method = Method::GET;
            next.body = Bytes::new();
            for name in [CONTENT_TYPE, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION] {
                next.headers.remove(name);
            }
        }
        Some(Ok(next))
    }

    /// Says nothing of the target: its address may hold a key.
    pub(crate) fn refused(&self, to: &str) -> Error {
        let done = if self.method.is_safe() { "" } else { " Whether it did what was asked is not known." };
        Error::new(ErrorKind::Unsupported, format!("The upstream redirects to {to}, which is not followed.{done}"))
    }
}

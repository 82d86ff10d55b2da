use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Method};
use tower_http::cors::{AllowCredentials, AllowOrigin, CorsLayer};

use crate::request_id::X_REQUEST_ID;
use crate::site::Site;

/// Where the answer gives the browser a cookie. No endpoint but the pages under `/connect` reads one.
const WITH_COOKIES: &str = "/api/connections/";

/// Lets pages of the configured origins call, each named exactly. Credentials of the browser's own (cookies) count for
/// nothing: a token does.
pub(crate) fn layer(site: &Site) -> CorsLayer {
    let origins = site.cors_origins().iter().filter_map(|origin| HeaderValue::from_str(&origin.header()).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.collect::<Vec<_>>()))
        .allow_credentials(AllowCredentials::predicate(|_, parts| parts.uri.path().starts_with(WITH_COOKIES)))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([
            ACCEPT,
            AUTHORIZATION,
            CONTENT_TYPE,
            X_REQUEST_ID,
            HeaderName::from_static("mcp-protocol-version"),
            HeaderName::from_static("mcp-method"),
            HeaderName::from_static("mcp-name"),
            HeaderName::from_static("mcp-session-id"),
            HeaderName::from_static("last-event-id"),
        ])
        .expose_headers([WWW_AUTHENTICATE, X_REQUEST_ID, RETRY_AFTER])
        .max_age(Duration::from_secs(600))
}

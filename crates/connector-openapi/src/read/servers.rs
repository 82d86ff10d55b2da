//! Where an API is served (OpenAPI 3.1 sections 4.8.5 and 4.8.6).

use indexmap::IndexMap;
use serde_json::Value;
use url::Url;

use super::document::At;

/// How many servers of one list are read.
const SERVERS_MAX: usize = 20;

/// The addresses of a `servers` list: variables filled by `chosen`, else with their defaults; relative ones resolved
/// against `base`, and left out where there is none.
pub(super) fn addresses(list: At<'_>, chosen: &IndexMap<String, String>, base: Option<&Url>) -> Vec<String> {
    let servers = list.items().take(SERVERS_MAX);
    let mut addresses: Vec<String> = Vec::new();
    for server in servers {
        let Some(url) = server.text("url") else { continue };
        let filled = filled(url.trim(), server.get("variables"), chosen);
        if let Some(address) = absolute(&filled, base)
            && !addresses.contains(&address)
        {
            addresses.push(address);
        }
    }
    addresses
}

/// The address as an absolute one without a trailing slash.
pub(super) fn absolute(url: &str, base: Option<&Url>) -> Option<String> {
    let parsed = match Url::parse(url) {
        Ok(parsed) => parsed,
        Err(_) => base.filter(|base| matches!(base.scheme(), "http" | "https"))?.join(url).ok()?,
    };
    let usable = matches!(parsed.scheme(), "http" | "https") && parsed.has_host();
    usable.then(|| parsed.as_str().trim_end_matches('/').to_owned())
}

fn filled(url: &str, variables: Option<At<'_>>, chosen: &IndexMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = url;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            break;
        };
        let default = || variables?.value.get(name)?.get("default").map(text);
        out.push_str(&chosen.get(name).cloned().or_else(default).unwrap_or_default());
        rest = after;
    }
    out.push_str(rest);
    out
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

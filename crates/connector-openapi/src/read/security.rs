//! Security schemes and requirements (OpenAPI 3.1 sections 4.8.27 and 4.8.30).

use indexmap::IndexMap;

use super::document::{At, Documents};
use crate::api::{Requirement, Scheme};

pub(super) fn schemes(documents: &Documents) -> IndexMap<String, Scheme> {
    let Some(all) = documents.root().get("components").and_then(|at| at.get("securitySchemes")) else {
        return IndexMap::new();
    };
    all.names().filter_map(|(name, at)| Some((name.clone(), scheme(documents.follow(at)?)))).collect()
}

fn scheme(at: At<'_>) -> Scheme {
    let name = || at.text("name").unwrap_or_default().to_owned();
    match (at.text("type").unwrap_or_default(), at.text("in").unwrap_or_default()) {
        ("http", _) => match at.text("scheme").unwrap_or_default().to_ascii_lowercase().as_str() {
            "basic" => Scheme::Basic,
            "bearer" => Scheme::Bearer,
            other => Scheme::Http(other.to_owned()),
        },
        // Swagger 2.0's word for it, which stands in later documents too.
        ("basic", _) => Scheme::Basic,
        ("apiKey", "header") if name().eq_ignore_ascii_case("authorization") => Scheme::Header("Authorization".into()),
        ("apiKey", "header") => Scheme::Header(name()),
        ("apiKey", "query") => Scheme::Query(name()),
        ("apiKey", "cookie") => Scheme::Cookie(name()),
        ("oauth2" | "openIdConnect", _) => oauth(at),
        ("mutualTLS", _) => Scheme::MutualTls,
        (other, _) => Scheme::Unknown(other.to_owned()),
    }
}

fn oauth(at: At<'_>) -> Scheme {
    let flows = at.get("flows");
    let named = |name: &str| flows.and_then(|flows| flows.get(name));
    let code = named("authorizationCode");
    let scopes = code.or_else(|| flows?.members().next().map(|(_, flow)| flow)).and_then(|flow| flow.get("scopes"));
    let text = |name: &str| code.and_then(|flow| flow.text(name)).map(str::to_owned);
    Scheme::OAuth {
        authorize_url: text("authorizationUrl"),
        token_url: text("tokenUrl"),
        scopes: scopes.into_iter().flat_map(|scopes| scopes.names().map(|(name, _)| name.clone())).collect(),
    }
}

/// The alternatives of a `security` list; each is schemes that are needed together.
pub(super) fn requirements(list: At<'_>) -> Vec<Requirement> {
    list.items().map(|one| one.names().map(|(name, _)| name.clone()).collect()).collect()
}

//! One file for each endpoint, and the one table from which the router is made.

mod chat;
mod connect;
mod connections;
mod credentials;
mod health;
mod metrics;
mod openapi;
mod tools;
mod well_known;

use std::sync::Arc;

use axum::routing::{MethodRouter, get, post};

use crate::app::Shared;
use crate::{Config, error, mcp};

pub(crate) use health::Readiness;

/// Who may reach an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Anyone who can connect.
    Public,
    /// A verified user.
    User,
}

/// An endpoint, for documents and for the test that tries each without a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// Its method.
    pub method: &'static str,
    /// Its path; `{…}` stands for a part that varies.
    pub path: &'static str,
    /// Who may reach it.
    pub access: Access,
}

/// A path of the router. Saying who may reach it is not optional.
pub(crate) struct Route {
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) methods: &'static [&'static str],
    pub(crate) handlers: MethodRouter<Arc<Shared>>,
}

/// Every path there is.
pub(crate) fn table(config: &Config) -> Vec<Route> {
    use Access::{Public, User};
    let get_at = |path, access, handlers| Route { path, access, methods: &["GET"], handlers };
    let post_at = |path, access, handlers| Route { path, access, methods: &["POST"], handlers };
    let mut routes = vec![
        post_at("/mcp", User, post(mcp::serve)),
        post_at("/api/agents/chat", User, post(chat::ask)),
        get_at("/api/tools", User, get(tools::list)),
        post_at("/api/tools/{name}", User, post(tools::call)),
        Route {
            path: "/api/credentials/{resource}",
            access: User,
            methods: &["GET", "PUT", "DELETE"],
            handlers: get(credentials::look).put(credentials::set).delete(credentials::remove),
        },
        get_at("/api/connections", User, get(connections::list)),
        Route {
            path: "/api/connections/{resource}",
            access: User,
            methods: &["GET", "POST", "DELETE"],
            handlers: get(connections::look).post(connections::begin).delete(connections::remove),
        },
        get_at("/connect/callback", Public, get(connect::callback)),
        get_at("/connect/signed-in", Public, get(connect::signed_in)),
        Route {
            path: "/connect/{ticket}",
            access: Public,
            methods: &["GET", "POST"],
            handlers: get(connect::visit).post(connect::confirm),
        },
        get_at("/.well-known/oauth-protected-resource", Public, get(well_known::root)),
        get_at("/.well-known/oauth-protected-resource/{*path}", Public, get(well_known::inserted)),
        get_at("/.well-known/jwks.json", Public, get(well_known::keys)),
        get_at("/healthz", Public, get(health::alive)),
        get_at("/readyz", Public, get(health::ready)),
        get_at("/openapi.json", Public, get(openapi::document)),
    ];
    if config.metrics {
        routes.push(get_at("/metrics", Public, get(metrics::text)));
    }
    for route in &mut routes {
        let handlers = std::mem::take(&mut route.handlers);
        route.handlers = handlers.fallback(error::no_such_method);
    }
    routes
}

/// Every endpoint that a server with this configuration has.
pub fn endpoints(config: &Config) -> Vec<Endpoint> {
    let each = |route: Route| {
        let Route { path, access, methods, .. } = route;
        methods.iter().map(move |method| Endpoint { method, path, access })
    };
    table(config).into_iter().flat_map(each).collect()
}

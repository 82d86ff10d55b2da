//! What the tests share.

pub(crate) mod devices;
pub(crate) mod fixtures;
pub(crate) mod graphql;
pub(crate) mod grpc;
pub(crate) mod kinto;
pub(crate) mod mcp;
pub(crate) mod model;
pub(crate) mod peers;
pub(crate) mod process;
pub(crate) mod providers;
pub(crate) mod proxy;
pub(crate) mod settings;

pub(crate) use mcp::Mcp;
pub(crate) use process::Bellhop;

/// An HTTP client that follows no redirect and takes half a minute at most.
pub(crate) fn http() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(std::time::Duration::from_secs(30))
        .no_proxy()
        .build()
        .expect("an HTTP client can be made")
}

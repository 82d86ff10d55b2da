//! HTTP APIs as a user's tools: an OpenAPI document becomes a catalog, an operation becomes one HTTP request.
//!
//! `read` turns a document of any version into an [`api::Api`]; `catalog` turns that into collections and actions;
//! `request` turns an operation and its arguments into an [`upstream::Request`]; `response` turns what comes back into
//! an [`connector::Outcome`]. `ties` closes what cannot be tied to a caller and puts the caller's own values where they
//! belong; `upstream` keeps the request on the configured origins and makes it its caller's.

mod api;
mod catalog;
mod collection;
mod config;
mod open_api;
mod origins;
mod read;
mod request;
mod response;
mod schema;
mod selection;
mod ties;

pub use collection::CollectionConfig;
pub use config::{Config, Selection};
pub use open_api::OpenApi;

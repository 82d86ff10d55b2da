//! GraphQL APIs as a user's tools: every field of the query and mutation types becomes an action, as does every operation
//! that is declared in a file.
//!
//! `schema` finds and reads the API's schema, which `model` keeps; `action` makes actions of it; `ties` closes what cannot be
//! tied to a caller and puts the caller's own values where they belong; `inputs` describes arguments and `select` what is
//! asked for; `call` writes the request and `answer` reads what comes back. [`upstream`] keeps requests on the configured
//! origin and makes them their caller's.

mod action;
mod answer;
mod call;
mod catalog;
mod config;
mod graphql;
mod inputs;
mod model;
mod pattern;
mod schema;
mod select;
mod ties;
mod words;

pub use config::Config;
pub use graphql::Graphql;

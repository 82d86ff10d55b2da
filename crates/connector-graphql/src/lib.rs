//! GraphQL APIs as a user's tools: every field of the query and mutation types becomes an action, as does every operation
//! that is declared in a file.

mod config;
mod graphql;

pub use config::Config;
pub use graphql::Graphql;

//! A server reached over Streamable HTTP: the stateless revision where it speaks it, sessions where it does not.

mod answer;
mod headers;
mod link;
mod listen;
mod session;

pub(crate) use link::Http;

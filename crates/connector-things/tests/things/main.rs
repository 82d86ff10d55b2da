//! Devices, whose they are, and what is checked before anything is sent.

mod corpus;
mod http;
mod suite;
mod support;
mod virtually;

//! The connector against a gRPC server in Python.

#![recursion_limit = "256"]

mod calls;
mod described;
mod failures;
mod mapping;
mod reads;
mod schemas;
mod streams;
mod suite;
mod support;
mod tls;
mod whose;

//! The connector against a gRPC server in Python.

mod reads;
mod support;

//! Both engines through one set of claims, on real databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod any_schema;
mod asking;
mod figures;
mod functions;
mod guards;
mod membership;
mod naming;
mod ownership;
mod queries;
mod reading;
mod related;
mod row_security;
mod schemas;
mod searching;
mod several;
mod shop;
mod stopping;
mod suite;
mod tenants;
mod types;
mod upserts;
mod values;
mod versions;
mod world;
mod writes;

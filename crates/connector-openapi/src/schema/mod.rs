//! Schemas of documents as JSON Schema 2020-12.
//!
//! `convert` reads the dialects of OpenAPI 3.0 and 3.1 (Swagger 2.0's is made 3.0's first) and gathers what their
//! `$ref`s lead to as definitions; `render` makes the one schema of an action, with the definitions that it reaches
//! and within bounds.

mod convert;
mod keywords;
mod pattern;
mod render;

pub(crate) use convert::{Dialect, Schemas};
pub(crate) use render::{Limits, Side, is_only, render};

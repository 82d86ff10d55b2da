//! All kinds of resources in one house, used in one sentence.

mod every_kind;
mod tokens;

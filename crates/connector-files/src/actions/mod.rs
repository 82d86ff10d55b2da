//! What is not one of the operations on the collection.

pub(crate) mod append;
pub(crate) mod copy;
pub(crate) mod lines;
pub(crate) mod move_;
pub(crate) mod needle;
pub(crate) mod search;
pub(crate) mod usage;

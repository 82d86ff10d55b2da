//! From a tool's arguments to an operation, with messages that a model can correct itself by.

mod aggregate;
mod batch;
mod identity;
mod list;
mod operation;
mod tidy;
mod validate;

pub(crate) use batch::validate_each;
pub(crate) use identity::{refuse_others, refuse_others_in_filters, refuse_others_values, refuse_others_within};
pub(crate) use list::{Query, read_list};
pub(crate) use operation::read;
pub(crate) use tidy::{object, tidy};
pub(crate) use validate::validate;

//! Thing Descriptions (W3C "Web of Things Thing Description 1.1"), read leniently: what is wrong with one affordance or
//! form costs that one and no other.

mod affordance;
mod form;
mod thing;

pub(crate) use self::affordance::{Action, Event, Property};
pub(crate) use self::form::{Form, Op};
pub(crate) use self::thing::{SecurityScheme, Thing};

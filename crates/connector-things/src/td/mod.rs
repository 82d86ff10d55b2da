//! Thing Descriptions (W3C "Web of Things Thing Description 1.1"), read leniently: what is wrong with one affordance or
//! form costs that one and no other. That is why they are read from JSON values here and not into a library's types,
//! where one unknown word fails the whole device.

mod affordance;
mod form;
mod parse;
mod schema;
mod thing;

pub(crate) use self::affordance::{Action, Event, Property};
pub(crate) use self::form::{Form, Op};
pub(crate) use self::parse::{Place, host, thing as parse};
pub(crate) use self::schema::validator;
pub(crate) use self::thing::{SecurityScheme, Thing};

//! MQTT 3.1.1 and 5, by the W3C "MQTT Binding" of Thing Descriptions: a property, action or event has a topic on a broker.
//!
//! There is one connection for each broker and account. It is made anew, from nothing, when it breaks: what waited in the
//! old one for an acknowledgement is not sent again, and is told as sent without a confirmation.

mod account;
mod answer;
mod binding;
mod command;
mod config;
mod form;
mod listen;
mod message;
mod pool;
mod presence;
mod publish;
mod session;
mod topic;
mod v4;
mod v5;
mod wire;

#[cfg(test)]
mod tests;

pub(crate) use self::binding::Mqtt;
pub use self::config::{MqttConfig, MqttVersion};

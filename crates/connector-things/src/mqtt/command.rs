use std::time::Duration;

use connector::{Error, Result};
use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::binding::Mqtt;
use super::form::{self, Broker, Qos, Route};
use super::listen::Listening;
use super::publish::publish;
use super::session::Shared;
use super::topic::{Filter, Topic};
use super::wire::{Letter, Mouth};
use crate::binding::{At, Done};
use crate::payload;
use crate::td::Op;

/// A command that is ready to be sent.
pub(crate) struct Command {
    pub(crate) topic: Topic,
    pub(crate) qos: Qos,
    pub(crate) retain: bool,
    pub(crate) response: Option<Topic>,
}

impl Mqtt {
    /// Sets a property, and waits for it to tell its new value where it can be heard.
    pub(crate) async fn set(&self, at: &At, value: &Value) -> Result<Done> {
        let end = Instant::now() + at.timeout;
        let (broker, command) = self.command(at)?;
        let shared = self.pool.session(&broker, &super::account::Account::of(at)?)?;
        let mouth = shared.ready(at.timeout).await?;
        let letter = self.letter(at, &command, Some(value))?;
        let wait = Duration::from_millis(self.pool.config.confirm_wait_ms);
        let heard = match confirmation(at, &broker, &command.topic) {
            // Listened to before it is sent: what the device tells at once is not missed.
            Some(filter) => shared.listen(&mouth, &filter, command.qos, left(end).min(wait)).await.ok(),
            None => None,
        };
        let done = publish(&mouth, letter, left(end)).await?;
        let Some(heard) = heard else { return Ok(done) };
        let told = timeout(wait.min(left(end)), tells(heard, at, value));
        Ok(if told.await.unwrap_or(false) { Done::Confirmed } else { done })
    }

    /// Where a command goes.
    pub(crate) fn command(&self, at: &At) -> Result<(Broker, Command)> {
        match self.route(&at.form, at.op, at.thing.named)? {
            (broker, Route::Publish { topic, qos, retain, response }) => {
                Ok((broker, Command { topic, qos, retain, response }))
            }
            _ => Err(Error::internal("a command that is listened to")),
        }
    }

    pub(crate) fn letter(&self, at: &At, command: &Command, value: Option<&Value>) -> Result<Letter> {
        let payload = value.map(|it| payload::encode(it, &at.form.content_type)).transpose()?.unwrap_or_default();
        let bytes_max = self.pool.config.message_bytes_max as usize;
        if payload.len() > bytes_max {
            return Err(Error::invalid(format!("The device takes at most {bytes_max} bytes.")));
        }
        Ok(Letter {
            topic: command.topic.as_str().to_owned(),
            payload,
            qos: command.qos,
            retain: command.retain,
            content_type: at.form.content_type.clone(),
            // What is retained is a state to be found later; a command is for now.
            expiry_s: (!command.retain).then_some(self.pool.config.expiry_s),
            response: None,
        })
    }
}

/// How long there is until then.
pub(crate) fn left(end: Instant) -> Duration {
    end.saturating_duration_since(Instant::now())
}

/// What the device itself tells the property's value on: not the topic of the command, where our own voice comes back.
fn confirmation(at: &At, broker: &Broker, topic: &Topic) -> Option<Filter> {
    let form = at.confirm.as_ref()?;
    match form::read(form, Op::Observe, at.thing.named) {
        Ok((same, Route::Subscribe { filter, .. })) if same == *broker && !filter.matches(topic.as_str()) => {
            Some(filter)
        }
        _ => None,
    }
}

/// Whether the property tells that it has this value now. Ends when it does, or when the connection breaks.
async fn tells(mut heard: Listening, at: &At, value: &Value) -> bool {
    let content_type = at.confirm.as_ref().map_or("", |form| form.content_type.as_str());
    while let Some(message) = heard.next().await {
        // What the broker had kept was told before this command.
        if message.retained {
            continue;
        }
        if payload::decode(&message.payload, content_type, &at.schema).is_ok_and(|told| is_same(&told, value)) {
            return true;
        }
    }
    false
}

/// Numbers are the same where 21 and 21.0 are.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// The connection that a call uses.
pub(crate) struct Standing<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) mouth: Mouth,
}

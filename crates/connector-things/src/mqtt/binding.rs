use std::path::PathBuf;
use std::time::Duration;

use connector::{Error, ErrorKind, Result};
use serde_json::Value;
use tokio::time::{Instant, timeout};
use upstream::Reach;

use super::account::Account;
use super::command::left;
use super::config::MqttConfig;
use super::form::{self, Broker, Route};
use super::listen::Listening;
use super::message::Message;
use super::pool::Pool;
use super::presence::presence;
use crate::binding::{At, Binding, Done, Invoked, Reading, Sink};
use crate::payload;
use crate::td::{Form, Op};

/// Devices behind MQTT brokers.
#[derive(Debug)]
pub(crate) struct Mqtt {
    pub(crate) pool: Pool,
}

impl Mqtt {
    /// Connects to nothing yet.
    pub(crate) fn new(config: &MqttConfig, reach: Reach, ca: Option<PathBuf>) -> Self {
        Self { pool: Pool::new(config, reach, ca) }
    }

    pub(crate) fn route(&self, form: &Form, op: Op, named: bool) -> Result<(Broker, Route)> {
        form::read(form, op, named).map_err(|why| {
            let message = "The device's description cannot be followed there.";
            Error::new(ErrorKind::Unsupported, message).with_source(why)
        })
    }

    /// Listens to what a form says.
    async fn listen(&self, at: &At, limit: Duration) -> Result<(Listening, bool)> {
        let end = Instant::now() + limit;
        let (broker, route) = self.route(&at.form, at.op, at.thing.named)?;
        let Route::Subscribe { filter, qos, is_presence } = route else {
            return Err(Error::internal("something to hear that is told"));
        };
        let shared = self.pool.session(&broker, &Account::of(at)?)?;
        let mouth = shared.ready(left(end)).await?;
        let listening = shared.listen(&mouth, &filter, qos, left(end)).await?;
        Ok((listening, is_presence))
    }
}

fn reading(at: &At, message: &Message) -> Result<Reading> {
    let value = payload::decode(&message.payload, &at.form.content_type, &at.schema)?;
    Ok(Reading { value, at: message.at, retained: message.retained })
}

/// The same form with something harmless in the place of its variables.
fn filled(form: &Form) -> Form {
    let fill = |text: &str| {
        let mut parts = text.split('{');
        let mut whole = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            whole.push('x');
            whole.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
        }
        whole
    };
    let mut form = form.clone();
    form.href = fill(&form.href);
    for value in form.extra.values_mut() {
        if let Value::String(text) = value {
            *text = fill(text);
        }
    }
    form
}

#[async_trait::async_trait]
impl Binding for Mqtt {
    fn schemes(&self) -> &'static [&'static str] {
        &["mqtt", "mqtts"]
    }

    fn check(&self, form: &Form, op: Op) -> Result<(), String> {
        let authority = form.href.split("//").nth(1).unwrap_or_default().split('/').next().unwrap_or_default();
        if authority.contains('{') {
            return Err("its broker is a variable".into());
        }
        form::read(&filled(form), op, true).map(drop)
    }

    async fn read(&self, at: &At) -> Result<Reading> {
        let end = Instant::now() + at.timeout;
        let (mut listening, _) = self.listen(at, at.timeout).await?;
        if let Some(last) = &listening.last {
            return reading(at, last);
        }
        let wait = Duration::from_millis(self.pool.config.read_wait_ms).min(left(end));
        match timeout(wait, listening.next()).await {
            Ok(Some(message)) => reading(at, &message),
            Ok(None) => Err(Error::new(ErrorKind::Unavailable, "The connection to the device's broker broke.")),
            Err(_) => Err(Error::new(ErrorKind::Unavailable, "The device has not told this value.")),
        }
    }

    async fn write(&self, at: &At, value: &Value) -> Result<Done> {
        self.set(at, value).await
    }

    async fn invoke(&self, at: &At, input: Option<&Value>) -> Result<Invoked> {
        self.ask(at, input).await
    }

    async fn watch(&self, at: &At, sink: &Sink) -> Result<()> {
        let (mut listening, is_presence) = self.listen(at, at.timeout).await?;
        sink.standing();
        let tell = |message: &Message| {
            // What the broker had kept of an event is not happening now.
            if at.op != Op::Subscribe || !message.retained {
                match reading(at, message) {
                    Ok(reading) => sink.value(reading),
                    Err(error) => {
                        tracing::debug!(thing = %at.thing.id, name = %at.name, %error, "a message was not taken");
                    }
                }
            }
            // A status may be in words that the schema does not know; what it says counts, and counts last.
            if let Some(online) = is_presence.then(|| presence(&message.payload)).flatten() {
                sink.online(online);
            }
        };
        // An event that was heard before was told to whoever listened then.
        if let Some(last) = listening.last.take().filter(|_| at.op != Op::Subscribe) {
            tell(&last);
        }
        while let Some(message) = listening.next().await {
            tell(&message);
        }
        Err(Error::new(ErrorKind::Unavailable, "The connection to the device's broker broke."))
    }
}

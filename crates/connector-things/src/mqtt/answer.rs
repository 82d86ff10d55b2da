use std::sync::PoisonError;

use bytes::Bytes;
use connector::{Error, ErrorKind, Result};
use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::account::Account;
use super::binding::Mqtt;
use super::command::{Standing, left};
use super::listen::Listening;
use super::message::Message;
use super::pool::random;
use super::publish::publish;
use super::topic::{Filter, Topic};
use crate::binding::{At, Invoked};
use crate::payload;

impl Mqtt {
    /// Tells a device to do something, and waits for its answer where its form says on which topic it comes.
    pub(crate) async fn ask(&self, at: &At, input: Option<&Value>) -> Result<Invoked> {
        let end = Instant::now() + at.timeout;
        let (broker, command) = self.command(at)?;
        let shared = self.pool.session(&broker, &Account::of(at)?)?;
        let standing = Standing { shared: &shared, mouth: shared.ready(at.timeout).await? };
        let mut letter = self.letter(at, &command, input)?;
        let Some(topic) = &command.response else {
            publish(&standing.mouth, letter, left(end)).await?;
            return Ok(Invoked::Sent);
        };
        // Where answers do not say which question they belong to, there is only one question at a time.
        let turn = standing.shared.turn(topic);
        let Ok(_turn) = timeout(left(end), turn.lock()).await else {
            return Err(Error::new(ErrorKind::Unavailable, "The device is busy with another call: nothing was sent."));
        };
        let filter = Filter::new(topic.as_str()).map_err(Error::internal)?;
        let heard = standing.shared.listen(&standing.mouth, &filter, command.qos, left(end)).await?;
        let question = standing.mouth.is_v5().then(|| Bytes::copy_from_slice(&random().to_be_bytes()));
        letter.response = question.clone().map(|it| (topic.as_str().to_owned(), it));
        // Devices that speak 3.1.1 cannot say which question they answer; their description says so.
        let is_told = at.form.term("mqv", "correlation").and_then(Value::as_bool).unwrap_or(true);
        let correlation = question.filter(|_| is_told);
        publish(&standing.mouth, letter, left(end)).await?;
        match timeout(left(end), answer(heard, correlation.as_ref())).await {
            // It was done, whatever it says.
            Ok(Some(message)) => Ok(Invoked::Completed(output(at, &message).unwrap_or_default())),
            Ok(None) | Err(_) => Ok(Invoked::Sent),
        }
    }
}

impl super::session::Shared {
    fn turn(&self, topic: &Topic) -> std::sync::Arc<tokio::sync::Mutex<()>> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.retain(|_, turn| std::sync::Arc::strong_count(turn) > 1);
        answers.entry(topic.as_str().to_owned()).or_default().clone()
    }
}

/// The message that answers this question.
async fn answer(mut heard: Listening, correlation: Option<&Bytes>) -> Option<std::sync::Arc<Message>> {
    loop {
        let message = heard.next().await?;
        // One without is the late answer to some other question, of ours or of somebody else.
        let is_ours = correlation.is_none_or(|ours| message.correlation.as_ref() == Some(ours));
        if is_ours && !message.retained {
            return Some(message);
        }
    }
}

fn output(at: &At, message: &Message) -> Result<Option<Value>> {
    let response = at.form.extra.get("response").and_then(|it| it.get("contentType")).and_then(Value::as_str);
    let content_type = response.unwrap_or(&at.form.content_type);
    if message.payload.is_empty() {
        return Ok(None);
    }
    payload::decode(&message.payload, content_type, &at.output).map(Some)
}

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use connector::{Error, ErrorKind, Result};
use tokio::sync::broadcast;
use tokio::time::{Instant, timeout};

use super::form::Qos;
use super::message::Message;
use super::session::Shared;
use super::topic::Filter;
use super::wire::{Granted, Mouth};

/// How many messages a slow listener may be behind.
const BEHIND_MAX: usize = 256;

/// What a connection listens to.
#[derive(Debug, Default)]
pub(crate) struct Ears(HashMap<Filter, Hearing>);

/// One subscription, for all who want it.
#[derive(Debug)]
struct Hearing {
    messages: broadcast::Sender<Arc<Message>>,
    last: Option<Arc<Message>>,
    used: Instant,
    /// Held while the broker is asked; `true` when it has said yes in this connection.
    stands: Arc<tokio::sync::Mutex<bool>>,
}

/// A part in a subscription.
#[derive(Debug)]
pub(crate) struct Listening {
    /// What was heard last before this; nothing where something newer waits.
    pub(crate) last: Option<Arc<Message>>,
    messages: broadcast::Receiver<Arc<Message>>,
}

impl Ears {
    /// Passes a message on to whom it may concern.
    pub(crate) fn hear(&mut self, message: &Message) {
        let message = Arc::new(message.clone());
        for (_, hearing) in self.0.iter_mut().filter(|(filter, _)| filter.matches(&message.topic)) {
            hearing.last = Some(message.clone());
            // Nobody listening at the moment is no loss: `last` has it.
            let _ = hearing.messages.send(message.clone());
        }
    }

    /// The connection broke: all subscriptions end.
    pub(crate) fn all_fall_silent(&mut self) {
        self.0.clear();
    }

    /// Takes out what nobody listens to since then.
    pub(crate) fn forget_unused(&mut self, kept: Duration) -> Vec<Filter> {
        let is_unused = |hearing: &Hearing| hearing.messages.receiver_count() == 0 && hearing.used.elapsed() > kept;
        let unused: Vec<Filter> =
            self.0.iter().filter(|(_, it)| is_unused(it)).map(|(filter, _)| filter.clone()).collect();
        for filter in &unused {
            self.0.remove(filter);
        }
        unused
    }

    /// Whether anybody listens.
    pub(crate) fn is_unused(&self) -> bool {
        self.0.values().all(|hearing| hearing.messages.receiver_count() == 0)
    }
}

impl Shared {
    /// Listens to a filter on this connection: from when this is done on, nothing that is told is missed.
    pub(crate) async fn listen(&self, mouth: &Mouth, filter: &Filter, qos: Qos, limit: Duration) -> Result<Listening> {
        let (stands, messages) = {
            let mut ears = self.ears();
            let is_new = !ears.0.contains_key(filter);
            if is_new && ears.0.len() >= self.config.topics_max {
                let message = "Too many topics are listened to: see `mqtt.topics_max`.";
                return Err(Error::new(ErrorKind::LimitExceeded, message));
            }
            let hearing = ears.0.entry(filter.clone()).or_insert_with(|| Hearing {
                messages: broadcast::Sender::new(BEHIND_MAX),
                last: None,
                used: Instant::now(),
                stands: Arc::default(),
            });
            hearing.used = Instant::now();
            (hearing.stands.clone(), hearing.messages.subscribe())
        };
        let granted = timeout(limit, async {
            let mut stands = stands.lock().await;
            if *stands {
                return Granted::Yes;
            }
            let granted = mouth.subscribe(filter.as_str(), qos).await;
            *stands = granted == Granted::Yes;
            granted
        });
        match granted.await.unwrap_or(Granted::Unknown) {
            Granted::Yes => {
                // What came meanwhile waits to be heard, and the last of it would be told twice.
                let ears = self.ears();
                let last = ears.0.get(filter).and_then(|hearing| hearing.last.clone()).filter(|_| messages.is_empty());
                Ok(Listening { last, messages })
            }
            Granted::Denied => {
                self.ears().0.remove(filter);
                let message = "The device's broker does not let this account listen to it.";
                Err(Error::new(ErrorKind::PermissionDenied, message))
            }
            Granted::Unknown => Err(Error::new(ErrorKind::Unavailable, "The device's broker does not answer.")),
        }
    }
}

impl Listening {
    /// The next message. Nothing when the connection broke.
    pub(crate) async fn next(&mut self) -> Option<Arc<Message>> {
        loop {
            match self.messages.recv().await {
                Ok(message) => return Some(message),
                // Whoever falls behind goes on with what is left.
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}

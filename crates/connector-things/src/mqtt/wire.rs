use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use bytes::Bytes;
use upstream::Reach;

use super::account::Account;
use super::form::{Broker, Qos};
use super::message::Message;
use super::{v4, v5};

/// What a connection is made of.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) broker: Broker,
    pub(crate) account: Account,
    pub(crate) client_id: String,
    pub(crate) keep_alive_s: u16,
    pub(crate) connect_timeout: Duration,
    pub(crate) message_bytes_max: u32,
    /// PEM of the authority of one's own.
    pub(crate) ca: Option<Vec<u8>>,
    pub(crate) reach: Reach,
    /// Set when somebody is there at all, whatever they speak.
    pub(crate) is_reached: Arc<AtomicBool>,
}

/// What is told.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) topic: String,
    pub(crate) payload: Bytes,
    pub(crate) qos: Qos,
    pub(crate) retain: bool,
    pub(crate) content_type: String,
    /// After so many seconds nobody needs it any more (MQTT 5).
    pub(crate) expiry_s: Option<u32>,
    /// Where the answer is awaited, and by what it is known (MQTT 5).
    pub(crate) response: Option<(String, Bytes)>,
}

/// What a broker made of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It has it, and may have passed it on.
    Yes,
    /// It has it, and nobody listens (MQTT 5).
    ByNobody,
    /// It does not let this account do that (MQTT 5).
    Denied,
    /// It does not want it, for another reason (MQTT 5).
    Refused,
    /// The connection broke before it said anything.
    Unknown,
    /// It never left: too much waits already.
    NotSent,
}

/// What a broker made of a wish to listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Granted {
    Yes,
    Denied,
    /// The connection broke.
    Unknown,
}

/// Why a connection does not stand.
#[derive(Clone, Debug)]
pub(crate) enum Down {
    /// The broker cannot be reached, or has hung up.
    Away(String),
    /// It can be reached, and says nothing.
    Silent,
    /// It does not know the account.
    Unwelcome(String),
    /// It does not speak this version.
    OtherVersion(String),
    /// Its address is a private one that configuration does not name.
    Private,
}

/// What comes out of a connection.
#[derive(Debug)]
pub(crate) enum Heard {
    /// It stands.
    Standing,
    /// A message.
    Message(Option<Message>),
    /// Something that concerns nobody here.
    Other,
}

/// One end of a connection, to say something. Cloning shares it.
#[derive(Clone, Debug)]
pub(crate) enum Mouth {
    V4(v4::Mouth),
    V5(v5::Mouth),
}

/// The other end, to hear. Dropping it closes the connection, and with it all that waits in it.
pub(crate) enum Ear {
    V4(Box<v4::Ear>),
    V5(Box<v5::Ear>),
}

/// Both ends of a connection that is made when it is first heard.
pub(crate) fn open(plan: &Plan, is_v5: bool) -> (Mouth, Ear) {
    if is_v5 {
        let (mouth, ear) = v5::open(plan);
        (Mouth::V5(mouth), Ear::V5(Box::new(ear)))
    } else {
        let (mouth, ear) = v4::open(plan);
        (Mouth::V4(mouth), Ear::V4(Box::new(ear)))
    }
}

impl Mouth {
    /// Sends a message, once, and waits for what the broker says to it.
    pub(crate) async fn publish(&self, letter: Letter) -> Taken {
        match self {
            Self::V4(mouth) => mouth.publish(letter).await,
            Self::V5(mouth) => mouth.publish(letter).await,
        }
    }

    pub(crate) async fn subscribe(&self, filter: &str, qos: Qos) -> Granted {
        match self {
            Self::V4(mouth) => mouth.subscribe(filter, qos).await,
            Self::V5(mouth) => mouth.subscribe(filter, qos).await,
        }
    }

    pub(crate) fn unsubscribe(&self, filter: &str) {
        match self {
            Self::V4(mouth) => mouth.unsubscribe(filter),
            Self::V5(mouth) => mouth.unsubscribe(filter),
        }
    }

    /// Whether answers can be told from one another.
    pub(crate) fn is_v5(&self) -> bool {
        matches!(self, Self::V5(_))
    }
}

impl Ear {
    /// The next thing that happens. After an error it is of no use any more.
    pub(crate) async fn next(&mut self) -> Result<Heard, Down> {
        match self {
            Self::V4(ear) => ear.next().await,
            Self::V5(ear) => ear.next().await,
        }
    }
}

/// Whether a failure to connect was our own refusal.
pub(crate) fn is_private(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::PermissionDenied
}

use connector::{Error, ErrorKind, Happening};
use http::StatusCode;
use serde_json::{Map, Value};
use upstream::{Events, Response, Streamed};

use crate::wire::{Failure, Hearing, Message, Said};

/// The most bytes of all events of one answer.
const STREAM_BYTES_MAX: usize = 64 << 20;

/// What comes back for one request.
pub(super) enum Answer {
    Whole(Response),
    Events { events: Events, bytes: usize },
}

/// What of it comes next.
pub(super) enum Piece {
    Result(Map<String, Value>),
    /// The server asks for something.
    Asked(Value, String),
}

impl From<Streamed> for Answer {
    fn from(streamed: Streamed) -> Self {
        match streamed {
            Streamed::Whole(response) => Self::Whole(response),
            Streamed::Events(events) => Self::Events { events, bytes: 0 },
        }
    }
}

impl Answer {
    /// The result of the request with this id, or what comes before it.
    pub(super) async fn next(
        &mut self,
        id: u64,
        hearing: &Hearing<'_>,
        happened: &(dyn Fn(Happening) + Send + Sync),
    ) -> Result<Piece, Failure> {
        let (events, bytes) = match self {
            Self::Whole(response) => return whole(response, id).map(Piece::Result),
            Self::Events { events, bytes } => (events, bytes),
        };
        while let Some(event) = events.next().await? {
            *bytes += event.data.len();
            if *bytes > STREAM_BYTES_MAX {
                return Err(too_much().into());
            }
            match Message::read(event.data.as_bytes()) {
                Some(Message::Answer(of, outcome)) if of == id => {
                    return outcome.map(Piece::Result).map_err(Failure::Said);
                }
                Some(Message::Told { method, params }) => {
                    if let Some(happening) = hearing.take(&method, &params) {
                        happened(happening);
                    }
                }
                Some(Message::Asked { id, method }) => return Ok(Piece::Asked(id, method)),
                Some(Message::Answer(..)) | None => {}
            }
        }
        let message = "The MCP server ended its answer without a result. Whether it did what was asked is not known: look \
                       before you try again.";
        Err(Error::new(ErrorKind::Unavailable, message).into())
    }
}

/// The error that an answer's body is, whatever its status says.
pub(super) fn said(response: &Response) -> Option<Said> {
    match Message::read(&response.body) {
        Some(Message::Answer(_, Err(said))) => Some(said),
        _ => None,
    }
}

fn whole(response: &Response, id: u64) -> Result<Map<String, Value>, Failure> {
    if response.cut {
        return Err(too_much().into());
    }
    // Of other statuses the status says more than the body, and their bodies are everybody's on the way.
    let is_protocol =
        response.status.is_success() || matches!(response.status, StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND);
    match Message::read(&response.body).filter(|_| is_protocol) {
        Some(Message::Answer(_, Err(said))) => Err(Failure::Said(said)),
        Some(Message::Answer(of, Ok(result))) if of == id && response.status.is_success() => Ok(result),
        _ => Err(response.error().unwrap_or_else(strange).into()),
    }
}

fn strange() -> Error {
    let message = "The MCP server answered something that is no message of the protocol. Whether it did what was asked is \
                   not known.";
    Error::new(ErrorKind::Unavailable, message)
}

fn too_much() -> Error {
    Error::new(ErrorKind::LimitExceeded, "The MCP server's answer is larger than is taken. Ask for less at once.")
}

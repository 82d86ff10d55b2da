use std::time::Duration;

use connector::{Error, ErrorKind, Result};
use http::HeaderMap;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use super::answer::Answer;
use crate::Response;

/// The head of a stream, or a whole answer where it is none.
#[derive(Debug)]
pub enum Streamed {
    /// An ordinary answer.
    Whole(Response),
    /// Events as they come.
    Events(Events),
}

/// One event of a stream (HTML Standard section 9.2.6).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Its type; `message` where the stream names none.
    pub kind: Option<String>,
    /// Its lines.
    pub data: String,
}

/// Events as an upstream sends them.
pub struct Events {
    answer: Answer,
    bytes_max: usize,
    silence_max: Duration,
    buffer: Vec<u8>,
    /// How much of it is known to hold no end of a line.
    looked_at: usize,
    event: Event,
    has_data: bool,
    at_start: bool,
    turn: Option<OwnedSemaphorePermit>,
}

impl Events {
    pub(super) fn new(answer: Answer, bytes_max: usize, silence_max: Duration) -> Self {
        Self {
            answer,
            bytes_max,
            silence_max,
            buffer: Vec::new(),
            looked_at: 0,
            event: Event::default(),
            has_data: false,
            at_start: true,
            turn: None,
        }
    }

    /// Keeps the call's turn until the stream ends.
    pub(super) fn keep(&mut self, turn: OwnedSemaphorePermit) {
        self.turn = Some(turn);
    }

    /// The headers that it came with.
    pub fn headers(&self) -> &HeaderMap {
        &self.answer.headers
    }

    /// How long the upstream may say nothing, a comment neither.
    pub fn set_silence_max(&mut self, silence_max: Duration) {
        self.silence_max = silence_max;
    }

    /// For streams that stay open while others are under way: its turn is given back.
    pub fn give_turn_back(&mut self) {
        self.turn = None;
    }

    /// The next event; `None` at the end. One that is larger than the request's bound is an error.
    pub async fn next(&mut self) -> Result<Option<Event>> {
        loop {
            while let Some(line) = self.line() {
                if let Some(event) = self.take(&line) {
                    return Ok(Some(event));
                }
            }
            if self.buffer.len() + self.event.data.len() > self.bytes_max {
                let message =
                    format!("The upstream's answer is larger than {} bytes, and was not read.", self.bytes_max);
                return Err(Error::new(ErrorKind::LimitExceeded, message));
            }
            let chunk = timeout(self.silence_max, self.answer.chunk()).await;
            let chunk = chunk.map_err(|_| super::trouble::late())?.map_err(|failure| failure.error)?;
            match chunk {
                Some(chunk) => self.buffer.extend_from_slice(&chunk),
                // What is not ended by an empty line is not an event.
                None => return Ok(None),
            }
        }
    }

    /// A whole line, without its end: CR LF, LF or CR.
    fn line(&mut self) -> Option<String> {
        let ends = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let Some(end) = self.buffer.get(self.looked_at..)?.iter().position(ends) else {
            self.looked_at = self.buffer.len();
            return None;
        };
        let end = self.looked_at + end;
        self.looked_at = end;
        let mut next = end + 1;
        if self.buffer.get(end) == Some(&b'\r') {
            match self.buffer.get(next) {
                Some(b'\n') => next += 1,
                Some(_) => {}
                // Whether LF follows is not known yet.
                None => return None,
            }
        }
        let mut line = String::from_utf8_lossy(self.buffer.get(..end)?).into_owned();
        self.buffer.drain(..next);
        self.looked_at = 0;
        if std::mem::take(&mut self.at_start)
            && let Some(rest) = line.strip_prefix('\u{feff}')
        {
            line = rest.to_owned();
        }
        Some(line)
    }

    fn take(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return std::mem::take(&mut self.has_data).then_some(event);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            "event" => self.event.kind = Some(value.to_owned()),
            // Comments, ids and waiting times: nothing is resumed here.
            _ => {}
        }
        None
    }
}

impl std::fmt::Debug for Events {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Events").field("buffered", &self.buffer.len()).finish_non_exhaustive()
    }
}

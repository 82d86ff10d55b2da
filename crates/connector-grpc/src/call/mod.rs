//! One call of one method, as its caller.

mod codec;
mod health;
mod metadata;
mod said;
mod status;
mod stream;
mod unary;

use std::time::Duration;

use access::Caller;
use connector::{Context, Effect, Error, ErrorKind, Outcome, Result};
use http::Method as Verb;
use http::uri::PathAndQuery;
use prost_reflect::DynamicMessage;
use tokio::time::{Instant, timeout_at};
use tonic::{Code, Status};
use upstream::{Attached, Identity, Request};

use self::codec::DynamicCodec;
pub(crate) use self::health::Health;
use crate::Config;
use crate::catalog::Method;
use crate::channel::{Line, lost};

/// The longest pause between two tries.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// What a call may still be given so that it can be of use.
const USEFUL: Duration = Duration::from_millis(10);

/// Everything that a call needs.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) config: &'a Config,
    pub(crate) line: &'a Line,
    pub(crate) identity: &'a Identity,
    pub(crate) method: &'a Method,
    pub(crate) caller: &'a Caller,
    pub(crate) message: DynamicMessage,
    pub(crate) context: &'a Context,
}

/// Why a try gave nothing.
enum Failed {
    /// What came back from the server, or from the connection to it.
    Status(Box<Status>),
    /// The same, after it had begun to answer.
    Begun(Box<Status>),
    /// The time was used up.
    Late,
    /// What is final: made here.
    Ours(Error),
}

impl Call<'_> {
    /// Sends it. What surely did not leave is sent again, with growing pauses, as long as there is time; what may have
    /// arrived is sent again only where the method says that it has no side effects.
    pub(crate) async fn send(&self) -> Result<Outcome> {
        let http = &self.config.http;
        let deadline = Instant::now() + Duration::from_millis(self.config.timeout_ms(&self.method.action));
        let (mut left, mut wait, mut is_renewed) = (http.retries, Duration::from_millis(http.retry_wait_ms), false);
        loop {
            let (request, attached) = self.request().await?;
            let status = match self.once(&request, deadline).await {
                Ok(outcome) => return Ok(outcome),
                Err(Failed::Ours(error)) => return Err(error),
                Err(Failed::Late) => return Err(status::late()),
                Err(Failed::Begun(status)) if !self.is_harmless() => return Err(status::broken(&status)),
                Err(Failed::Status(status) | Failed::Begun(status)) => status,
            };
            if status.code() == Code::Unauthenticated && !is_renewed && attached.refused(self.caller).await {
                // A call that was not let in did nothing.
                is_renewed = true;
                continue;
            }
            let lost = lost(&status);
            let is_passing = match &lost {
                Some(lost) => !lost.is_final && (lost.is_unsent || self.is_harmless()),
                None => status.code() == Code::Unavailable && self.is_harmless(),
            };
            let pause = wait.mul_f64(0.5 + fastrand::f64() / 2.0);
            let is_time = pause + USEFUL < deadline.saturating_duration_since(Instant::now());
            if !is_passing || left == 0 || !is_time {
                return Err(lost.map_or_else(|| status::error(&status, &request, self.is_harmless()), |it| it.error));
            }
            left -= 1;
            wait = wait.saturating_mul(2).min(WAIT_MAX);
            tokio::time::sleep(pause).await;
        }
    }

    pub(super) fn is_harmless(&self) -> bool {
        self.method.effect == Effect::Read
    }

    /// The caller's metadata, in the shape that [`Identity`] fills.
    async fn request(&self) -> Result<(Request, Attached)> {
        let service = self.method.descriptor.parent_service().full_name().to_owned();
        let path = format!("/{service}/{}", self.method.descriptor.name());
        let mut request = Request::new(Verb::POST, self.line.origin.clone(), path);
        let attached = self.identity.apply(&self.method.tie, self.caller, &mut request).await?;
        Ok((request, attached))
    }

    /// One try.
    async fn once(&self, request: &Request, deadline: Instant) -> Result<Outcome, Failed> {
        self.line.breaker.check().map_err(Failed::Ours)?;
        let turn = timeout_at(deadline, self.line.turns.acquire()).await.map_err(|_| Failed::Ours(busy()))?;
        let _turn = turn.map_err(|error| Failed::Ours(Error::internal(error)))?;
        let time = deadline.saturating_duration_since(Instant::now());
        if time < USEFUL {
            return Err(Failed::Ours(busy()));
        }
        let pass = self.line.breaker.enter().map_err(Failed::Ours)?;
        let path = PathAndQuery::try_from(request.path.as_str());
        let path = path.map_err(|error| Failed::Ours(Error::internal(error)))?;
        let metadata = metadata::of(request).map_err(Failed::Ours)?;
        let mut sent = tonic::Request::from_parts(metadata, tonic::Extensions::new(), self.message.clone());
        sent.set_timeout(time);
        let codec = DynamicCodec::new(self.method.descriptor.output());
        let mut client = tonic::client::Grpc::new(self.line.channel.clone())
            .max_decoding_message_size(self.config.http.answer_bytes_max);
        let outcome = if self.method.descriptor.is_server_streaming() {
            stream::collect(self, &mut client, sent, path, codec, deadline).await
        } else {
            unary::ask(self, &mut client, sent, path, codec, deadline).await
        };
        pass.judge(match &outcome {
            Ok(_) | Err(Failed::Ours(_)) => true,
            Err(Failed::Late) => false,
            Err(Failed::Status(status) | Failed::Begun(status)) => match lost(status) {
                Some(lost) => lost.is_final,
                None => !matches!(status.code(), Code::Unavailable | Code::DeadlineExceeded),
            },
        });
        outcome
    }
}

impl From<Status> for Failed {
    fn from(status: Status) -> Self {
        Self::Status(Box::new(status))
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

fn busy() -> Error {
    let message = "Too many calls to the service are under way. Nothing was sent; try again in a moment.";
    Error::new(ErrorKind::Unavailable, message)
}

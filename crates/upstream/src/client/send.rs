use std::time::Duration;

use connector::{Error, Result};
use http::HeaderValue;
use http::header::ACCEPT_ENCODING;
use reqwest::Url;
use tokio::time::{Instant, timeout_at};

use super::again::Again;
use super::answer::Answer;
use super::breaker::Breaker;
use super::events::{Events, Streamed};
use super::failure::Failure;
use super::redirect::Hop;
use super::{Client, Shared, decode, trouble};
use crate::request::target;
use crate::{Origin, Request, Response};

/// The most of a redirect's own body that is read for its connection to be used again.
const REDIRECT_BYTES_MAX: usize = 16 << 10;

/// A turn that comes with less time left is none.
const USEFUL: Duration = Duration::from_millis(10);

impl Client {
    /// Sends it. `Err` where there is no answer of the upstream: refused by a rule of ours, away, too slow. Any
    /// answer at all, 500 too, is `Ok`; see [`Response::error`]. Dropping the future closes the request's connection.
    pub async fn send(&self, request: Request) -> Result<Response> {
        match self.begin(request, false).await? {
            Streamed::Whole(response) => Ok(response),
            Streamed::Events(_) => Err(Error::internal("a stream that was not asked for")),
        }
    }

    /// The same, where the answer may be a stream of events: it is then read as it comes. The time for the call is that
    /// until the answer begins, and then that until the next piece of it. Dropping the stream closes the request's
    /// connection.
    pub async fn send_streaming(&self, request: Request) -> Result<Streamed> {
        self.begin(request, true).await
    }

    async fn begin(&self, request: Request, streaming: bool) -> Result<Streamed> {
        let shared = &self.shared;
        let (origin, breaker) = shared.known(&request.origin)?;
        if !shared.allowed.takes(origin) {
            return Err(trouble::private());
        }
        request.check_headers()?;
        let url = target(&request.origin, &request.path, &request.query)?;
        let deadline = Instant::now() + Duration::from_millis(shared.config.timeout_ms);
        let mut again = Again::new(&shared.config, &request, deadline);
        loop {
            let outcome = shared.once(&request, origin, breaker, &url, deadline, streaming).await?;
            match again.after(&outcome) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return outcome.map_err(|failure| failure.error),
            }
        }
    }
}

impl Shared {
    fn known(&self, wanted: &Origin) -> Result<(&Origin, &Breaker)> {
        let same = || self.origins.iter().filter(|(origin, _)| origin.is_same(wanted));
        let known = same().find(|(origin, _)| origin.is_named()).or_else(|| same().next());
        let known = known.ok_or_else(|| Error::internal("a request to an origin that is not the client's"))?;
        Ok((&known.0, &known.1))
    }

    /// One try. The outer error is ours, and final.
    async fn once(
        &self,
        request: &Request,
        origin: &Origin,
        breaker: &Breaker,
        url: &Url,
        deadline: Instant,
        streaming: bool,
    ) -> Result<Result<Streamed, Failure>> {
        breaker.check()?;
        let turn = timeout_at(deadline, self.turns.clone().acquire_owned()).await.map_err(|_| trouble::busy())?;
        let turn = turn.map_err(Error::internal)?;
        if Instant::now() + USEFUL >= deadline {
            return Err(trouble::busy());
        }
        let pass = breaker.enter()?;
        let exchange = self.exchange(request, origin, url.clone(), streaming);
        let mut outcome = timeout_at(deadline, exchange).await.unwrap_or_else(|_| Err(Failure::late()));
        pass.judge(match &outcome {
            Ok(Streamed::Whole(response)) => !matches!(response.status.as_u16(), 502..=504),
            Ok(Streamed::Events(_)) => true,
            Err(failure) => !failure.is_theirs(),
        });
        if let Ok(Streamed::Events(events)) = &mut outcome {
            events.keep(turn);
        }
        Ok(outcome)
    }

    /// The request, and those that redirects ask for.
    async fn exchange(
        &self,
        request: &Request,
        origin: &Origin,
        url: Url,
        streaming: bool,
    ) -> Result<Streamed, Failure> {
        let mut hop = Hop::first(request, url);
        let bytes_max = request.answer_bytes_max.min(self.config.answer_bytes_max);
        for redirects in 0..=self.config.redirects_max {
            let sent = self.http.request(hop.method.clone(), hop.url.clone()).headers(hop.headers.clone());
            let accepted = if streaming { "identity" } else { decode::ACCEPTED };
            let sent = sent.header(ACCEPT_ENCODING, HeaderValue::from_static(accepted)).body(hop.body.clone());
            let sent = sent.send().await.map_err(Failure::from);
            let sent = if redirects == 0 { sent? } else { sent.map_err(Failure::redirected)? };
            let mut answer = Answer::new(sent, &hop.method, self.config.answer_header_bytes_max)?;
            if let Some(next) = hop.follow(origin, answer.status, &answer.headers) {
                hop = next.map_err(Failure::refused)?;
                let _ = answer.body(REDIRECT_BYTES_MAX).await;
                continue;
            }
            if streaming && answer.is_events() {
                return Ok(Streamed::Events(Events::new(
                    answer,
                    bytes_max,
                    Duration::from_millis(self.config.timeout_ms),
                )));
            }
            let (body, cut) = answer.body(bytes_max).await?;
            return Ok(Streamed::Whole(Response {
                status: answer.status,
                headers: answer.headers,
                body: body.into(),
                cut,
                secrets: request.secrets.clone(),
                constants: request.constants.clone(),
                is_repeatable: request.repeatable,
                is_redirected: redirects > 0,
                url: Some(hop.url),
            }));
        }
        Err(Failure::refused(hop.refused("one address after another")))
    }
}

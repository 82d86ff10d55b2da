//! Things that speak HTTP (W3C WoT Binding Templates, HTTP; WoT Profile's HTTP Basic Profile for long actions).

mod address;
mod answer;
mod clients;
mod run;
mod watch;

use connector::Result;
use http::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use http::{HeaderValue, Method, StatusCode};
use serde_json::Value;
use upstream::{ClientConfig, Request, Response};

use self::clients::Clients;
use super::{At, Binding, Done, Invoked, Reading, Run, Sink, Status};
use crate::td::{Form, Op};
use crate::{Config, payload};

/// All devices of one resource that speak HTTP.
#[derive(Debug)]
pub(crate) struct Http {
    calls: Clients,
    waits: Clients,
}

impl Http {
    pub(crate) fn new(config: &Config) -> Self {
        let within = config.http.timeout_ms.min(config.limits.timeout_ms);
        let calls = ClientConfig { timeout_ms: within, ..config.http.clone() };
        // Who waits for news waits long, and in nobody's way.
        let waits = ClientConfig { timeout_ms: watch::WAIT_MS, breaker_failures: 0, retries: 0, ..config.http.clone() };
        Self { calls: Clients::new(calls), waits: Clients::new(waits) }
    }

    /// A request to where the form says, as whoever the device wants to know. Nothing is repeated but reading.
    fn request(&self, at: &At, method: Method, href: &str) -> Result<Request> {
        let (origin, path, query) = address::parts(href, at.thing.named)?;
        let is_reading = method == Method::GET;
        let mut request = Request::new(method, origin, path);
        request.query = query;
        request.repeatable = is_reading;
        request.answer_bytes_max = at.answer_bytes_max;
        let accept = HeaderValue::from_str(&at.form.content_type);
        request.headers.insert(ACCEPT, accept.unwrap_or(HeaderValue::from_static("application/json")));
        // A credential was judged for the form's own origin, and goes to no other.
        let is_home =
            address::parts(&at.form.href, at.thing.named).is_ok_and(|(home, ..)| home.is_same(&request.origin));
        if is_home && let (Some(placement), Some(credential)) = (address::placement(&at.scheme)?, &at.credential) {
            request.attach(&placement, credential)?;
        }
        Ok(request)
    }

    fn with_body(&self, at: &At, request: &mut Request, value: &Value) -> Result<()> {
        request.body = payload::encode(value, &at.form.content_type)?;
        let kind = HeaderValue::from_str(&at.form.content_type);
        request.headers.insert(CONTENT_TYPE, kind.unwrap_or(HeaderValue::from_static("application/json")));
        Ok(())
    }

    /// Sends a command once. `None` where it left and no answer came.
    async fn command(&self, at: &At, mut request: Request) -> Result<Option<Response>> {
        // Also where it is a GET: it is a command.
        request.repeatable = false;
        match self.calls.of(&request.origin)?.send(request).await {
            Ok(response) => answer::refused(&response).map_or(Ok(Some(response)), Err),
            Err(error) if upstream::may_be_done(&error) => {
                tracing::debug!(thing = at.thing.id, ?error, "a command was not answered");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// The form's own method, or what the operation is by default.
fn method(form: &Form, default: Method) -> Method {
    let named = form.text("htv", "methodName").and_then(|name| Method::from_bytes(name.as_bytes()).ok());
    named.unwrap_or(default)
}

#[async_trait::async_trait]
impl Binding for Http {
    fn schemes(&self) -> &'static [&'static str] {
        &["http", "https"]
    }

    fn check(&self, form: &Form, op: Op) -> Result<(), String> {
        let plain = form.href.split(['{', '?']).next().unwrap_or_default();
        address::parts(plain, true).map_err(|_| "a form's `href` is no address".to_owned())?;
        let known = ["GET", "PUT", "POST", "PATCH", "DELETE"];
        if form.text("htv", "methodName").is_some_and(|name| !known.contains(&name)) {
            return Err("a form's method is not known".to_owned());
        }
        let is_watch = matches!(op, Op::Observe | Op::Subscribe);
        match form.subprotocol.as_deref() {
            Some("longpoll") => Ok(()),
            Some("sse") if is_watch => Ok(()),
            None if !is_watch => Ok(()),
            Some(other) => {
                Err(format!("news by {} is not spoken over HTTP", other.chars().take(20).collect::<String>()))
            }
            None => Err("it does not say how it tells news over HTTP".to_owned()),
        }
    }

    async fn read(&self, at: &At) -> Result<Reading> {
        let request = self.request(at, method(&at.form, Method::GET), &at.form.href)?;
        let response = self.calls.of(&request.origin)?.send(request).await?;
        answer::reading(&response, at)
    }

    async fn write(&self, at: &At, value: &Value) -> Result<Done> {
        let mut request = self.request(at, method(&at.form, Method::PUT), &at.form.href)?;
        self.with_body(at, &mut request, value)?;
        Ok(match self.command(at, request).await? {
            Some(response) if response.status != StatusCode::ACCEPTED => Done::Confirmed,
            _ => Done::Sent,
        })
    }

    async fn invoke(&self, at: &At, input: Option<&Value>) -> Result<Invoked> {
        let mut request = self.request(at, method(&at.form, Method::POST), &at.form.href)?;
        if let Some(input) = input {
            self.with_body(at, &mut request, input)?;
        }
        let Some(response) = self.command(at, request).await? else { return Ok(Invoked::Sent) };
        let location = response.headers.get(LOCATION).and_then(|place| place.to_str().ok());
        let begun = matches!(response.status, StatusCode::CREATED | StatusCode::ACCEPTED);
        match (begun, location) {
            (true, Some(location)) => Ok(Invoked::Running(run::of(at, location)?)),
            // What was accepted and leads nowhere can be asked for only where the description says how.
            (true, None) if response.status == StatusCode::ACCEPTED => Ok(match run::named(&response, at)? {
                Some(run) => Invoked::Running(run),
                None => Invoked::Sent,
            }),
            // It was done, whatever it says.
            _ => Ok(Invoked::Completed(answer::output(&response, at).unwrap_or_default())),
        }
    }

    async fn query(&self, at: &At, run: &Run) -> Result<Status> {
        let request = self.request(at, Method::GET, &run.0)?;
        let response = self.calls.of(&request.origin)?.send(request).await?;
        run::status(&response, at)
    }

    async fn cancel(&self, at: &At, run: &Run) -> Result<bool> {
        let request = self.request(at, Method::DELETE, &run.0)?;
        let response = self.calls.of(&request.origin)?.send(request).await?;
        Ok(response.status.is_success())
    }

    async fn watch(&self, at: &At, sink: &Sink) -> Result<()> {
        match at.form.subprotocol.as_deref() {
            Some("sse") => watch::events(self, at, sink).await,
            _ => watch::long_poll(self, at, sink).await,
        }
    }
}

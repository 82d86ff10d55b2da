use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use access::Caller;
use connector::{Error, Happening, Result};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use moka::future::Cache;
use serde_json::{Map, Value};
use tokio::sync::broadcast;
use upstream::{Client, Identity, Origin, Request, Secret, Streamed, Tie};

use super::answer::{Answer, Piece, said};
use super::session::Session;
use super::{headers, listen};
use crate::Config;
use crate::wire::{
    About, Ask, Failure, Hearing, Link, Who, notification, offers_sessions, refusal, request, stateless,
};

/// How many callers' sessions are kept, and how long one that nobody uses.
const SESSIONS_MAX: u64 = 10_000;
const SESSION_IDLE: Duration = Duration::from_secs(30 * 60);
/// How many happenings wait for whoever listens.
const HAPPENINGS_MAX: usize = 64;

/// A server at an address.
#[derive(Debug)]
pub(crate) struct Http {
    inner: Arc<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) client: Client,
    origin: Origin,
    path: String,
    query: String,
    identity: Arc<Identity>,
    /// What goes along when nobody calls.
    house: Vec<(HeaderName, Secret)>,
    era: RwLock<Option<Era>>,
    sessions: Cache<String, Arc<Session>>,
    ids: AtomicU64,
    pub(super) happened: broadcast::Sender<Happening>,
}

/// What a server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Era {
    /// Every request stands alone.
    Stateless,
    /// A session comes first.
    Sessions,
}

impl Http {
    pub(crate) fn new(resource: &str, address: &str, config: &Config, identity: Arc<Identity>) -> Result<Self> {
        let wrong = |what: String| Error::invalid(format!("[resources.{resource}]: {what}."));
        let is_plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_graphic());
        let parts = split(address).filter(|(_, path, query)| is_plain(path) && is_plain(query));
        let (base, path, query) =
            parts.ok_or_else(|| wrong("write `url` as https://mcp.example.com/mcp".to_owned()))?;
        let origin = Origin::parse(&base).map_err(|error| wrong(error.to_string()))?;
        let client = Client::new(vec![origin.clone()], &config.http).map_err(|error| wrong(error.to_string()))?;
        let house = config.catalog_headers.iter().map(|(name, value)| {
            let name =
                HeaderName::try_from(name).map_err(|_| wrong(format!("`catalog_headers` has no header {name}")))?;
            Ok((name, value.clone()))
        });
        Ok(Self {
            inner: Arc::new(Inner {
                client,
                origin,
                path,
                query,
                identity,
                house: house.collect::<Result<_>>()?,
                era: RwLock::new(None),
                sessions: Cache::builder().max_capacity(SESSIONS_MAX).time_to_idle(SESSION_IDLE).build(),
                ids: AtomicU64::new(1),
                happened: broadcast::Sender::new(HAPPENINGS_MAX),
            }),
        })
    }

    /// Refuses names that lead to private addresses, before the first call.
    pub(crate) async fn check(&self) -> Result<()> {
        self.inner.client.check().await
    }
}

/// An address as its origin, its path and its query.
fn split(address: &str) -> Option<(String, String, String)> {
    let (scheme, rest) = address.split_once("://")?;
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (host, path) = rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
    (fragment.is_empty() && !host.is_empty()).then(|| (format!("{scheme}://{host}"), path, query.to_owned()))
}

#[async_trait::async_trait]
impl Link for Http {
    async fn hello(&self) -> Result<About, Failure> {
        self.inner.hello().await
    }

    async fn ask(&self, who: Who<'_>, ask: Ask<'_>) -> Result<Map<String, Value>, Failure> {
        match self.inner.era().await? {
            Era::Stateless => {
                let headers = headers::modern(ask.method, &ask);
                Ok(self.inner.exchange(who, &stateless(&ask), headers).await?.0)
            }
            Era::Sessions => self.inner.ask_in_session(who, &ask).await,
        }
    }

    fn listen(&self, about: &About) {
        listen::start(&self.inner, about);
    }

    async fn health(&self) -> Result<(), Failure> {
        match self.inner.era().await? {
            Era::Stateless => match self.inner.discover().await? {
                Some(_) => Ok(()),
                None => Err(Error::unavailable("it no longer speaks the revision that it spoke").into()),
            },
            Era::Sessions => self.inner.ask_in_session(Who::House, &Ask::look("ping", Map::new())).await.map(drop),
        }
    }

    fn happenings(&self) -> broadcast::Receiver<Happening> {
        self.inner.happened.subscribe()
    }
}

impl Inner {
    /// Which revision the server speaks, found out once and again at each look at its catalog.
    async fn era(&self) -> Result<Era, Failure> {
        if let Some(era) = self.known_era() {
            return Ok(era);
        }
        self.hello().await?;
        self.known_era().ok_or_else(|| Error::internal("no era after hello").into())
    }

    pub(super) fn known_era(&self) -> Option<Era> {
        *self.era.read().unwrap_or_else(PoisonError::into_inner)
    }

    async fn hello(&self) -> Result<About, Failure> {
        let (era, about) = match self.discover().await? {
            Some(about) => (Era::Stateless, about),
            None => {
                let session = Arc::new(self.begin(Who::House).await?);
                let about = session.about.clone();
                self.sessions.insert(key(Who::House), session).await;
                (Era::Sessions, about)
            }
        };
        *self.era.write().unwrap_or_else(PoisonError::into_inner) = Some(era);
        Ok(about)
    }

    /// Asks for what the server says of itself; nothing where it does not speak the stateless revision. Servers of the
    /// revisions before answer with some 4xx that is not one of the newer errors (2026-07-28, basic/lifecycle).
    async fn discover(&self) -> Result<Option<About>, Failure> {
        let ask = stateless(&Ask::look("server/discover", Map::new()));
        let headers = headers::modern(ask.method, &ask);
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        let streamed = self.post(Who::House, &request(id, ask.method, &ask.params), headers, true).await?;
        if let Streamed::Whole(response) = &streamed {
            let status = response.status;
            let is_ours = matches!(status.as_u16(), 401 | 403 | 407 | 408 | 425 | 429);
            if let Some(said) = said(response) {
                return match is_ours {
                    true => Err(response.error().unwrap_or_else(strange).into()),
                    false if said.is_modern() && !offers_sessions(&said) => Err(Failure::Said(said)),
                    false => Ok(None),
                };
            }
            if status.is_client_error() && !is_ours {
                return Ok(None);
            }
        }
        let (result, _) = self.result(Who::House, id, &ask, &HeaderMap::new(), streamed).await?;
        Ok(Some(About::read(&result)))
    }

    async fn ask_in_session(self: &Arc<Self>, who: Who<'_>, ask: &Ask<'_>) -> Result<Map<String, Value>, Failure> {
        let mut lost = None;
        loop {
            let session = self.session(who, lost.as_ref()).await?;
            if let Some(level) = session.wants_level(ask.context.and_then(|context| context.lines_from.as_deref())) {
                let params = Map::from_iter([("level".to_owned(), Value::from(level))]);
                self.exchange(who, &Ask::look("logging/setLevel", params), session.headers()).await?;
            }
            let id = self.ids.fetch_add(1, Ordering::Relaxed);
            let mut message = ask.clone();
            with_progress(&mut message, id);
            let streamed =
                self.post(who, &request(id, ask.method, &message.params), session.headers(), ask.repeatable).await?;
            // A server that no longer knows the session did nothing. Once more with a new one, and no more.
            if lost.is_none() && session.id.is_some() && is_lost(&streamed) {
                lost = Some(session);
                continue;
            }
            let cancel = Cancel::of(self, who, id, session.headers());
            let outcome = self.result(who, id, ask, &session.headers(), streamed).await;
            cancel.done();
            return outcome.map(|(result, _)| result);
        }
    }

    /// This caller's session, another one than `lost`.
    async fn session(&self, who: Who<'_>, lost: Option<&Arc<Session>>) -> Result<Arc<Session>, Failure> {
        let key = key(who);
        if let (Some(lost), Some(kept)) = (lost, self.sessions.get(&key).await)
            && Arc::ptr_eq(lost, &kept)
        {
            self.sessions.invalidate(&key).await;
        }
        if let Some(session) = self.sessions.get(&key).await {
            return Ok(session);
        }
        let begin = async { self.begin(who).await.map(Arc::new) };
        self.sessions.try_get_with(key, begin).await.map_err(|failure| match &*failure {
            Failure::Said(said) => Failure::Said(said.clone()),
            Failure::Away(error) => Failure::Away(again(error)),
        })
    }

    /// The next question of the house begins a session.
    pub(super) async fn forget_house_session(&self) {
        self.sessions.invalidate(&key(Who::House)).await;
    }

    /// One request and its result, and the session that the answer names.
    pub(super) async fn exchange(
        &self,
        who: Who<'_>,
        ask: &Ask<'_>,
        headers: HeaderMap,
    ) -> Result<(Map<String, Value>, Option<String>), Failure> {
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        let mut message = ask.clone();
        with_progress(&mut message, id);
        let streamed =
            self.post(who, &request(id, ask.method, &message.params), headers.clone(), ask.repeatable).await?;
        self.result(who, id, ask, &headers, streamed).await
    }

    async fn result(
        &self,
        who: Who<'_>,
        id: u64,
        ask: &Ask<'_>,
        headers: &HeaderMap,
        streamed: Streamed,
    ) -> Result<(Map<String, Value>, Option<String>), Failure> {
        let session = headers::session_id(match &streamed {
            Streamed::Whole(response) => &response.headers,
            Streamed::Events(events) => events.headers(),
        });
        let hearing = Hearing::new(ask.context, id);
        let happened = |happening| drop(self.happened.send(happening));
        let mut answer = Answer::from(streamed);
        loop {
            match answer.next(id, &hearing, &happened).await? {
                Piece::Result(result) => return Ok((result, session)),
                Piece::Asked(asked, method) => {
                    self.post(who, &refusal(&asked, &method), headers.clone(), false).await?;
                }
            }
        }
    }

    /// Tells the server something.
    pub(super) async fn tell(
        &self,
        who: Who<'_>,
        method: &str,
        params: &Map<String, Value>,
        headers: HeaderMap,
    ) -> Result<(), Failure> {
        match self.post(who, &notification(method, params), headers, false).await? {
            Streamed::Whole(response) => response.error().map_or(Ok(()), |error| Err(error.into())),
            Streamed::Events(_) => Ok(()),
        }
    }

    pub(super) async fn post(
        &self,
        who: Who<'_>,
        message: &Value,
        headers: HeaderMap,
        repeatable: bool,
    ) -> Result<Streamed> {
        let mut request = self.request(Method::POST, headers);
        request.body = message.to_string().into();
        request.repeatable = repeatable;
        match who {
            Who::Caller(caller, tie) => self.identity.send_streaming(&self.client, tie, caller, request).await,
            Who::House => self.client.send_streaming(self.as_house(request).await?).await,
        }
    }

    pub(super) fn request(&self, method: Method, headers: HeaderMap) -> Request {
        let mut request = Request::new(method, self.origin.clone(), self.path.clone());
        request.query.clone_from(&self.query);
        request.headers = headers;
        request
    }

    /// Adds what goes along when nobody calls.
    pub(super) async fn as_house(&self, mut request: Request) -> Result<Request> {
        self.identity.apply_as_app(&mut request).await?;
        for (name, value) in &self.house {
            let text = value.expose();
            let mut value = HeaderValue::from_str(text)
                .map_err(|_| Error::invalid(format!("The header {name} of `catalog_headers` cannot be sent.")))?;
            value.set_sensitive(true);
            request.headers.insert(name.clone(), value);
        }
        Ok(request)
    }

    pub(super) async fn session_headers(&self) -> Result<HeaderMap, Failure> {
        Ok(self.session(Who::House, None).await?.headers())
    }
}

/// Lets a server stop work that nobody waits for any more: where a session is open, the end of a connection is not the
/// end of a call (2025-11-25, basic/transports).
struct Cancel {
    of: Option<(Arc<Inner>, Caller, Tie, u64, HeaderMap)>,
}

impl Cancel {
    fn of(inner: &Arc<Inner>, who: Who<'_>, id: u64, headers: HeaderMap) -> Self {
        let of = match who {
            Who::Caller(caller, tie) => Some((inner.clone(), caller.clone(), tie.clone(), id, headers)),
            Who::House => None,
        };
        Self { of }
    }

    fn done(mut self) {
        self.of = None;
    }
}

impl Drop for Cancel {
    fn drop(&mut self) {
        let Some((inner, caller, tie, id, headers)) = self.of.take() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            let params = Map::from_iter([("requestId".to_owned(), Value::from(id))]);
            let who = Who::Caller(&caller, &tie);
            let _ = inner.tell(who, "notifications/cancelled", &params, headers).await;
        });
    }
}

/// Progress is asked for by naming a token.
fn with_progress(ask: &mut Ask<'_>, id: u64) {
    if ask.context.is_some() {
        let meta = ask.params.entry("_meta").or_insert_with(|| Map::new().into());
        if let Value::Object(meta) = meta {
            meta.insert("progressToken".into(), id.into());
        }
    }
}

/// Whose session it is.
fn key(who: Who<'_>) -> String {
    match who {
        Who::House => String::new(),
        Who::Caller(caller, _) => format!("caller {}", caller.key()),
    }
}

fn is_lost(streamed: &Streamed) -> bool {
    let Streamed::Whole(response) = streamed else { return false };
    match response.status {
        StatusCode::NOT_FOUND => said(response).is_none_or(|said| said.code != -32601),
        StatusCode::BAD_REQUEST => said(response).is_some_and(|said| said.is_lost_session()),
        _ => false,
    }
}

/// The same error for each of those who waited for one session.
fn again(error: &Error) -> Error {
    let same = Error::new(error.kind(), error.message());
    let same = match error.retry_after() {
        Some(after) => same.with_retry_after(after),
        None => same,
    };
    match error.visit() {
        Some(visit) => same.with_visit(visit),
        None => same,
    }
}

fn strange() -> Error {
    Error::unavailable("an answer that is no message")
}

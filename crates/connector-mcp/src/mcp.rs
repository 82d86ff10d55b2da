use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use access::Effect;
use connector::{Catalog, Connector, Context, Error, Happening, Operation, Outcome, Permit, Result};
use tokio::sync::{Mutex, broadcast};
use upstream::Sources;

use crate::catalog::Snapshot;
use crate::child::Child;
use crate::execute::{Calls, complete, documents, invoke, recite};
use crate::http::Http;
use crate::pins::Pins;
use crate::ties::Whose;
use crate::wire::Link;
use crate::{Config, read};

/// How many happenings wait for whoever listens.
const HAPPENINGS_MAX: usize = 64;

/// How long news are collected before they are looked at.
const NEWS_PAUSE: Duration = Duration::from_millis(500);

/// Another MCP server, and whose its calls are.
#[derive(Debug)]
pub struct Mcp {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    name: String,
    config: Config,
    whose: Arc<Whose>,
    link: Box<dyn Link>,
    pins: Pins,
    now: RwLock<Arc<Snapshot>>,
    /// One look at a time.
    looking: Mutex<()>,
    happened: broadcast::Sender<Happening>,
}

/// The way to a server that configuration says.
pub(crate) async fn link(name: &str, config: &Config, whose: Arc<Whose>) -> Result<Box<dyn Link>> {
    match (&config.url, &config.command) {
        (Some(url), None) => {
            let http = Http::new(name, url, config, whose.identity.clone())?;
            http.check().await?;
            Ok(Box::new(http))
        }
        (None, Some(command)) => Ok(Box::new(Child::new(name, command, config, whose)?)),
        _ => Err(Error::invalid(format!("[resources.{name}]: give either `url` or `command`."))),
    }
}

impl Mcp {
    /// Opens it and reads what it says of itself.
    pub async fn connect(name: &str, config: Config, sources: &dyn Sources) -> Result<Self> {
        let whose = Arc::new(Whose::new(name, &config, sources)?);
        let link = link(name, &config, whose.clone()).await?;
        let pins = Pins::new(name, &config);
        let found = read::read(&*link, &config).await?;
        let judged = pins.judge(&found)?;
        let now = Snapshot::new(name, &found, &judged, &config, &whose);
        link.listen(&found.about);
        let inner = Arc::new(Inner {
            name: name.to_owned(),
            config,
            whose,
            link,
            pins,
            now: RwLock::new(Arc::new(now)),
            looking: Mutex::new(()),
            happened: broadcast::Sender::new(HAPPENINGS_MAX),
        });
        tokio::spawn(follow(inner.link.happenings(), Arc::downgrade(&inner)));
        Ok(Self { inner })
    }
}

/// Looks again when the server says that something has changed, and then tells whoever listens here.
async fn follow(mut heard: broadcast::Receiver<Happening>, inner: std::sync::Weak<Inner>) {
    use broadcast::error::RecvError;
    loop {
        let happening = match heard.recv().await {
            Ok(happening) => happening,
            Err(RecvError::Lagged(_)) => Happening::Actions,
            Err(RecvError::Closed) => return,
        };
        // Servers say it once for each tool; and one that says it at every look is not looked at without a pause.
        tokio::time::sleep(NEWS_PAUSE).await;
        let Some(inner) = inner.upgrade() else { return };
        let mut all = vec![happening];
        while let Ok(further) = heard.try_recv() {
            if !all.contains(&further) {
                all.push(further);
            }
        }
        if all.iter().any(|one| *one != Happening::Documents)
            && let Err(error) = inner.look().await
        {
            tracing::warn!(resource = inner.name, ?error, "it says that it has changed, and cannot be looked at");
            continue;
        }
        for happening in all {
            let _ = inner.happened.send(happening);
        }
    }
}

impl Inner {
    fn now(&self) -> Arc<Snapshot> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn look(&self) -> Result<()> {
        let _looking = self.looking.lock().await;
        let found = read::read(&*self.link, &self.config).await?;
        let judged = self.pins.judge(&found)?;
        let now = Snapshot::new(&self.name, &found, &judged, &self.config, &self.whose);
        // The same words make the same catalog: nobody need hear of it.
        let text = |catalog: &Catalog| serde_json::to_vec(catalog).unwrap_or_default();
        if text(&self.now().catalog) != text(&now.catalog) {
            *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(now);
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Connector for Mcp {
    fn catalog(&self) -> Arc<Catalog> {
        self.inner.now().catalog.clone()
    }

    async fn execute(&self, permit: Permit, operation: Operation, context: &Context) -> Result<Outcome> {
        let (inner, now) = (&*self.inner, self.inner.now());
        let offered = &now.offered;
        let missing = || Error::not_found("the server's tools");
        let effect = match &operation {
            Operation::Invoke(it) => offered.tools.get(&it.action).ok_or_else(missing)?.effect,
            _ => Effect::Read,
        };
        let caller = connector::spend(permit, &inner.name, &operation, effect)?;
        let (link, whose, items_max) = (&*inner.link, &*inner.whose, inner.config.items_max());
        let calls = Calls { link, whose, caller: &caller, context, items_max };
        let documents = || offered.documents.as_ref().ok_or_else(|| Error::not_found("the server's documents"));
        match &operation {
            Operation::Invoke(it) => invoke(&calls, offered.tools.get(&it.action).ok_or_else(missing)?, it).await,
            Operation::Recite(it) => {
                let prompt = offered.prompts.get(&it.prompt);
                recite(&calls, prompt.ok_or_else(|| Error::not_found("the server's prompts"))?, it).await
            }
            Operation::Read(it) => documents::read(&calls, documents()?, &it.uri, it.answers.as_ref()).await,
            Operation::Complete(it) => complete(&calls, offered, it).await,
            Operation::List(it) => documents::list(&calls, documents()?, it).await,
            Operation::Get(it) => documents::get(&calls, documents()?, it).await,
            _ => Err(operation.foreign()),
        }
    }

    async fn health(&self) -> Result<()> {
        self.inner.link.health().await.map_err(|failure| failure.into_error("the server"))
    }

    async fn reload(&self) -> Result<()> {
        self.inner.look().await
    }

    fn happenings(&self) -> Option<broadcast::Receiver<Happening>> {
        Some(self.inner.happened.subscribe())
    }
}

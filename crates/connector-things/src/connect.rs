use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use access::Caller;
use connector::{Catalog, Connector, Context, Effect, Error, Operation, Outcome, Permit, Result};
use tokio::sync::Semaphore;
use upstream::{Credential, Identity, Sources};

use crate::binding::{self, Bindings};
use crate::device::{Device, Devices};
use crate::owner::{Because, Owned, Owners};
use crate::snapshot::Snapshot;
use crate::td::{self, Form, SecurityScheme, Thing};
use crate::{Config, catalog, execute};

/// A fleet of devices, and whose they are.
#[derive(Debug)]
pub struct Things {
    pub(crate) name: String,
    pub(crate) config: Config,
    pub(crate) identity: Identity,
    pub(crate) bindings: Bindings,
    pub(crate) devices: Devices,
    pub(crate) watches: Arc<Semaphore>,
    owners: Owners,
    now: RwLock<Arc<Snapshot>>,
}

/// A device that is the caller's, and why.
pub(crate) struct Mine {
    pub(crate) device: Arc<Device>,
    pub(crate) because: Because,
}

impl Things {
    /// Reads the descriptions and the map of owners. No device is spoken to before it is needed, but for those whose history
    /// is kept.
    pub async fn connect(name: &str, config: Config, sources: &dyn Sources) -> Result<Self> {
        let identity = Identity::new(name, &config.identity(), sources)?;
        let owners = Owners::new(name, &config, sources)?;
        let bindings = Bindings::new(binding::all(&config)?);
        let now = Snapshot::read(&config, &owners, identity.binds(), &bindings, None).await?;
        let things = Self {
            name: name.to_owned(),
            devices: Devices::new(&config),
            watches: Arc::new(Semaphore::new(config.limits.watches_max.min(Semaphore::MAX_PERMITS))),
            identity,
            owners,
            bindings,
            config,
            now: RwLock::new(Arc::new(now)),
        };
        things.watch_written();
        Ok(things)
    }

    pub(crate) fn now(&self) -> Arc<Snapshot> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What of the fleet is this caller's.
    pub(crate) async fn owned(&self, now: &Snapshot, caller: &Caller) -> Result<Owned> {
        self.owners.of(caller, &now.owners).await
    }

    /// The caller's device of this id. What is another's is not there.
    pub(crate) async fn mine(&self, caller: &Caller, id: &str) -> Result<Mine> {
        let now = self.now();
        let owned = self.owned(&now, caller).await?;
        let thing = now.things.get(id).and_then(|thing| Some((thing, owned.why(thing)?)));
        let (thing, because) = thing.ok_or_else(|| Error::not_found(catalog::THINGS))?;
        let device = self.devices.of(thing, self.whose(thing, caller));
        if because != Because::Own {
            // Whoever uses it first is the first: what it tells from now on is not for the next one.
            device.state.holder(caller.key());
        }
        self.devices.rest(|thing| self.is_written(&now, thing));
        self.watch(&device, Some(caller)).await;
        Ok(Mine { device, because })
    }

    /// What there is for a device that asks who calls: configuration's account for it, else the caller's own.
    pub(crate) async fn credential(
        &self,
        thing: &Thing,
        form: &Form,
        caller: Option<&Caller>,
    ) -> Result<(SecurityScheme, Option<Credential>)> {
        let mut wanted = form.security.iter().filter_map(|name| Some((name, thing.security.get(name)?)));
        let found = wanted.next();
        if !self.may_have_credentials(thing, form) {
            return Ok((found.map_or(SecurityScheme::None, |(_, scheme)| scheme.clone()), None));
        }
        let Some((name, scheme)) = found else {
            return Ok((SecurityScheme::None, self.account(&thing.id, "")));
        };
        let account = self.account(&thing.id, name);
        if scheme.is_none() || account.is_some() {
            return Ok((scheme.clone(), account));
        }
        let own = match caller {
            Some(caller) => self.identity.credential_for(name, caller).await?,
            None => None,
        };
        Ok((scheme.clone(), own))
    }

    /// Whether what this form addresses is known to whoever configured the fleet, or is where its description came from.
    fn may_have_credentials(&self, thing: &Thing, form: &Form) -> bool {
        let Some(home) = &thing.host else { return true };
        let wanted = url::Url::parse(&form.href).ok().and_then(|url| td::host(&url));
        wanted.is_some_and(|wanted| {
            wanted == *home || self.config.hosts.iter().any(|host| host.eq_ignore_ascii_case(&wanted))
        })
    }

    fn account(&self, thing: &str, scheme: &str) -> Option<Credential> {
        let account = self.config.accounts.get(thing).or_else(|| self.config.accounts.get(scheme))?;
        if let Some(token) = &account.token {
            return Some(Credential::Token(token.clone()));
        }
        let password = account.password.clone().unwrap_or_else(|| String::new().into());
        Some(Credential::Basic { username: account.username.clone()?, password })
    }

    /// Whose it is among devices that each caller has of their own, and of those that are spoken to with each one's own
    /// credential: what is had with it is nobody else's.
    pub(crate) fn whose<'a>(&self, thing: &Thing, caller: &'a Caller) -> Option<&'a str> {
        (thing.own || self.wants_own(thing)).then(|| caller.key())
    }

    fn wants_own(&self, thing: &Thing) -> bool {
        let properties = thing.properties.values().flat_map(|it| &it.forms);
        let actions = thing.actions.values().flat_map(|it| &it.forms);
        let mut forms = properties.chain(actions).chain(thing.events.values().flat_map(|it| &it.forms));
        forms.any(|form| {
            let found = form.security.iter().find_map(|name| Some((name, thing.security.get(name)?)));
            found.is_some_and(|(name, scheme)| !scheme.is_none() && self.account(&thing.id, name).is_none())
        })
    }

    /// How long one exchange with a device may take.
    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_millis(self.config.limits.timeout_ms)
    }

    /// Whether it is written down whose it is: then it is watched from the start.
    fn is_written(&self, now: &Snapshot, thing: &Thing) -> bool {
        !thing.own && !self.wants_own(thing) && (self.owners.is_shared(thing) || now.owners.has(&thing.id))
    }

    fn watch_written(&self) {
        let now = self.now();
        for thing in now.things.values().filter(|thing| self.is_written(&now, thing)) {
            let device = self.devices.of(thing, None);
            // Nobody's key: who is told of it later is not the first.
            device.state.holder("");
            self.watch_without_caller(&device);
        }
    }
}

#[async_trait::async_trait]
impl Connector for Things {
    fn catalog(&self) -> Arc<Catalog> {
        self.now().catalog.clone()
    }

    async fn execute(&self, permit: Permit, operation: Operation, context: &Context) -> Result<Outcome> {
        let effect = match &operation {
            Operation::Invoke(invoke) => {
                let now = self.now();
                now.catalog.action(&invoke.action).ok_or_else(|| Error::not_found("the actions"))?.effect
            }
            Operation::List(_) | Operation::Get(_) => Effect::Read,
            other => return Err(other.foreign()),
        };
        let caller = connector::spend(permit, &self.name, &operation, effect)?;
        execute::execute(self, &caller, operation, context).await
    }

    async fn health(&self) -> Result<()> {
        // Each device is away for itself: `list` says which.
        Ok(())
    }

    async fn reload(&self) -> Result<()> {
        let before = self.now();
        let binds = self.identity.binds();
        let now = Arc::new(Snapshot::read(&self.config, &self.owners, binds, &self.bindings, Some(&before)).await?);
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = now.clone();
        // What a device told its owner before is not for its next one.
        self.devices.retain(|device| {
            let id = &device.thing.id;
            let is_same = now.things.get(id).is_some_and(|thing| Arc::ptr_eq(thing, &device.thing));
            is_same && before.owners.users(id) == now.owners.users(id)
        });
        self.watch_written();
        Ok(())
    }
}

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Device, State};
use crate::Config;
use crate::config::{HistoryConfig, LimitsConfig};
use crate::td::Thing;

/// Which device: a thing, and whose where each caller has their own of it ([`Caller::key`](access::Caller::key)).
pub(crate) type Key = (String, Option<String>);

/// All devices that are known of.
#[derive(Debug)]
pub(crate) struct Devices {
    history: HistoryConfig,
    limits: LimitsConfig,
    known: Mutex<HashMap<Key, Arc<Device>>>,
}

impl Devices {
    pub(crate) fn new(config: &Config) -> Self {
        Self { history: config.history.clone(), limits: config.limits.clone(), known: Mutex::default() }
    }

    /// The device, which is used now.
    pub(crate) fn of(&self, thing: &Arc<Thing>, caller: Option<&str>) -> Arc<Device> {
        let key = (thing.id.clone(), caller.map(str::to_owned));
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(device) = known.get(&key)
            && Arc::ptr_eq(&device.thing, thing)
        {
            device.touch();
            return device.clone();
        }
        let device = Arc::new(Device::new(thing.clone(), Arc::new(State::new(self.history.clone())), &self.limits));
        known.insert(key, device.clone());
        if known.len() > self.limits.devices_max {
            let oldest = known.iter().max_by_key(|(_, device)| device.idle()).map(|(key, _)| key.clone());
            oldest.and_then(|key| known.remove(&key));
        }
        device
    }

    /// The device where something is known of it.
    pub(crate) fn known(&self, thing: &Arc<Thing>, caller: Option<&str>) -> Option<Arc<Device>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&(thing.id.clone(), caller.map(str::to_owned))).filter(|it| Arc::ptr_eq(&it.thing, thing)).cloned()
    }

    /// Stops watching what nobody used for so long. `stays` says which are watched in any case.
    pub(crate) fn rest(&self, stays: impl Fn(&Thing) -> bool) {
        let idle = Duration::from_secs(self.limits.watch_idle_s);
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for device in known.values().filter(|device| device.is_watched()) {
            if device.idle() > idle && !stays(&device.thing) {
                device.unwatch();
            }
        }
    }

    /// Forgets devices that are not as they were.
    pub(crate) fn retain(&self, keeps: impl Fn(&Device) -> bool) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, device| keeps(device));
    }
}

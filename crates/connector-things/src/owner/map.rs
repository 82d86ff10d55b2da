use std::collections::{BTreeMap, BTreeSet};

use connector::{Error, Result};
use indexmap::IndexMap;

use crate::Config;
use crate::config::Several;

/// The largest file of owners.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// Devices and the users who have them, as configuration writes it down.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct OwnerMap {
    users: BTreeMap<String, BTreeSet<String>>,
    devices: BTreeMap<String, BTreeSet<String>>,
}

impl OwnerMap {
    /// `owners`, and what stands in `owners_file` now.
    pub(crate) async fn read(config: &Config) -> Result<Self> {
        let mut map = Self::default();
        map.add(&config.owners);
        if let Some(file) = &config.owners_file {
            let path = config.base.join(file);
            let wrong = |why: String| Error::invalid(format!("The file of owners {} {why}.", path.display()));
            let size = tokio::fs::metadata(&path).await.map_err(|error| wrong(format!("cannot be read: {error}")))?;
            if size.len() > FILE_BYTES_MAX {
                return Err(wrong(format!("is larger than {FILE_BYTES_MAX} bytes")));
            }
            let bytes = tokio::fs::read(&path).await.map_err(|error| wrong(format!("cannot be read: {error}")))?;
            let read: IndexMap<String, Several> = serde_json::from_slice(&bytes).map_err(|_| {
                wrong("is not a JSON object of devices and their users, {\"urn:dev:lamp\": \"alice\"}".into())
            })?;
            map.add(&read);
        }
        Ok(map)
    }

    fn add(&mut self, pairs: &IndexMap<String, Several>) {
        for (device, users) in pairs {
            for user in users.all() {
                self.users.entry(user.clone()).or_default().insert(device.clone());
                self.devices.entry(device.clone()).or_default().insert(user.clone());
            }
        }
    }

    /// Devices of this user.
    pub(crate) fn of(&self, user: &str) -> Option<&BTreeSet<String>> {
        self.users.get(user)
    }

    /// Users of this device.
    pub(crate) fn users(&self, device: &str) -> Option<&BTreeSet<String>> {
        self.devices.get(device)
    }

    /// Whether somebody has this device.
    pub(crate) fn has(&self, device: &str) -> bool {
        self.devices.contains_key(device)
    }

    /// Whether nobody has any.
    pub(crate) fn is_empty(&self) -> bool {
        self.devices.is_empty()
    }
}

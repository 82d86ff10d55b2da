use std::sync::Arc;

use connector::{Error, Result};
use upstream::Reach;

use super::Binding;
use super::http::Http;
use super::simulated::Simulated;
use crate::Config;
use crate::modbus::Modbus;
use crate::mqtt::Mqtt;

/// Every protocol that is spoken, each made of its part of the configuration. None connects before it is needed.
pub(crate) fn all(config: &Config) -> Result<Vec<Arc<dyn Binding>>> {
    let reach = Reach::new(&config.http.allow_addresses).map_err(|error| Error::invalid(error.to_string()))?;
    Ok(vec![
        Arc::new(Simulated::default()),
        Arc::new(Http::new(config)),
        Arc::new(Mqtt::new(&config.mqtt, reach.clone(), config.http.ca.clone())),
        Arc::new(Modbus::new(&config.modbus, reach)),
    ])
}

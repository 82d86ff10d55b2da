use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::Fault;

/// Where Bellhop listens and what its doors allow.
#[derive(Debug, JsonSchema)]
#[schemars(default)]
pub(crate) struct Server {
    /// The address to listen on.
    pub(crate) host: IpAddr,
    /// The TCP port; 0 takes a free one.
    pub(crate) port: u16,
    #[schemars(flatten)]
    pub(crate) doors: server::Config,
}

impl Default for Server {
    fn default() -> Self {
        Self { host: IpAddr::V4(Ipv4Addr::LOCALHOST), port: 8000, doors: server::Config::default() }
    }
}

impl Server {
    /// Reads `[server]`: the address and the port are ours, the rest is the doors'.
    pub(super) fn read(table: Spanned<DeValue<'_>>) -> Result<Self, Fault> {
        let span = table.span();
        let DeValue::Table(mut table) = table.into_inner() else {
            return Err(Fault::at(span, "`server` must be a table: [server]"));
        };
        let mut server = Self::default();
        if let Some(host) = take(&mut table, "host")? {
            server.host = host;
        }
        if let Some(port) = take(&mut table, "port")? {
            server.port = port;
        }
        let rest = ValueDeserializer::from(Spanned::new(span.clone(), DeValue::Table(table)));
        server.doors = server::Config::deserialize(rest).map_err(|error| Fault::toml(&error))?;
        server.doors.check().map_err(|error| Fault::at(span, error.to_string()))?;
        Ok(server)
    }
}

fn take<'i, T: Deserialize<'i>>(table: &mut DeTable<'i>, key: &str) -> Result<Option<T>, Fault> {
    let value = table.remove(key);
    value.map(|value| T::deserialize(ValueDeserializer::from(value)).map_err(|error| Fault::toml(&error))).transpose()
}

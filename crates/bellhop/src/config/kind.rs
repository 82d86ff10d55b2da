use std::path::Path;
use std::sync::Arc;

use connector::Connector;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, VariantAccess, Visitor};
use toml::Spanned;
use toml::de::{DeTable, DeValue, Error, ValueDeserializer};
use upstream::{ClientConfig, ConnectConfig, CredentialConfig, IdentityConfig, Sources};

use super::Fault;

/// Every kind of resource there is. A new kind is one crate, one variant here and one arm below.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(tag = "kind")]
pub(crate) enum Kind {
    /// A SQL database.
    Sql(connector_sql::Config),
    /// A folder for each user.
    Files(connector_files::Config),
    /// An HTTP API.
    Openapi(Box<connector_openapi::Config>),
    /// Another MCP server.
    Mcp(Box<connector_mcp::Config>),
    /// A GraphQL API.
    Graphql(Box<connector_graphql::Config>),
    /// A gRPC server.
    Grpc(Box<connector_grpc::Config>),
    /// Settings in a key-value store.
    Settings(Box<connector_settings::Config>),
    /// Devices.
    Things(Box<connector_things::Config>),
}

impl Kind {
    /// Connects to the resource.
    pub(crate) async fn connect(self, name: &str, sources: &dyn Sources) -> connector::Result<Arc<dyn Connector>> {
        Ok(match self {
            Self::Sql(config) => Arc::new(connector_sql::Sql::connect(name, config).await?),
            Self::Files(config) => Arc::new(connector_files::Files::open(name, config).await?),
            Self::Openapi(config) => Arc::new(connector_openapi::OpenApi::connect(name, *config, sources).await?),
            Self::Mcp(config) => Arc::new(connector_mcp::Mcp::connect(name, *config, sources).await?),
            Self::Graphql(config) => Arc::new(connector_graphql::Graphql::connect(name, *config, sources).await?),
            Self::Grpc(config) => Arc::new(connector_grpc::Grpc::connect(name, *config, sources).await?),
            Self::Settings(config) => Arc::new(connector_settings::Settings::connect(name, *config).await?),
            Self::Things(config) => Arc::new(connector_things::Things::connect(name, *config, sources).await?),
        })
    }

    /// How calls to it are tied to their caller and sent, where that is a matter of configuration.
    pub(crate) fn identity(&self) -> Option<(IdentityConfig, &ClientConfig)> {
        Some(match self {
            Self::Openapi(config) => (config.identity(), &config.http),
            Self::Mcp(config) => (config.identity(), &config.http),
            Self::Graphql(config) => (config.identity(), &config.http),
            Self::Grpc(config) => (config.identity(), &config.http),
            Self::Things(config) => (config.identity(), &config.http),
            Self::Sql(_) | Self::Files(_) | Self::Settings(_) => return None,
        })
    }

    /// Relative paths in a file are relative to the file.
    #[must_use]
    pub(super) fn under(mut self, base: &Path) -> Self {
        match &mut self {
            Self::Sql(_) => {}
            Self::Files(config) => config.root = config.root.take().map(|root| base.join(root)),
            Self::Openapi(config) => config.base = base.to_owned(),
            Self::Mcp(config) => config.base = base.to_owned(),
            Self::Graphql(config) => config.base = base.to_owned(),
            Self::Grpc(config) => config.base = base.to_owned(),
            Self::Settings(config) => config.base = base.to_owned(),
            Self::Things(config) => config.base = base.to_owned(),
        }
        self
    }

    /// Whether users set their own credentials for it.
    pub(crate) fn lets_users_set(&self) -> bool {
        self.credentials().iter().any(|it| it.store)
    }

    /// How users connect their accounts to it, and how it is reached.
    pub(crate) fn connect_config(&self) -> Option<(ConnectConfig, &ClientConfig)> {
        let (identity, http) = self.identity()?;
        Some((identity.connect?, http))
    }

    /// Whether users' own credentials for it are kept in the store.
    pub(crate) fn keeps_credentials(&self) -> bool {
        self.lets_users_set() || self.connect_config().is_some()
    }

    /// Queries of SQL resources that its users' credentials come from, or what is theirs: the resource and the query.
    pub(crate) fn credential_queries(&self) -> Vec<(String, String)> {
        let credentials = self.credentials();
        let queries = credentials.iter().filter_map(|it| it.query.as_deref());
        let owners = if let Self::Things(config) = self { config.owner_query.as_deref() } else { None };
        let queries = queries.chain(owners);
        let pairs = queries.filter_map(|query| query.split_once('.'));
        pairs.map(|(resource, query)| (resource.to_owned(), query.to_owned())).collect()
    }

    /// Whether calls to it carry a token that is signed here.
    pub(crate) fn is_signed(&self) -> bool {
        self.identity().is_some_and(|(identity, _)| identity.signed.is_some())
    }

    /// Whether users' tokens are exchanged for it.
    pub(crate) fn exchanges(&self) -> bool {
        self.identity().is_some_and(|(identity, _)| identity.exchange.is_some())
    }

    fn credentials(&self) -> Vec<CredentialConfig> {
        let identity = self.identity().map(|(identity, _)| identity).unwrap_or_default();
        identity.credential.into_iter().chain(identity.credentials.into_values()).collect()
    }

    /// The same, kept from writing by the resource itself where it can.
    #[must_use]
    pub(super) fn read_only(mut self) -> Self {
        match &mut self {
            Self::Sql(config) => config.read_only = true,
            Self::Things(config) => config.read_only = true,
            _ => {}
        }
        self
    }

    /// What `kind` may be: `sql, files, …`.
    pub(super) fn names() -> String {
        match Self::deserialize(Names) {
            Ok(_) => String::new(),
            Err(names) => names.to_string(),
        }
    }

    /// A resource of which only one thing is said.
    pub(crate) fn with_one_key(kind: &str, key: &str, value: &str) -> Result<Self, Fault> {
        let mut table = DeTable::new();
        let text = DeValue::String(value.to_owned().into());
        table.insert(Spanned::new(0..0, key.to_owned().into()), Spanned::new(0..0, text));
        Self::read(kind, Spanned::new(0..0, DeValue::Table(table))).map_err(|error| Fault::plain(error.message()))
    }

    /// Reads the table that is left when `kind` has been taken out of it. Errors keep their place in the file,
    /// which serde's own internal tagging would lose.
    pub(super) fn read(kind: &str, table: Spanned<DeValue<'_>>) -> Result<Self, Error> {
        Self::deserialize(Tagged { kind, table })
    }
}

/// Deserializes nothing: its error is the names of the variants.
struct Names;

impl<'de> Deserializer<'de> for Names {
    type Error = serde::de::value::Error;

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Self::Error> {
        Err(serde::de::Error::custom(variants.join(", ")))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Self::Error> {
        Err(serde::de::Error::custom(""))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Tagged<'k, 'i> {
    kind: &'k str,
    table: Spanned<DeValue<'i>>,
}

impl<'de, 'i: 'de> Deserializer<'de> for Tagged<'_, 'i> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_enum(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, 'i: 'de> EnumAccess<'de> for Tagged<'_, 'i> {
    type Error = Error;
    type Variant = Inner<'i>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Inner<'i>), Error> {
        let name: StrDeserializer<'_, Error> = self.kind.into_deserializer();
        Ok((seed.deserialize(name)?, Inner { table: self.table }))
    }
}

struct Inner<'i> {
    table: Spanned<DeValue<'i>>,
}

impl<'de, 'i: 'de> VariantAccess<'de> for Inner<'i> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Err(serde::de::Error::custom("every kind has a configuration"))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(ValueDeserializer::from(self.table))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, _visitor: V) -> Result<V::Value, Error> {
        Err(serde::de::Error::custom("every kind has one configuration"))
    }

    fn struct_variant<V: Visitor<'de>>(self, _fields: &'static [&'static str], _visitor: V) -> Result<V::Value, Error> {
        Err(serde::de::Error::custom("every kind has one configuration"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::config::{Config, Environment};

    #[test]
    fn the_example_of_every_kind_is_read_and_has_them_all() {
        let text = include_str!("../../../../docs/examples/every-kind.toml");
        let variables = Environment::of([("DATABASE_URL", "sqlite://shop.db")]);
        let read = Config::read(text, Path::new("."), &variables).unwrap();
        let mut kinds: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("kind")?.split('"').nth(1)).collect();
        assert_eq!(read.resources.len(), kinds.len());
        let names = Kind::names();
        let mut all: Vec<&str> = names.split(", ").collect();
        kinds.sort_unstable();
        all.sort_unstable();
        assert_eq!(kinds, all);
    }
}

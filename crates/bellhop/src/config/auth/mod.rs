//! Whose tokens are accepted: `[auth]` for one issuer, `[[auth]]` for several.

mod environment;
mod introspection;
mod section;
mod sign_in;

use std::path::Path;

use access::{IssuerConfig, Keys};
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeValue, ValueDeserializer};
use upstream::{ClientConfig, ConnectConfig};

use super::Fault;

pub(super) use environment::from_environment;
pub(super) use section::Auth;

/// `[auth]`, or `[[auth]]` for each of several.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "read by hand so that faults keep their place; this names the two forms for the schema")]
pub(super) enum AuthSections {
    /// One issuer.
    One(Box<Auth>),
    /// Several, each with keys, claims and a prefix of its own.
    Many(Vec<Auth>),
}

/// Issuers, and which of them clients are told of.
#[derive(Debug, Default)]
pub(super) struct Issuers {
    pub(super) issuers: Vec<IssuerConfig>,
    /// `iss` values of those at which a client can get a token, byte for byte, the first the preferred one.
    pub(super) advertised: Vec<String>,
    /// This server's own clients at them.
    pub(super) sign_ins: Vec<(String, ConnectConfig, ClientConfig)>,
}

impl Issuers {
    pub(super) fn one(issuer: IssuerConfig) -> Self {
        let mut issuers = Self::default();
        issuers.push(issuer, None);
        issuers
    }

    /// Reads `[auth]` or `[[auth]]`. `resource` is the address of `/mcp`, where it is known: the audience of tokens that
    /// are made for it (RFC 8707).
    pub(super) fn read(value: Spanned<DeValue<'_>>, base: &Path, resource: Option<&str>) -> Result<Self, Fault> {
        let mut issuers = Self::default();
        let sections = match value.get_ref() {
            DeValue::Array(_) => match value.into_inner() {
                DeValue::Array(sections) => sections.into_iter().collect(),
                _ => Vec::new(),
            },
            _ => vec![value],
        };
        for section in sections {
            let span = section.span();
            let mut section =
                Auth::deserialize(ValueDeserializer::from(section)).map_err(|error| Fault::toml(&error))?;
            issuers.sign_ins.extend(section.take_sign_in(base));
            let (issuer, advertised) = section.resolve(span, base, resource)?;
            issuers.push(issuer, advertised);
        }
        Ok(issuers)
    }

    /// Without being told, clients hear of every issuer that has an address; a shared secret has none to go to.
    fn push(&mut self, issuer: IssuerConfig, advertised: Option<bool>) {
        let has_address = issuer.issuer.starts_with("https://") || issuer.issuer.starts_with("http://");
        let usual = has_address && !matches!(issuer.keys, Keys::Secret(_));
        if advertised.unwrap_or(usual) {
            self.advertised.push(issuer.issuer.clone());
        }
        self.issuers.push(issuer);
    }
}

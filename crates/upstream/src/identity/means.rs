use access::TokenExchange;
use connector::{Error, Result};
use http::HeaderName;

use super::{CredentialConfig, ExchangeConfig, SignedConfig, Source};
use crate::source::{Claim, Command, Exchanged, Personal, Signed, Variable};
use crate::{Placement, Sources};

/// One way to get a credential, and where it goes.
#[derive(Debug)]
pub(super) struct Means {
    pub(super) source: Source,
    pub(super) at: Where,
    /// Whether it is each caller's own. One that is everybody's ties nothing.
    pub(super) personal: bool,
}

/// Where a credential goes.
#[derive(Debug)]
pub(super) enum Where {
    /// Here, in every call.
    Always(Placement),
    /// Where the operation's security schemes say: any that can hold it, or only the one of this name.
    ByScheme(Option<String>),
}

impl Means {
    pub(super) fn credential(
        resource: &str,
        config: &CredentialConfig,
        scheme: Option<&str>,
        shared: bool,
        sources: &dyn Sources,
    ) -> Result<Self> {
        let key = scheme.map_or_else(|| "credential".to_owned(), |scheme| format!("credentials.{scheme}"));
        let wrong = |what: &str| Error::invalid(format!("[resources.{resource}]: {key}: {what}."));
        let at = place(config, scheme).map_err(&wrong)?;
        let CredentialConfig { claim, query, env, command, store, user, .. } = config;
        let given = [claim.is_some(), query.is_some(), env.is_some(), command.is_some(), *store];
        if given.iter().filter(|given| **given).count() != 1 {
            return Err(wrong("give exactly one of claim, query, env, command and store"));
        }
        let source: Source = if let Some(name) = claim {
            let claim = Claim::new(name).map_err(|error| wrong(&error.to_string()))?;
            let personal = claim.names_the_caller();
            return Ok(Self { source: std::sync::Arc::new(claim), at, personal });
        } else if let Some(query) = query {
            let (sql, action) =
                query.split_once('.').ok_or_else(|| wrong("write `query` as RESOURCE.QUERY, such as shop.api_keys"))?;
            sources.query(sql, action).ok_or_else(|| wrong("there is no SQL resource to ask"))?
        } else if *store {
            sources.store(resource).ok_or_else(|| wrong("the credential store has no key yet: set it"))?
        } else {
            let one: Source = match (env, command) {
                (Some(name), _) => {
                    let value = sources.variable(name);
                    let value = value.ok_or_else(|| wrong(&format!("the environment variable {name} is not set")))?;
                    std::sync::Arc::new(Variable::new(name, value))
                }
                (_, Some(command)) => std::sync::Arc::new(
                    Command::new(command).ok_or_else(|| wrong("`command` is empty: write program and arguments"))?,
                ),
                _ => return Err(wrong("nothing is given")),
            };
            match user {
                Some(user) if !user.is_empty() => {
                    std::sync::Arc::new(Personal::new(user, config.user_issuer.as_deref(), one))
                }
                _ if shared => return Ok(Self { source: one, at, personal: false }),
                _ => {
                    return Err(wrong(
                        "say whose it is, `user = \"ID\"`: nobody else is given it. Only with `shared = true` is it everybody's",
                    ));
                }
            }
        };
        Ok(Self { source, at, personal: true })
    }

    pub(super) fn exchange(resource: &str, config: &ExchangeConfig) -> Result<Self> {
        let exchange = TokenExchange::new(config.to_access())
            .map_err(|error| Error::invalid(format!("[resources.{resource}]: exchange: {error}.")))?;
        let source = std::sync::Arc::new(Exchanged::new(exchange));
        Ok(Self { source, at: Where::Always(Placement::Bearer), personal: true })
    }

    pub(super) fn signed(resource: &str, config: &SignedConfig, sources: &dyn Sources) -> Result<Self> {
        let wrong = |what: &str| Error::invalid(format!("[resources.{resource}]: signed: {what}."));
        let signer = sources.signer().ok_or_else(|| wrong("this process has no signing key"))?;
        let placement = match &config.header {
            None => Placement::Bearer,
            Some(name) => Placement::Header { name: header(name).map_err(&wrong)?, prefix: String::new() },
        };
        let source = std::sync::Arc::new(Signed::new(signer, config).map_err(&wrong)?);
        Ok(Self { source, at: Where::Always(placement), personal: true })
    }
}

fn place(config: &CredentialConfig, scheme: Option<&str>) -> Result<Where, &'static str> {
    let CredentialConfig { header: name, query_parameter, cookie, .. } = config;
    if config.prefix.is_some() && name.is_none() {
        return Err("`prefix` goes with `header`");
    }
    let places = [name.is_some(), query_parameter.is_some(), cookie.is_some()];
    let named = scheme.is_some() || config.scheme.is_some();
    if places.iter().filter(|given| **given).count() + usize::from(named) > 1 {
        return Err("give one place: scheme, header, query_parameter or cookie");
    }
    Ok(match (name, query_parameter, cookie) {
        (Some(name), ..) => Where::Always(in_header(header(name)?, config.prefix.as_deref().unwrap_or_default())),
        (_, Some(name), _) => Where::Always(Placement::Query { name: name.clone() }),
        (_, _, Some(name)) => Where::Always(Placement::Cookie { name: name.clone() }),
        _ => Where::ByScheme(scheme.map(str::to_owned).or_else(|| config.scheme.clone())),
    })
}

/// After `Basic ` an account goes as RFC 7617 wants it, encoded.
fn in_header(name: HeaderName, prefix: &str) -> Placement {
    let is_basic = name == http::header::AUTHORIZATION && prefix.trim().eq_ignore_ascii_case("basic");
    if is_basic { Placement::Basic } else { Placement::Header { name, prefix: prefix.to_owned() } }
}

fn header(name: &str) -> Result<HeaderName, &'static str> {
    HeaderName::try_from(name).map_err(|_| "this is not the name of a header")
}

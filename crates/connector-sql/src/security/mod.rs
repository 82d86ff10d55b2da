//! PostgreSQL's row security: the database itself decides, by its policies, which rows a call meets.
//!
//! Every call of a caller's runs in a transaction that is the caller's: `request.jwt.claims` holds the claims of the
//! verified token, as policies written for PostgREST or Supabase read them, and `role` the configured role. Both are
//! local to the transaction, so nothing of the caller remains on the connection after it.
//!
//! The role is the configuration's and never the token's, because a token can name any role.

mod beyond;
mod role;
#[cfg(test)]
mod tests;

use access::Caller;
use connector::{Error, Result};
use serde_json::{Map, Value};

pub(crate) use beyond::look as look_beyond;
pub(crate) use role::check;

use crate::schema::Engine;
use crate::sql::literal;
use crate::{Config, Scope};

/// Claims that older policies read one by one: `request.jwt.claim.sub`.
const SINGLE_CLAIMS: [&str; 3] = ["sub", "role", "email"];

/// What the configuration says of row security.
#[derive(Clone, Debug)]
pub(crate) struct RowSecurity {
    /// The role whose policies hold.
    pub(crate) role: String,
    /// Whether conditions on owners hold beside the policies.
    pub(crate) with_owners: bool,
}

impl RowSecurity {
    /// `None` where owners alone say who sees what.
    pub(crate) fn configured(config: &Config, engine: Engine) -> Result<Option<Self>> {
        let name = match config.scope {
            Scope::Owner if config.role.is_none() => return Ok(None),
            Scope::Owner => {
                return Err(Error::invalid(
                    "`role` is the role of row security, and `scope` is \"owner\". Set scope = \"rls\" or \"both\", or \
                     take `role` out.",
                ));
            }
            Scope::Rls => "rls",
            Scope::Both => "both",
        };
        if engine != Engine::Postgres {
            return Err(Error::invalid(format!(
                "`scope` is \"{name}\", and only PostgreSQL has row security. Take `scope` out, or use a PostgreSQL \
                 database."
            )));
        }
        let Some(role) = config.role.clone().filter(|role| !role.is_empty() && role != "none") else {
            return Err(Error::invalid(format!(
                "`scope` is \"{name}\", and that needs `role`: the database role that the policies are for, such as \
                 role = \"authenticated\"."
            )));
        };
        Ok(Some(Self { role, with_owners: config.scope == Scope::Both }))
    }

    /// One statement that makes the rest of a transaction the caller's; nobody's, who has no claims, where none is
    /// given.
    pub(crate) fn settings(&self, caller: Option<&Caller>) -> Result<String> {
        let mut claims = caller.map_or_else(Map::new, |caller| caller.claims().clone());
        claims.insert("role".into(), Value::from(self.role.as_str()));
        let mut settings: Vec<(String, String)> = SINGLE_CLAIMS
            .iter()
            .map(|name| {
                let value = claims.get(*name).and_then(Value::as_str).unwrap_or_default();
                (format!("request.jwt.claim.{name}"), value.to_owned())
            })
            .collect();
        let claims = match caller {
            Some(_) => serde_json::to_string(&claims).map_err(Error::internal)?,
            None => String::new(),
        };
        settings.push(("request.jwt.claims".into(), claims));
        settings.push(("role".into(), self.role.clone()));
        let set = |(name, value): (String, String)| {
            format!("pg_catalog.set_config({}, {}, true)", literal::text(&name), literal::text(&value))
        };
        Ok(format!("SELECT {}", settings.into_iter().map(set).collect::<Vec<_>>().join(", ")))
    }
}

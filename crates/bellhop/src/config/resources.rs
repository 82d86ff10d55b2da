use std::ops::Range;

use access::ResourcePolicy;
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};
use upstream::CredentialConfig;

use super::{Environment, Fault, Kind, Resource};

/// Longest resource name: it stands before every tool's name.
const NAME_CHARS_MAX: usize = 24;

/// Reads `[resources.*]`.
pub(super) fn read(table: Spanned<DeValue<'_>>) -> Result<Vec<Resource>, Fault> {
    let span = table.span();
    let DeValue::Table(table) = table.into_inner() else {
        return Err(Fault::at(span, "`resources` must be tables: [resources.shop]"));
    };
    table.into_iter().map(|(name, value)| resource(name.get_ref(), name.span(), value)).collect()
}

fn resource(name: &str, name_span: Range<usize>, value: Spanned<DeValue<'_>>) -> Result<Resource, Fault> {
    check_name(name).map_err(|message| Fault::at(name_span.clone(), message))?;
    let span = value.span();
    let DeValue::Table(mut table) = value.into_inner() else {
        return Err(Fault::at(span, format!("a resource is a table: [resources.{name}]")));
    };
    let kind = take(&mut table, "kind").ok_or_else(|| {
        Fault::at(name_span.clone(), "`kind` is missing")
            .help(format!("write kind = \"sql\", or another one of {}", Kind::names()))
    })?;
    let kind_span = kind.span();
    let kind = match kind.into_inner() {
        DeValue::String(kind) => kind.into_owned(),
        _ => return Err(Fault::at(kind_span, "`kind` must be a text, such as \"sql\"")),
    };
    let mut policy = match take(&mut table, "access") {
        Some(access) => {
            ResourcePolicy::deserialize(ValueDeserializer::from(access)).map_err(|error| Fault::toml(&error))?
        }
        None => ResourcePolicy::default(),
    };
    if let Some(read_only) = take(&mut table, "read_only") {
        policy.read_only =
            bool::deserialize(ValueDeserializer::from(read_only)).map_err(|error| Fault::toml(&error))?;
    }
    let names = match take(&mut table, "names") {
        Some(names) => {
            gateway::Names::deserialize(ValueDeserializer::from(names)).map_err(|error| Fault::toml(&error))?
        }
        None => gateway::Names::default(),
    };
    let kind = Kind::read(&kind, Spanned::new(span, DeValue::Table(table))).map_err(|error| {
        let fault = Fault::toml(&error);
        match error.span() {
            Some(_) => fault,
            None if error.message().starts_with("unknown variant") => {
                Fault::at(kind_span, error.message().replacen("unknown variant", "unknown kind", 1))
                    .help(format!("the kinds are {}", Kind::names()))
            }
            None => Fault::at(name_span, error.message().to_owned()),
        }
    })?;
    let kind = if policy.read_only { kind.read_only() } else { kind };
    Ok(Resource { name: name.to_owned(), kind, policy, names })
}

fn take<'i>(table: &mut DeTable<'i>, key: &str) -> Option<Spanned<DeValue<'i>>> {
    table.remove(key)
}

fn check_name(name: &str) -> Result<(), String> {
    let ok = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if ok && !name.is_empty() && name.len() <= NAME_CHARS_MAX {
        return Ok(());
    }
    Err(format!(
        "a resource's name stands in tool names: give \"{name}\" a name of letters, digits, _ and -, at most {NAME_CHARS_MAX} long"
    ))
}

/// `DATABASE_URL`, `BASE_DATA_PATH` and `API_BASE_URL`.
pub(super) fn from_environment(environment: &Environment) -> Result<Vec<Resource>, Fault> {
    let mut resources = Vec::new();
    let settings = [("DATABASE_URL", "database", "sql", "url"), ("BASE_DATA_PATH", "documents", "files", "root")];
    for (variable, name, kind, key) in settings {
        if let Some(value) = environment.get(variable) {
            let kind =
                Kind::with_one_key(kind, key, value).map_err(|error| Fault::plain(format!("{variable}: {error}")))?;
            resources.push(Resource {
                name: name.to_owned(),
                kind,
                policy: ResourcePolicy::default(),
                names: gateway::Names::default(),
            });
        }
    }
    if let Some(url) = environment.get("API_BASE_URL") {
        let kind = Kind::Openapi(Box::new(api(url, environment)?));
        resources.push(Resource {
            name: "api".to_owned(),
            kind,
            policy: ResourcePolicy::default(),
            names: gateway::Names::default(),
        });
    }
    Ok(resources)
}

/// `API_BASE_URL`, and whose its calls are. One key for everybody ties no call to its user: it is used for one user
/// (`API_USER`) or, where that is meant, for all (`API_SHARED=true`). Without `API_KEY`, each user's own key comes from
/// the credential store.
fn api(url: &str, environment: &Environment) -> Result<connector_openapi::Config, Fault> {
    let has_key = environment.get("API_KEY").is_some();
    let shared = environment.flag("API_SHARED")?;
    let user = environment.get("API_USER").map(str::to_owned);
    if shared && user.is_some() {
        return Err(Fault::plain("API_SHARED=true and API_USER are both set")
            .help("API_KEY is either one user's (API_USER) or everybody's (API_SHARED=true)"));
    }
    let env = has_key.then(|| "API_KEY".to_owned());
    let credential = match (has_key, shared || user.is_some()) {
        (true, true) => Some(CredentialConfig { env, user, ..CredentialConfig::default() }),
        (true, false) => None,
        (false, _) if environment.get("BELLHOP_STORE_KEY").is_some() => {
            Some(CredentialConfig { store: true, ..CredentialConfig::default() })
        }
        (false, _) => None,
    };
    Ok(connector_openapi::Config {
        url: Some(url.to_owned()),
        shared,
        credential,
        ..connector_openapi::Config::default()
    })
}

/// What a person should know of `API_BASE_URL`.
pub(super) fn notes(environment: &Environment) -> Result<Vec<String>, Fault> {
    let has = |name| environment.get(name).is_some();
    let shared = environment.flag("API_SHARED")?;
    let note = match (has("API_BASE_URL"), has("API_KEY")) {
        (false, true) => "API_KEY is set, but API_BASE_URL is not: there is no API to call.",
        (true, _) if shared => {
            "API_SHARED=true: every signed-in user calls the API at API_BASE_URL as the same account, and sees and changes \
             the same things."
        }
        (true, true) if !has("API_USER") => {
            "API_KEY is one key, and calls with it cannot be told apart by user: the API is closed. Set API_USER to the id of \
             the one user whose key it is; or API_SHARED=true if all users may act as that account; or leave API_KEY out and \
             set BELLHOP_STORE_KEY, and each user keeps a key of their own."
        }
        (true, false) if !has("BELLHOP_STORE_KEY") => {
            "API_BASE_URL is set, but nothing ties calls to their user: the API is closed. Set BELLHOP_STORE_KEY (`bellhop \
             secret key` prints one), and each user keeps a key of their own; or API_SHARED=true if the API needs none."
        }
        _ => return Ok(Vec::new()),
    };
    Ok(vec![note.to_owned()])
}

//! `bellhop secret`: users' own credentials in the store.

mod read;

use std::process::ExitCode;

use anyhow::anyhow;
use clap::{Args, Subcommand};
use credentials::{Entry, Given, RecordKind, Slot, StoreKey};
use secrecy::ExposeSecret;
use serde_json::json;
use upstream::Secret;

use super::ConfigArgument;
use crate::config::{Config, Environment};
use crate::{dev, output};

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Keep a user's credential. It is read from standard input, or asked for; never give it as an argument.
    Set(Set),
    /// List whose credentials are kept, and what for. No secret is shown.
    List(List),
    /// Forget a user's credential.
    Remove(Remove),
    /// Print a new key for the store, for BELLHOP_STORE_KEY.
    Key,
    /// Seal everything with BELLHOP_STORE_KEY that BELLHOP_STORE_KEYS_OLD sealed: all of it or, when that fails, nothing.
    Rotate {
        #[command(flatten)]
        config: ConfigArgument,
    },
}

#[derive(Args)]
struct Set {
    #[command(flatten)]
    config: ConfigArgument,
    /// The resource that it is for, by its name in the configuration.
    resource: String,
    #[command(flatten)]
    owner: Owner,
    /// The account's name, where it is an account: what is read is its password then.
    #[arg(long, value_name = "NAME")]
    username: Option<String>,
}

#[derive(Args)]
struct List {
    #[command(flatten)]
    config: ConfigArgument,
    /// Only this resource's.
    resource: Option<String>,
    /// Only this user's.
    #[arg(long, value_name = "ID")]
    user: Option<String>,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Remove {
    #[command(flatten)]
    config: ConfigArgument,
    /// The resource that it is for.
    #[arg(required_unless_present = "id", requires = "user")]
    resource: Option<String>,
    #[arg(long, value_name = "ID")]
    /// Whose it is: the user's id.
    user: Option<String>,
    /// Whose users' ids these are; needed where several issuers are configured.
    #[arg(long, value_name = "ISSUER", conflicts_with = "dev")]
    issuer: Option<String>,
    /// The user is one of `serve --dev` and `call --user`.
    #[arg(long)]
    dev: bool,
    /// The one that `list` gives this id.
    #[arg(long, value_name = "ID", conflicts_with_all = ["resource", "user"])]
    id: Option<String>,
}

#[derive(Args)]
struct Owner {
    /// Whose it is: the user's id.
    #[arg(long, value_name = "ID")]
    user: String,
    /// Whose users' ids these are; needed where several issuers are configured.
    #[arg(long, value_name = "ISSUER", conflicts_with = "dev")]
    issuer: Option<String>,
    /// The user is one of `serve --dev` and `call --user`.
    #[arg(long)]
    dev: bool,
}

pub(super) async fn run(arguments: Arguments, environment: &Environment) -> anyhow::Result<ExitCode> {
    match arguments.command {
        Command::Set(arguments) => set(arguments, environment).await,
        Command::List(arguments) => list(arguments, environment).await,
        Command::Remove(arguments) => remove(arguments, environment).await,
        Command::Key => {
            output::line(StoreKey::generate()?.expose_secret());
            Ok(ExitCode::SUCCESS)
        }
        Command::Rotate { config } => {
            let store = config.load(environment)?.credentials.open().await?;
            let rotated = store.rotate().await?;
            let key = store.keys().current().id();
            output::line(format_args!("{rotated} records were sealed anew; all are under the key {key} now"));
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn set(arguments: Set, environment: &Environment) -> anyhow::Result<ExitCode> {
    let Set { config, resource, owner, username } = arguments;
    let config = config.load(environment)?;
    let known = config.resources.iter().find(|known| known.name == resource);
    let known = known.ok_or_else(|| anyhow!("no resource is called \"{resource}\" in {}", config.origin))?;
    if !known.kind.keeps_credentials() {
        output::note(format_args!("\"{resource}\" does not ask the store: it needs credential = {{ store = true }}"));
    }
    anyhow::ensure!(!owner.user.is_empty(), "--user needs a user's id");
    let issuer = issuer(owner.issuer, owner.dev, &config)?;
    let slot = Slot { resource, issuer, user: owner.user, kind: RecordKind::Credential };
    let store = config.credentials.open().await?;
    let asked = if username.is_some() { "Password: " } else { "Credential: " };
    let secret = Secret::from(read::secret(asked)?);
    let credential = Given::new(username, secret).read().map_err(|_| {
        anyhow!("a credential is a text without line ends that is not empty, and an account's name has no colon")
    })?;
    store.set_credential(&slot, &credential).await?;
    output::note(format_args!("kept for {} at {}", slot.user, slot.resource));
    Ok(ExitCode::SUCCESS)
}

async fn list(arguments: List, environment: &Environment) -> anyhow::Result<ExitCode> {
    let store = arguments.config.load(environment)?.credentials.open().await?;
    let mut entries = store.list().await?;
    entries.retain(|entry| match &entry.slot {
        Some(slot) => {
            arguments.resource.as_ref().is_none_or(|resource| *resource == slot.resource)
                && arguments.user.as_ref().is_none_or(|user| *user == slot.user)
        }
        None => true,
    });
    if arguments.json {
        output::json(&json!({"credentials": entries, "count": entries.len()}))?;
        return Ok(ExitCode::SUCCESS);
    }
    for Entry { id, slot, what, set_at_s, .. } in &entries {
        match slot {
            Some(Slot { resource, issuer, user, kind }) => output::line(format_args!(
                "{resource:<24} {user:<32} {issuer:<40} {:<10} {what:<6} {}",
                kind.as_str(),
                read::day(*set_at_s)
            )),
            None => output::line(format_args!(
                "changed by something other than Bellhop and not used: `bellhop secret remove --id {id}`"
            )),
        }
    }
    output::note(format_args!("{} credentials", entries.len()));
    Ok(ExitCode::SUCCESS)
}

async fn remove(arguments: Remove, environment: &Environment) -> anyhow::Result<ExitCode> {
    let config = arguments.config.load(environment)?;
    let store = config.credentials.open().await?;
    let removed = match (arguments.id, arguments.resource, arguments.user) {
        (Some(id), ..) => store.remove_by_id(&id).await?,
        (None, Some(resource), Some(user)) => {
            let issuer = issuer(arguments.issuer, arguments.dev, &config)?;
            let mut removed = false;
            // With a flow that is under way, or it would bring back what was removed.
            for kind in [RecordKind::Credential, RecordKind::Connection, RecordKind::Pending] {
                let slot = Slot { resource: resource.clone(), issuer: issuer.clone(), user: user.clone(), kind };
                removed |= store.remove(&slot).await?;
            }
            removed
        }
        _ => return Err(anyhow!("whose? Give a resource and --user ID, or --id")),
    };
    anyhow::ensure!(removed, "there is no such credential; `bellhop secret list` shows what there is");
    output::note("removed");
    Ok(ExitCode::SUCCESS)
}

/// Whose user it is: named, or the only one there is.
fn issuer(named: Option<String>, dev: bool, config: &Config) -> anyhow::Result<String> {
    if dev {
        return Ok(dev::ISSUER.to_owned());
    }
    match (named, config.issuers.as_slice()) {
        (Some(_), []) => Err(anyhow!("no issuer is configured: leave --issuer out and say --dev")),
        (Some(named), issuers) => {
            let known = issuers.iter().find(|known| known.issuer == named).ok_or_else(|| {
                let all: Vec<_> = issuers.iter().map(|known| known.issuer.as_str()).collect();
                anyhow!("no issuer is called \"{named}\": there is {}", all.join(", "))
            })?;
            // What is kept is found by the issuer that has the users.
            Ok(known.same_users_as.clone().unwrap_or(named))
        }
        (None, [only]) => Ok(only.issuer.clone()),
        (None, []) => Err(anyhow!("no issuer is configured: say --dev for a user of `serve --dev`")),
        (None, _) => Err(anyhow!("several issuers are configured: say whose user this is by --issuer")),
    }
}

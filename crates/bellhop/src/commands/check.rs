use std::collections::BTreeMap;
use std::process::ExitCode;

use access::IssuerConfig;
use clap::Args;
use connector::{Collection, Ownership};
use serde_json::{Value, json};

use super::ConfigArgument;
use crate::assemble::{Away, House};
use crate::config::Environment;
use crate::output;

/// How many actions of one resource are printed one by one.
const ACTIONS_LISTED_MAX: usize = 100;
/// How many closed things of one resource are printed one by one.
const HIDDEN_LISTED_MAX: usize = 50;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigArgument,
    /// One JSON object.
    #[arg(long)]
    json: bool,
    /// Fail also when something is hidden.
    #[arg(long)]
    strict: bool,
    /// Check as for `serve --dev`: no issuer is needed.
    #[arg(long)]
    dev: bool,
}

/// Success: everything can be served. Failure: it cannot, or with `--strict` something is hidden.
pub(super) async fn run(arguments: Arguments, environment: &Environment) -> anyhow::Result<ExitCode> {
    let config = arguments.config.load(environment)?;
    let origin = config.origin.clone();
    let notes = config.notes.clone();
    let issuers: Vec<_> = config.issuers.iter().map(|issuer| issuer.issuer.clone()).collect();
    let whose: Vec<_> = config.issuers.iter().map(users_of).collect();
    let house = House::open(config, Away::Stops, environment).await?;
    if !arguments.dev {
        let verifier = house.verifier()?;
        verifier.ready().await?;
    }
    let catalogs = house.gateway.catalogs();
    let hidden: usize = catalogs.iter().map(|(_, catalog)| catalog.hidden.len()).sum();
    if arguments.json {
        let resources: Vec<Value> = catalogs
            .iter()
            .map(|(name, catalog)| {
                let collections: Vec<_> = catalog.collections.iter().map(collection_json).collect();
                let actions: Vec<_> = catalog
                    .actions
                    .iter()
                    .map(|action| json!({"name": action.name, "effect": action.effect, "ownership": action.ownership}))
                    .collect();
                let prompts: Vec<_> = catalog.prompts.iter().map(|prompt| &prompt.name).collect();
                let mut resource =
                    json!({"resource": name, "collections": collections, "actions": actions, "hidden": catalog.hidden});
                // Only what speaks to models has them.
                if !prompts.is_empty() || catalog.documents.is_some() {
                    resource["prompts"] = json!(prompts);
                    resource["documents"] = catalog.documents.is_some().into();
                }
                resource
            })
            .collect();
        output::json(
            &json!({"ok": true, "config": origin, "issuers": issuers, "notes": notes, "resources": resources}),
        )?;
    } else {
        print(&origin, &whose, &catalogs);
        for note in &notes {
            output::line(format_args!("\nNote: {note}"));
        }
    }
    let failed = arguments.strict && hidden > 0;
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// An issuer, and what tells its users from others'.
fn users_of(issuer: &IssuerConfig) -> String {
    let name = &issuer.issuer;
    match (&issuer.user_prefix, &issuer.same_users_as) {
        (Some(prefix), _) => format!("{name}, their ids begin with {prefix}"),
        (None, Some(other)) => format!("{name}, the same as of {other}"),
        (None, None) => name.clone(),
    }
}

fn collection_json(collection: &Collection) -> Value {
    json!({
        "name": collection.name,
        "ownership": collection.ownership,
        "operations": collection.operations,
        "fields": collection.fields.len(),
    })
}

fn print(origin: &str, issuers: &[String], catalogs: &[(String, std::sync::Arc<connector::Catalog>)]) {
    output::line(format_args!("Configuration: {origin}"));
    for issuer in issuers {
        output::line(format_args!("Users of:      {issuer}"));
    }
    for (name, catalog) in catalogs {
        let (collections, actions, hidden) = (&catalog.collections, &catalog.actions, &catalog.hidden);
        let prompts = match catalog.prompts.len() {
            0 => String::new(),
            count => format!(", {count} prompts"),
        };
        let documents = if catalog.documents.is_some() { ", documents" } else { "" };
        output::line(format_args!(
            "\n{name}: {} collections, {} actions{prompts}{documents}, {} hidden",
            collections.len(),
            actions.len(),
            hidden.len()
        ));
        // An API may have thousands of actions: how their calls are tied is said once for all that are tied alike.
        if actions.len() > ACTIONS_LISTED_MAX {
            let mut ways: BTreeMap<String, usize> = BTreeMap::new();
            actions.iter().for_each(|action| *ways.entry(whose(&action.ownership)).or_default() += 1);
            for (way, count) in ways {
                output::line(format_args!("  {:<24} {way}", format!("{count} actions")));
            }
        }
        let everybodys = actions.iter().filter(|it| matches!(it.ownership, Ownership::Shared { .. })).count();
        if everybodys > 0 {
            output::line(format_args!(
                "  {everybodys} actions are the same for every signed-in user: nothing ties them to one"
            ));
        }
        for collection in collections {
            let operations: Vec<_> = collection.operations.iter().map(|kind| kind.as_str()).collect();
            let whose = whose(&collection.ownership);
            output::line(format_args!("  {:<24} {whose:<44} {}", collection.name, operations.join(" ")));
        }
        for action in actions.iter().take(ACTIONS_LISTED_MAX) {
            output::line(format_args!("  {:<24} {:<44} {}", action.name, whose(&action.ownership), action.effect));
        }
        for hidden in hidden.iter().take(HIDDEN_LISTED_MAX) {
            output::line(format_args!("  {:<24} hidden: {}", hidden.name, hidden.reason));
            output::line(format_args!("  {:<24}   open with: {}", "", hidden.open_with));
        }
        let more = hidden.len().saturating_sub(HIDDEN_LISTED_MAX) + actions.len().saturating_sub(ACTIONS_LISTED_MAX);
        if more > 0 {
            output::line(format_args!("  … and {more} more: `bellhop check --json` has them all"));
        }
    }
}

fn whose(ownership: &Ownership) -> String {
    match ownership {
        Ownership::Owned { by } => format!("own, by {by}"),
        Ownership::Shared { writable: false } => "shared, read-only".into(),
        Ownership::Shared { writable: true } => "shared, writable".into(),
    }
}

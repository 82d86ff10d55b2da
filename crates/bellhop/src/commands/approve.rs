use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::anyhow;
use clap::Args;
use connector_mcp::Change;
use serde_json::{Map, Value, json};

use super::ConfigArgument;
use crate::assemble;
use crate::config::{Environment, Kind};
use crate::output;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigArgument,
    /// The resource.
    resource: String,
    /// Which of its tools, as `bellhop check` names them (`prompt:NAME` for a prompt); all where none is given.
    tools: Vec<String>,
    /// Accept without a question.
    #[arg(long)]
    yes: bool,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

/// Success: there is nothing to accept, or it was accepted. Failure: something still waits.
pub(super) async fn run(arguments: Arguments, environment: &Environment) -> anyhow::Result<ExitCode> {
    let config = arguments.config.load(environment)?;
    let name = &arguments.resource;
    let found = config.resources.iter().find(|resource| resource.name == *name);
    let Some(Kind::Mcp(server)) = found.map(|resource| resource.kind.clone()) else {
        return Err(anyhow!("{name} is no resource of kind \"mcp\" in {}", config.origin));
    };
    let given = assemble::give(&config, environment).await?;
    let review = connector_mcp::review(name, &server, &*given.sources).await?;
    let mut changes = review.changes.clone();
    if let Some(tool) = arguments.tools.iter().find(|tool| !changes.iter().any(|change| change.key == **tool)) {
        return Err(anyhow!("{tool} of {name} does not wait for anybody: there is none, or it is as it was accepted"));
    }
    changes.retain(|change| arguments.tools.is_empty() || arguments.tools.contains(&change.key));
    if !arguments.json {
        changes.iter().for_each(print);
    }
    let accepted = !changes.is_empty() && (arguments.yes || !arguments.json && is_wanted());
    if accepted {
        review.accept(&changes)?;
    }
    if arguments.json {
        let changes: Vec<Value> = changes.iter().map(shown).collect();
        output::json(&json!({"resource": name, "changes": changes, "accepted": accepted}))?;
    } else if changes.is_empty() {
        output::line(format_args!("{name} is as it was accepted."));
    } else if accepted {
        output::line("Accepted. A server that runs takes it over at its next look (SIGHUP, or reload.interval_s).");
    } else {
        output::line(format_args!("Nothing was accepted. To accept: bellhop approve {name} --yes"));
    }
    let waits = !changes.is_empty() && !accepted;
    Ok(if waits { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn shown(change: &Change) -> Value {
    json!({"name": change.key, "sha256": change.sha256, "before": change.before, "now": change.now})
}

/// What stood there and what stands there now, part by part. Letters that cannot be seen are written out.
fn print(change: &Change) {
    let nothing = Map::new();
    let before = change.before.as_ref().unwrap_or(&nothing);
    let state = if change.before.is_some() { "changed" } else { "new" };
    output::line(format_args!("{} ({state})", visible(&change.key)));
    let mut keys: Vec<&String> = before.keys().chain(change.now.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys.into_iter().filter(|key| before.get(*key) != change.now.get(*key)) {
        output::line(format_args!("  {}", visible(key)));
        for (sign, value) in [("-", before.get(key)), ("+", change.now.get(key))] {
            if let Some(value) = value {
                output::line(format_args!("    {sign} {}", text(value)));
            }
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => visible(text),
        other => visible(&other.to_string()),
    }
}

/// A terminal is told nothing by it, and a person sees what a model would read.
fn visible(text: &str) -> String {
    text.chars()
        .map(|letter| {
            if letter.is_ascii() && !letter.is_control() || letter.is_alphanumeric() {
                letter.to_string()
            } else {
                letter.escape_default().to_string()
            }
        })
        .collect()
}

/// Asks whoever sits there.
fn is_wanted() -> bool {
    if !std::io::stdin().is_terminal() {
        return false;
    }
    output::note("Accept this? [y/N]");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}

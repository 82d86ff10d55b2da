use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use gateway::{Door, Reply, Request};
use serde_json::Value;

use super::AsUser;
use crate::config::Environment;
use crate::output;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    user: AsUser,
    /// The tool's name.
    name: String,
    /// Its arguments.
    #[arg(value_name = "JSON", default_value = "{}")]
    arguments: String,
}

pub(super) async fn run(arguments: Arguments, environment: &Environment) -> anyhow::Result<ExitCode> {
    let given: Value = serde_json::from_str(&arguments.arguments)
        .context("the arguments are not JSON; write them as '{\"limit\": 5}'")?;
    let (house, toolbox) = arguments.user.toolbox(environment, Door::Cli).await?;
    let request_id = "cli";
    let context = toolbox.context(request_id);
    let request = Request { tool: &arguments.name, arguments: given, context };
    let reply: Reply = toolbox.call(request).await.unwrap_or_else(|refused| refused.into_reply(request_id));
    house.close().await;
    output::line(reply.to_json());
    Ok(if reply.success { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

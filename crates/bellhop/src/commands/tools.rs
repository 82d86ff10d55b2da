use std::process::ExitCode;

use clap::Args;
use gateway::Door;

use super::AsUser;
use crate::config::Environment;
use crate::output;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    user: AsUser,
    /// JSON, as an MCP client sees them.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: Arguments, environment: &Environment) -> anyhow::Result<ExitCode> {
    let (_house, toolbox) = arguments.user.toolbox(environment, Door::Cli).await?;
    let tools = toolbox.tools();
    if arguments.json {
        output::json(&tools)?;
        return Ok(ExitCode::SUCCESS);
    }
    let width = tools.iter().map(|tool| tool.name.len()).max().unwrap_or(0);
    for tool in &tools {
        let first = tool.description.split_once(". ").map_or(&*tool.description, |(first, _)| first);
        output::line(format_args!("{:<width$}  {:<7}  {first}", tool.name, tool.effect.as_str()));
    }
    output::note(format_args!("{} tools for {}", tools.len(), toolbox.caller().id()));
    Ok(ExitCode::SUCCESS)
}

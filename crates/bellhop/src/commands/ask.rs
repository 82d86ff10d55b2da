use std::process::ExitCode;

use agent::Ask;
use clap::Args;
use gateway::Door;

use super::AsUser;
use crate::config::Environment;
use crate::output;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    user: AsUser,
    /// The question or command.
    message: String,
    /// The whole answer as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: Arguments, environment: &Environment) -> anyhow::Result<ExitCode> {
    let (house, toolbox) = arguments.user.toolbox(environment, Door::Cli).await?;
    let ask = Ask { message: &arguments.message, history: &[], request_id: "cli" };
    let answer = house.agent.ask(&toolbox, ask).await;
    house.close().await;
    let answer = answer?;
    if arguments.json {
        output::json(&answer)?;
    } else {
        output::line(&answer.response);
        let used: Vec<_> = answer.tools_used.iter().map(|used| used.tool.as_str()).collect();
        output::note(format_args!(
            "— {}, tools: {}",
            answer.agent_used,
            if used.is_empty() { "none".into() } else { used.join(", ") }
        ));
    }
    Ok(ExitCode::SUCCESS)
}

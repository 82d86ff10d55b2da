use std::process::ExitCode;

use clap::Args;
use gateway::Door;

use super::AsUser;
use crate::config::Environment;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    user: AsUser,
}

pub(super) async fn run(arguments: Arguments, environment: &Environment) -> anyhow::Result<ExitCode> {
    let (_house, toolbox) = arguments.user.toolbox(environment, Door::Stdio).await?;
    server::serve_stdio(toolbox).await?;
    Ok(ExitCode::SUCCESS)
}

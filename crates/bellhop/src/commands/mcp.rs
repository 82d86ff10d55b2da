use std::process::ExitCode;

use clap::Args;
use gateway::Door;

use super::{AsUser, serve};
use crate::config::Environment;
use crate::reload;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    user: AsUser,
}

pub(super) async fn run(arguments: Arguments, environment: &Environment) -> anyhow::Result<ExitCode> {
    let (house, toolbox) = arguments.user.toolbox(environment, Door::Stdio).await?;
    let reloading = tokio::spawn(reload::keep(house.gateway.clone(), house.reload.clone(), Vec::new()));
    let served = tokio::select! {
        served = server::serve_stdio(toolbox) => served,
        () = serve::told_to_end() => Ok(()),
    };
    reloading.abort();
    house.close().await;
    served?;
    Ok(ExitCode::SUCCESS)
}

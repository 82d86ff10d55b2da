use std::process::ExitCode;

use clap::Args;

use crate::{dev, output};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The user's id, as your data knows it.
    #[arg(long, value_name = "ID")]
    user: String,
    /// Scopes, separated by blanks.
    #[arg(long)]
    scope: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(!arguments.user.is_empty(), "--user needs a user's id");
    let issuer = dev::of_this_folder()?;
    output::line(dev::token(&issuer, &arguments.user, arguments.scope.as_deref())?);
    Ok(ExitCode::SUCCESS)
}

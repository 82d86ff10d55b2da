use std::process::Command;

use anyhow::Result;

use crate::shell;
use crate::workspace::Workspace;

/// Builds what is measured and lets `program`, one of the examples, measure it. A further word is the seconds that each
/// round lasts.
pub(crate) fn run(program: &str, words: &[String]) -> Result<()> {
    let workspace = Workspace::find()?;
    crate::install::ensure(&[crate::install::WRK, crate::install::POSTGRESQL])?;
    let build = ["build", "--release", "--package", "bellhop", "--bins", "--examples"];
    shell::run(shell::cargo(&workspace.root).args(build))?;
    let programs = workspace.target.join("release");
    shell::run(Command::new(programs.join("examples").join(program)).arg(&programs).args(words))
}

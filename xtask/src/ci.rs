use anyhow::{Result, bail};

use crate::shell;
use crate::steps::Steps;
use crate::workspace::Workspace;

/// All tests, then the lints and the formatter's check where those are installed. Everything runs, whatever fails.
pub(crate) fn run() -> Result<()> {
    let (workspace, steps) = (Workspace::find()?, Steps::new());
    let format = component("fmt", &workspace, &steps, &["fmt", "--all", "--", "--check"]);
    let lints = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    let lints = component("clippy", &workspace, &steps, &lints);
    // Last, so that what the tests say is what one sees.
    let tests = crate::test::tests(&workspace, &steps, &[]);
    steps.print();
    let failures: Vec<_> = [format, lints, tests].into_iter().filter_map(Result::err).collect();
    if failures.is_empty() {
        return Ok(());
    }
    let lines: Vec<_> = failures.iter().map(|error| format!("{error:#}")).collect();
    bail!("{}", lines.join("\n"))
}

fn component(name: &str, workspace: &Workspace, steps: &Steps, words: &[&str]) -> Result<()> {
    if !shell::succeeds(shell::cargo(&workspace.root).args([name, "--version"])) {
        println!("cargo {name} is not installed and left out (rustup component add {name})");
        return Ok(());
    }
    steps.step(name, || shell::run(shell::cargo(&workspace.root).args(words)))
}

use std::thread;

use anyhow::{Context, Result};

use crate::shell;
use crate::steps::Steps;
use crate::workspace::Workspace;

/// Installs what is missing, then runs the tests. Further words go to `cargo test`.
pub(crate) fn run(words: &[String]) -> Result<()> {
    let (workspace, steps) = (Workspace::find()?, Steps::new());
    let result = tests(&workspace, &steps, words);
    steps.print();
    result
}

/// Compiling needs the processor and installing the network, so they go side by side.
pub(crate) fn tests(workspace: &Workspace, steps: &Steps, words: &[String]) -> Result<()> {
    crate::install::system(workspace, steps)?;
    thread::scope(|scope| {
        let peers = scope.spawn(|| crate::install::peers(workspace, steps));
        let built = steps.step("build of the tests", || {
            shell::run(shell::cargo(&workspace.root).args(["test", "--workspace", "--no-run"]).args(targets(words)))
        });
        let peers = peers.join().ok().context("the installation panicked")?;
        built.and(peers)
    })?;
    steps.step("tests", || {
        crate::failures::run(shell::cargo(&workspace.root).args(["test", "--workspace", "--no-fail-fast"]).args(words))
    })
}

/// Of the words for `cargo test`, those that say what to build.
fn targets(words: &[String]) -> impl Iterator<Item = &String> {
    words.iter().take_while(|word| word.as_str() != "--")
}

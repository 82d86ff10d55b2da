use std::process::Command;

use anyhow::Result;

use super::stamp;
use crate::shell;
use crate::workspace::Workspace;

/// A virtual environment with exactly the packages that `peers/python/NAME.txt` lists.
pub(super) fn venv(workspace: &Workspace, name: &str) -> Result<()> {
    let list = workspace.peers_lists().join(format!("python/{name}.txt"));
    let folder = workspace.peers().join(name);
    let work = || {
        shell::output(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        let pip = || {
            let mut pip = Command::new(folder.join("bin/python"));
            pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check", "--requirement"]);
            shell::output(pip.arg(&list))
        };
        shell::twice(&format!("pip install for {name}"), pip).map(drop)
    };
    stamp::unless_done(&folder, &list, work)
}

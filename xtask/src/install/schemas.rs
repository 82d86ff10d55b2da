use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::stamp;
use crate::shell;
use crate::workspace::Workspace;

/// The files of Debian packages that `peers/schemas.txt` lists. The packages are unpacked, not installed.
pub(super) fn files(workspace: &Workspace) -> Result<()> {
    let (list, folder) = (workspace.peers_lists().join("schemas.txt"), workspace.peers().join("schemas"));
    let work = || {
        let lines = fs::read_to_string(&list)?;
        let lines: Vec<[&str; 3]> = lines
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_whitespace().collect::<Vec<_>>().try_into().ok())
            .collect();
        let unpacked = folder.join("unpacked");
        let mut packages: Vec<&str> = lines.iter().map(|[package, ..]| *package).collect();
        packages.dedup();
        for package in packages {
            unpack(package, &unpacked.join(package))?;
        }
        for [package, from, to] in lines {
            copy(&unpacked.join(package).join(from), &folder.join(to))?;
        }
        fs::remove_dir_all(unpacked)?;
        Ok(())
    };
    stamp::unless_done(&folder, &list, work)
}

fn unpack(package: &str, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    shell::twice(&format!("apt-get download {package}"), || {
        shell::output(Command::new("apt-get").args(["download", "--quiet", package]).current_dir(folder)).map(drop)
    })?;
    let found = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    let archive = found
        .into_iter()
        .find(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .with_context(|| format!("apt-get brought no package {package}"))?;
    shell::output(Command::new("dpkg-deb").arg("--extract").arg(archive).arg(folder)).map(drop)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    if from.extension().is_some_and(|extension| extension == "gz") {
        let text = shell::output(Command::new("gzip").args(["--decompress", "--stdout"]).arg(from))?;
        fs::write(to, text)?;
        return Ok(());
    }
    fs::copy(from, to).with_context(|| format!("{} is not where it was", from.display()))?;
    Ok(())
}

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::shell;

/// Where things are.
pub(crate) struct Workspace {
    /// The repository.
    pub(crate) root: PathBuf,
    /// What cargo builds into.
    pub(crate) target: PathBuf,
}

impl Workspace {
    pub(crate) fn find() -> Result<Self> {
        let mut cargo = shell::cargo(Path::new("."));
        cargo.args(["metadata", "--no-deps", "--format-version", "1"]);
        let metadata: Value = serde_json::from_str(&shell::output(&mut cargo)?)?;
        let folder = |name: &str| metadata[name].as_str().map(PathBuf::from).context("cargo metadata lacks a folder");
        Ok(Self { root: folder("workspace_root")?, target: folder("target_directory")? })
    }

    /// The pinned lists and scripts of what the tests run against Bellhop.
    pub(crate) fn peers_lists(&self) -> PathBuf {
        self.root.join("peers")
    }

    /// Where those are installed.
    pub(crate) fn peers(&self) -> PathBuf {
        self.target.join("peers")
    }
}

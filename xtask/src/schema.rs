use std::fs;

use anyhow::Result;

use crate::shell;
use crate::workspace::Workspace;

/// Writes what `bellhop schema` prints to where editors find it.
pub(crate) fn run() -> Result<()> {
    let workspace = Workspace::find()?;
    let schema =
        shell::output(shell::cargo(&workspace.root).args(["run", "--quiet", "--package", "bellhop", "schema"]))?;
    let path = workspace.root.join("docs/bellhop.schema.json");
    fs::write(&path, schema)?;
    println!("{}", path.display());
    Ok(())
}

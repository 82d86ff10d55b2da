//! What the tests need and cargo does not bring. Nothing is installed twice, and nothing outside the target folder
//! except packages of the system.

mod documents;
mod node;
mod python;
mod schemas;
mod stamp;
mod system;

use std::thread;

use anyhow::{Context, Result};

use crate::steps::Steps;
use crate::workspace::Workspace;

pub(crate) use system::{POSTGRESQL, WRK, ensure};

pub(crate) fn run() -> Result<()> {
    let (workspace, steps) = (Workspace::find()?, Steps::new());
    let result = system(&workspace, &steps).and_then(|()| peers(&workspace, &steps));
    steps.print();
    result
}

/// Servers and interpreters, through the system's package manager.
pub(crate) fn system(_: &Workspace, steps: &Steps) -> Result<()> {
    steps.step("system packages", || {
        ensure(&[
            system::POSTGRESQL,
            system::MARIADB,
            system::PYTHON,
            system::REDIS,
            system::NATS,
            system::MOSQUITTO,
            system::SOCAT,
        ])
    })
}

/// Every OpenAPI document that `cargo xtask openapi` reads: 800 MB, so only then.
pub(crate) fn every_document(workspace: &Workspace) -> Result<()> {
    python::venv(workspace, "node")?;
    node::modules(workspace, "openapi_documents", "openapi_documents")
}

/// MCP clients, the conformance suite, identity providers and schemas of other programs, below the target folder.
pub(crate) fn peers(workspace: &Workspace, steps: &Steps) -> Result<()> {
    let venv = |name| steps.step(&format!("python packages: {name}"), || python::venv(workspace, name));
    thread::scope(|scope| {
        let mcp1 = scope.spawn(|| venv("mcp1"));
        let mcp2 = scope.spawn(|| venv("mcp2"));
        let kinto = scope.spawn(|| venv("kinto"));
        let schemas = scope.spawn(|| steps.step("schemas of other programs", || schemas::files(workspace, "schemas")));
        let payloads = scope.spawn(|| steps.step("collected attacks", || schemas::files(workspace, "payloads")));
        let grpc = scope.spawn(|| venv("grpc"));
        let modbus = scope.spawn(|| venv("modbus"));
        let canaille = scope.spawn(|| venv("canaille"));
        let modules = |lists, folder: &str| {
            steps.step(&format!("node packages: {folder}"), || node::modules(workspace, lists, folder))
        };
        let node = venv("node").and_then(|()| {
            modules("node", "node_packages")?;
            modules("better_auth_mcp", "better_auth_mcp")?;
            modules("openapi", "openapi_packages")?;
            modules("mcp_servers", "mcp_servers")?;
            modules("graphql", "graphql")?;
            steps.step("GraphQL schemas", || documents::files(workspace, "graphql_schemas"))?;
            modules("things", "things")?;
            steps.step("documents of other APIs", || documents::files(workspace, "documents"))?;
            steps.step("further documents", || documents::files(workspace, "more_documents"))
        });
        let all = [mcp1, mcp2, kinto, canaille, grpc, modbus, schemas, payloads];
        let all = all.into_iter().map(|work| work.join().ok().context("an installation panicked")?);
        // Every one is waited for, whatever becomes of the others.
        all.collect::<Vec<_>>().into_iter().fold(node, Result::and)
    })
}

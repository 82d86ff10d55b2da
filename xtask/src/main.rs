//! Tasks of this repository. `cargo xtask test` is all that a fresh clone needs.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks to a person")]
#![expect(clippy::disallowed_methods, reason = "the tasks of a repository see the environment as a shell does")]

mod bench;
mod ci;
mod failures;
mod install;
mod openapi;
mod schema;
mod shell;
mod steps;
mod test;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage: cargo xtask TASK

  install   install what the tests need: PostgreSQL, MariaDB, Python, Node, MCP clients, identity providers
  test      install, then run every test of the workspace; further words go to cargo test
  ci        the same, then clippy and the formatter's check
  bench     measure requests per second, latency, CPU, start and memory
  soak      two hundred callers, two users on two connections, a flood, ten million rows: minutes
  openapi   load 2,640 OpenAPI documents, or those that are named, and print what becomes of their operations
  schema    write the JSON Schema of bellhop.toml for editors
";

fn main() -> ExitCode {
    match task() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn task() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let task = words.next().unwrap_or_default();
    let rest: Vec<String> = words.collect();
    match task.as_str() {
        "install" => install::run(),
        "test" => test::run(&rest),
        "ci" => ci::run(),
        "bench" => bench::run("bench", &rest),
        "soak" => bench::run("soak", &rest),
        "openapi" => openapi::run(&rest),
        "schema" => schema::run(),
        _ => bail!("{task:?} is no task\n\n{USAGE}"),
    }
}

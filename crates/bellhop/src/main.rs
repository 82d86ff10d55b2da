//! Bellhop: one user's key to any resource, for an AI agent.

mod assemble;
mod commands;
mod config;
mod demo;
mod dev;
mod late;
mod logs;
mod lookup;
mod output;
mod reload;
mod sources;

use std::process::ExitCode;

use clap::Parser;

use crate::commands::Command;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One user's key to any resource, for an AI agent.
#[derive(Parser)]
#[command(name = "bellhop", version, about, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// The stack of each worker. A call may be made within a call (an API's, whose key a query answers), and builds without
/// optimization take more than the usual 2 MiB for it. What is not used takes no memory.
const STACK_BYTES: usize = 8 * 1024 * 1024;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let run = || {
        let environment = config::Environment::read()?;
        logs::start(&environment)?;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().thread_stack_size(STACK_BYTES).enable_all().build()?;
        let done = runtime.block_on(commands::run(arguments.command, &environment));
        // A blocking read of standard input must not keep the process.
        runtime.shutdown_background();
        done
    };
    match run() {
        Ok(code) => code,
        Err(error) => {
            output::fault(error);
            ExitCode::FAILURE
        }
    }
}

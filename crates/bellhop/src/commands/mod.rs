mod approve;
mod ask;
mod call;
mod check;
mod demo;
mod init;
mod mcp;
mod schema;
mod secret;
mod serve;
mod token;
mod tools;

use std::path::PathBuf;
use std::process::ExitCode;

use access::Caller;
use anyhow::anyhow;
use clap::{Args, Subcommand};
use gateway::{Door, Toolbox};

use crate::assemble::{self, Away, House};
use crate::config::{Config, Environment};
use crate::dev;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Try it: a sample shop and files for two users, no key and no server needed.
    Demo(demo::Arguments),
    /// Serve your resources over MCP and HTTP.
    Serve(serve::Arguments),
    /// Say what is offered, what is hidden and why, and the line that would open it.
    Check(check::Arguments),
    /// Show what an MCP server says of itself and nobody has accepted yet, and accept it.
    Approve(approve::Arguments),
    /// List a user's tools.
    Tools(tools::Arguments),
    /// Call a tool as a user.
    Call(call::Arguments),
    /// Ask the agent as a user.
    Ask(ask::Arguments),
    /// Sign a token for `bellhop serve --dev`.
    Token(token::Arguments),
    /// Keep, list and remove users' own credentials.
    Secret(secret::Arguments),
    /// Write a bellhop.toml for a database or a folder.
    Init(init::Arguments),
    /// Print the JSON Schema of bellhop.toml.
    Schema,
    /// Speak MCP on standard input and output for one user.
    Mcp(mcp::Arguments),
}

/// Where the configuration is.
#[derive(Args)]
pub(crate) struct ConfigArgument {
    /// The configuration file; without it bellhop.toml, or the environment alone.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl ConfigArgument {
    fn load(&self, environment: &Environment) -> anyhow::Result<Config> {
        Ok(Config::load(self.config.as_deref(), environment)?)
    }
}

/// As whom a command acts.
#[derive(Args)]
pub(crate) struct AsUser {
    #[command(flatten)]
    config: ConfigArgument,
    /// Act as this user. Whoever starts this on their own machine already holds the resources' credentials.
    /// Without it the token in BELLHOP_TOKEN is verified like any other.
    #[arg(long, value_name = "ID")]
    user: Option<String>,
}

impl AsUser {
    async fn open(&self, environment: &Environment) -> anyhow::Result<(House, Caller)> {
        let house = House::open(self.config.load(environment)?, Away::Stops, environment).await?;
        let caller = match (&self.user, environment.get("BELLHOP_TOKEN")) {
            (Some(user), _) => dev::operator_as(user).await?,
            (None, Some(token)) => house.verifier()?.verify(token).await?,
            (None, None) => return Err(anyhow!("as whom? Give --user ID, or a token in the variable BELLHOP_TOKEN")),
        };
        Ok((house, caller))
    }

    async fn toolbox(&self, environment: &Environment, door: Door) -> anyhow::Result<(House, Toolbox)> {
        let (house, caller) = self.open(environment).await?;
        let toolbox = house.gateway.toolbox(caller, door);
        Ok((house, toolbox))
    }
}

pub(crate) async fn run(command: Command, environment: &Environment) -> anyhow::Result<ExitCode> {
    assemble::refuse_bypass_in_release(environment)?;
    match command {
        Command::Demo(arguments) => demo::run(arguments, environment).await,
        Command::Serve(arguments) => serve::run(arguments, environment).await,
        Command::Check(arguments) => check::run(arguments, environment).await,
        Command::Approve(arguments) => approve::run(arguments, environment).await,
        Command::Tools(arguments) => tools::run(arguments, environment).await,
        Command::Call(arguments) => call::run(arguments, environment).await,
        Command::Ask(arguments) => ask::run(arguments, environment).await,
        Command::Token(arguments) => token::run(&arguments),
        Command::Secret(arguments) => secret::run(arguments, environment).await,
        Command::Init(arguments) => init::run(arguments, environment).await,
        Command::Schema => schema::run(),
        Command::Mcp(arguments) => mcp::run(arguments, environment).await,
    }
}

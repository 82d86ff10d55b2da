use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use clap::Args;
use serde_json::json;
use server::App;
use tokio::net::TcpListener;

use super::ConfigArgument;
use crate::assemble::{Away, House};
use crate::config::Environment;
use crate::{dev, output, reload};

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigArgument,
    /// The TCP port; 0 takes a free one. Without it the configured one, or 8000.
    #[arg(long)]
    port: Option<u16>,
    /// The address to listen on. Without it the configured one, or loopback.
    #[arg(long)]
    host: Option<IpAddr>,
    /// Accept tokens of `bellhop token` instead of your identity provider's. Loopback only.
    #[arg(long)]
    dev: bool,
    /// First print one line of JSON with the address.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: Arguments, environment: &Environment) -> anyhow::Result<ExitCode> {
    let mut config = arguments.config.load(environment)?;
    if let Some(port) = arguments.port {
        config.server.port = port;
    }
    if let Some(host) = arguments.host {
        config.server.host = host;
    }
    if arguments.dev {
        config.accept_only(dev::accepts(&dev::of_this_folder()?));
        tracing::warn!("--dev: tokens signed by the development key of this folder are accepted");
    }
    let unsafe_doors = arguments.dev || config.bypass;
    if unsafe_doors && !config.server.host.is_loopback() {
        return Err(anyhow!(
            "--dev and AUTH_BYPASS work on a loopback address only, and {} is none. Leave --host out",
            config.server.host
        ));
    }
    let house = House::open(config, Away::Waits, environment).await?;
    let (listener, address) = listen(&house).await?;
    if arguments.json {
        output::json(&json!({"url": format!("http://{address}")}))?;
    } else {
        output::line(format_args!("Bellhop listens on http://{address}  (MCP at /mcp, chat at /api/agents/chat)"));
        if arguments.dev {
            output::line("A token for a user of your data: bellhop token --user ID");
        }
    }
    run_until_told(house, listener).await
}

/// Opens the port before anything is printed about it.
pub(super) async fn listen(house: &House) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let wanted = SocketAddr::new(house.server.host, house.server.port);
    let listener = TcpListener::bind(wanted)
        .await
        .with_context(|| format!("{wanted} cannot be opened; is another program there? Try --port 0"))?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Serves until the process is asked to end, then finishes what it began.
pub(super) async fn run_until_told(house: House, listener: TcpListener) -> anyhow::Result<ExitCode> {
    let verifier = house.verifier()?;
    let app = App {
        gateway: house.gateway.clone(),
        verifier,
        agent: house.agent.clone(),
        accounts: house.accounts.clone(),
        config: house.server.doors.clone(),
        authorization_servers: house.authorization_servers.clone(),
        jwks: house.jwks.clone(),
    };
    let reloading = tokio::spawn(reload::keep(house.gateway.clone(), house.reload.clone(), house.away.clone()));
    let served = server::serve(listener, app, told_to_end()).await;
    reloading.abort();
    house.close().await;
    served?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn told_to_end() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

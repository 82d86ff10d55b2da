use std::process::ExitCode;

use clap::Args;
use serde_json::{Map, json};

use super::serve;
use crate::assemble::{Away, House};
use crate::config::{Config, Environment};
use crate::{demo, dev, output};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The TCP port; 0 takes a free one.
    #[arg(long, default_value_t = 8000)]
    port: u16,
    /// First print one line of JSON with the address and the users' tokens.
    #[arg(long)]
    json: bool,
    /// Answer chat with the model that the environment names, instead of the built-in one.
    #[arg(long)]
    remote_model: bool,
}

pub(super) async fn run(arguments: Arguments, environment: &Environment) -> anyhow::Result<ExitCode> {
    let folder = tempfile::Builder::new().prefix("bellhop-demo-").tempdir()?;
    let issuer = dev::ephemeral()?;
    let demo::Furniture { environment: variables, api } = demo::furnish(folder.path()).await?;
    let mut config = Config::demo(demo::CONFIG, &variables, dev::accepts(&issuer))?;
    if arguments.remote_model {
        config.take_model(environment);
    }
    config.server.port = arguments.port;
    let house = House::open(config, Away::Stops, environment).await?;
    let (listener, address) = serve::listen(&house).await?;
    let url = format!("http://{address}");
    let tokens: Vec<(&str, String)> =
        demo::USERS.iter().map(|user| Ok((*user, dev::token(&issuer, user, None)?))).collect::<anyhow::Result<_>>()?;
    if arguments.json {
        let users: Map<_, _> = tokens.iter().map(|(user, token)| ((*user).to_owned(), token.clone().into())).collect();
        output::json(&json!({"url": url, "users": users}))?;
    } else {
        print(&url, &tokens);
    }
    let done = serve::run_until_told(house, listener).await;
    drop((folder, api));
    done
}

fn print(url: &str, tokens: &[(&str, String)]) {
    output::line(format_args!(
        "Bellhop listens on {url} with a sample shop, files, an HTTP API, settings and devices for two users."
    ));
    output::line("It starts afresh each time; nothing is kept.\n");
    for (user, token) in tokens {
        output::line(format_args!("{}={token}\n", user.to_uppercase()));
    }
    let Some((user, token)) = tokens.first() else { return };
    output::line(format_args!(
        "Four things to try in another terminal, as {user} (use the other token and see the difference):\n"
    ));
    output::line("1. Ask the agent (the built-in model: no key, no network):\n");
    let ask = |message: &str| {
        output::line(format_args!(
            "curl -s {url}/api/agents/chat -H 'Content-Type: application/json' -H 'Authorization: Bearer {token}' \
             -d '{{\"message\": \"{message}\"}}'\n"
        ));
    };
    ask("show my last 3 orders");
    output::line("2. Have it use every kind of resource in turn, in one sentence:\n");
    ask(demo::SENTENCE);
    output::line("3. Call a tool:\n");
    output::line(format_args!(
        "curl -s {url}/api/tools/shop_tasks_list -H 'Content-Type: application/json' -H 'Authorization: Bearer {token}' \
         -d '{{\"filters\": {{\"status\": \"open\"}}}}'\n"
    ));
    output::line("4. Give it to an MCP client:\n");
    output::line(format_args!(
        "claude mcp add --transport http bellhop {url}/mcp --header 'Authorization: Bearer {token}'\n"
    ));
    output::line("Ctrl-C ends it.");
}

//! What is behind `bellhop demo`: a sample shop, files, an HTTP API, settings and devices, for two users.

mod api;

use std::path::Path;

use anyhow::{Context, anyhow};
use sqlx::{Connection, SqliteConnection};

use crate::config::Environment;

pub(crate) use api::Api;

/// The two users of the demo.
pub(crate) const USERS: [&str; 2] = ["alice", "bob"];

/// The demo's configuration, with variables for what is different each time.
pub(crate) const CONFIG: &str = include_str!("bellhop.toml");

/// A sentence that uses every kind of resource in turn.
pub(crate) const SENTENCE: &str = "show my orders, get the weather for Berlin, read notes/today.md, set my theme to dark \
     and turn on the desk lamp";

const SEED: &str = include_str!("seed.sql");

const THINGS: [(&str, &str); 2] =
    [("lamp.json", include_str!("things/lamp.json")), ("thermostat.json", include_str!("things/thermostat.json"))];

const FILES: [(&str, &str, &str); 7] = [
    ("alice", "welcome.md", "# Welcome, Alice\n\nThese files are yours. Bob cannot see that they exist.\n"),
    ("alice", "shopping.txt", "bread flour\nolive oil\nlemons\n"),
    ("alice", "reports/2026-q3.md", "# Third quarter\n\nTwo invoices are still open.\n"),
    ("alice", "notes/today.md", "Bake bread, call the plumber.\n"),
    ("bob", "welcome.md", "# Welcome, Bob\n\nThese files are yours. Alice cannot see that they exist.\n"),
    ("bob", "ferry.txt", "Kiel to Oslo, Friday 14:00, cabin for two\n"),
    ("bob", "notes/today.md", "Pack for the ferry.\n"),
];

/// What has to be there for as long as the demo is served.
pub(crate) struct Furniture {
    /// The variables of [`CONFIG`].
    pub(crate) environment: Environment,
    /// The HTTP API.
    pub(crate) api: Api,
}

/// Writes the shop, the files and the devices' descriptions below `folder`, and serves the API.
pub(crate) async fn furnish(folder: &Path) -> anyhow::Result<Furniture> {
    let place = folder.to_str().ok_or_else(|| anyhow!("the temporary folder's name is not Unicode"))?;
    let mut connection = SqliteConnection::connect(&format!("sqlite://{place}/shop.db?mode=rwc"))
        .await
        .context("the sample shop cannot be made")?;
    sqlx::raw_sql(SEED).execute(&mut connection).await.context("the sample shop cannot be filled")?;
    let accounts: Vec<(String, String)> =
        sqlx::query_as("SELECT api_key, city FROM weather_accounts JOIN users ON users.id = user_id")
            .fetch_all(&mut connection)
            .await?;
    connection.close().await?;
    for (user, path, text) in FILES {
        let file = folder.join("files").join(user).join(path);
        if let Some(parent) = file.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(&file, text)?;
    }
    let things = folder.join("things");
    std::fs::create_dir_all(&things)?;
    for (name, description) in THINGS {
        std::fs::write(things.join(name), description)?;
    }
    let api = Api::serve(api::Accounts::new(accounts)).await.context("the sample API cannot be served")?;
    let environment = Environment::of([("DEMO_FOLDER", place), ("DEMO_API", &api.url())]);
    Ok(Furniture { environment, api })
}

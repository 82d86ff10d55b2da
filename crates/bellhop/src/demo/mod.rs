//! The sample shop and files behind `bellhop demo`.

use std::path::Path;

use access::ResourcePolicy;
use anyhow::{Context, anyhow};
use sqlx::{Connection, SqliteConnection};

use crate::config::{Kind, Resource};

/// The two users of the demo.
pub(crate) const USERS: [&str; 2] = ["alice", "bob"];

const SEED: &str = include_str!("seed.sql");

const FILES: [(&str, &str, &str); 5] = [
    ("alice", "welcome.md", "# Welcome, Alice\n\nThese files are yours. Bob cannot see that they exist.\n"),
    ("alice", "shopping.txt", "bread flour\nolive oil\nlemons\n"),
    ("alice", "reports/2026-q3.md", "# Third quarter\n\nTwo invoices are still open.\n"),
    ("bob", "welcome.md", "# Welcome, Bob\n\nThese files are yours. Alice cannot see that they exist.\n"),
    ("bob", "ferry.txt", "Kiel to Oslo, Friday 14:00, cabin for two\n"),
];

/// Writes the shop and the files below `folder` and says how to reach them.
pub(crate) async fn furnish(folder: &Path) -> anyhow::Result<Vec<Resource>> {
    let database = folder.join("shop.db");
    let database = database.to_str().ok_or_else(|| anyhow!("the temporary folder's name is not Unicode"))?;
    let mut connection = SqliteConnection::connect(&format!("sqlite://{database}?mode=rwc"))
        .await
        .context("the sample shop cannot be made")?;
    sqlx::raw_sql(SEED).execute(&mut connection).await.context("the sample shop cannot be filled")?;
    connection.close().await?;

    let root = folder.join("files");
    for (user, path, text) in FILES {
        let file = root.join(user).join(path);
        if let Some(parent) = file.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(&file, text)?;
    }
    let root = root.to_str().ok_or_else(|| anyhow!("the temporary folder's name is not Unicode"))?;
    let mut shop = Kind::with_one_key("sql", "url", &format!("sqlite://{database}"))?;
    if let Kind::Sql(config) = &mut shop {
        config.shared = vec!["products".into()];
    }
    let notes = Kind::with_one_key("files", "root", root)?;
    let resource = |name: &str, kind| Resource {
        name: name.into(),
        kind,
        policy: ResourcePolicy::default(),
        names: gateway::Names::default(),
    };
    Ok(vec![resource("shop", shop), resource("notes", notes)])
}

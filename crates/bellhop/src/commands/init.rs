use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, ensure};
use clap::Args;
use connector::{Catalog, Ownership};

use crate::config::{Environment, FILE_NAME, Kind};
use crate::output;

#[derive(Args)]
pub(crate) struct Arguments {
    /// A database's address, a SQLite file or a folder. Without it DATABASE_URL is looked at.
    source: Option<String>,
    /// The file to write.
    #[arg(long, default_value = FILE_NAME)]
    output: PathBuf,
    /// Replace the file if it is there.
    #[arg(long)]
    force: bool,
}

pub(super) async fn run(arguments: Arguments, environment: &Environment) -> anyhow::Result<ExitCode> {
    let path = &arguments.output;
    ensure!(arguments.force || !path.exists(), "{} is there already; give --force to replace it", path.display());
    let (text, catalog) = match &arguments.source {
        Some(source) if Path::new(source).is_dir() => files(source).await?,
        Some(source) if Path::new(source).is_file() => {
            let url = format!("sqlite://{source}");
            sql(&url, &url).await?
        }
        Some(url) => sql(url, url).await?,
        None => {
            let url = environment.get("DATABASE_URL").ok_or_else(|| {
                anyhow!("what for? Give a database's address (postgres://…, mysql://…, sqlite://file.db) or a folder, or set DATABASE_URL")
            })?;
            sql(url, "${DATABASE_URL}").await?
        }
    };
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    output::line(format_args!(
        "{} written: {} collections, {} hidden. Next: set [auth], then `bellhop check`; or try `bellhop serve --dev`.",
        path.display(),
        catalog.collections.len(),
        catalog.hidden.len()
    ));
    Ok(ExitCode::SUCCESS)
}

const HEAD: &str = r#"# Bellhop's configuration. `bellhop check` says what it offers; `bellhop schema` prints the schema for editors.

[auth]
# Whose tokens are accepted: their `iss` and `aud`, byte for byte. Not needed for `bellhop serve --dev`.
issuer   = "https://app.example.com"
audience = "https://app.example.com"
# jwks   = "https://app.example.com/api/auth/jwks"   # else found by discovery at the issuer
# secret = "${JWT_SECRET}"                            # for HS256 tokens
# Several issuers: [[auth]] for each, with a user_prefix. See docs/identity.md.
"#;

/// One resource of each kind.
const KINDS: &str = include_str!("../../../../docs/examples/every-kind.toml");

/// Further kinds than the one that is written, as comments.
fn others(kind: &str) -> String {
    let mut text = String::from("\n# Other kinds of resources:\n");
    for section in KINDS.split("\n\n").skip(1).filter(|section| !section.contains(&format!("= \"{kind}\""))) {
        text.push_str("#\n");
        text.extend(section.trim().lines().map(|line| format!("# {line}\n")));
    }
    text
}

async fn sql(url: &str, written: &str) -> anyhow::Result<(String, std::sync::Arc<Catalog>)> {
    let catalog = look("sql", "url", url).await?;
    let mut text = String::from(HEAD);
    write!(text, "\n[resources.database]\nkind = \"sql\"\nurl  = {}\n", quoted(written))?;
    if written == url && url.contains('@') {
        text.push_str("# A password stands better in the environment: url = \"${DATABASE_URL}\"\n");
    }
    for collection in &catalog.collections {
        match &collection.ownership {
            Ownership::Owned { by } => writeln!(text, "# {}: each user's own, by {by}", collection.name)?,
            Ownership::Shared { .. } => writeln!(text, "# {}: shared", collection.name)?,
        }
    }
    if !catalog.hidden.is_empty() {
        text.push_str(
            "\n# Hidden, because nothing ties their rows to a user. To open one, write the line behind it:\n",
        );
        for hidden in &catalog.hidden {
            writeln!(
                text,
                "# {}: {}\n#   {}",
                hidden.name,
                hidden.reason,
                hidden.open_with.replace("NAME", "database")
            )?;
        }
    }
    text.push_str(&others("sql"));
    Ok((text, catalog))
}

async fn files(folder: &str) -> anyhow::Result<(String, std::sync::Arc<Catalog>)> {
    let catalog = look("files", "root", folder).await?;
    let text = format!(
        "{HEAD}\n[resources.documents]\nkind = \"files\"\nroot = {}   # each user's files lie in a folder of their own below it\n{}",
        quoted(folder),
        others("files")
    );
    Ok((text, catalog))
}

async fn look(kind: &str, key: &str, value: &str) -> anyhow::Result<std::sync::Arc<Catalog>> {
    let kind = Kind::with_one_key(kind, key, value)?;
    let connector = kind.connect("database", &upstream::NoSources).await?;
    Ok(connector.catalog())
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

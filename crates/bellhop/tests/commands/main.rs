//! The command line as a person uses it: files, variables, messages, exit codes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod secret;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};

struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    /// A folder with a small database: Alice's and Bob's tasks, and a table that is nobody's.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("shop.db").display());
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        let seed = "CREATE TABLE tasks (id INTEGER PRIMARY KEY, user_id TEXT NOT NULL, title TEXT NOT NULL);
                    INSERT INTO tasks VALUES (1, 'alice', 'her task'), (2, 'bob', 'his task');
                    CREATE TABLE suppliers (id INTEGER PRIMARY KEY, name TEXT);";
        sqlx::raw_sql(seed).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bellhop"));
        command.args(arguments).current_dir(self.path()).env_clear().envs(variables.iter().copied());
        command.output().unwrap()
    }

    fn fails_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> String {
        let output = self.run(arguments, variables);
        assert!(!output.status.success(), "{arguments:?} succeeded");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(!text.contains("panicked"), "{text}");
        text
    }

    fn answers(&self, arguments: &[&str], variables: &[(&str, &str)]) -> String {
        let output = self.run(arguments, variables);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

const DATABASE: (&str, &str) = ("DATABASE_URL", "sqlite://shop.db");

#[tokio::test]
async fn an_unknown_key_is_shown_in_its_line_with_the_nearest_known_one() {
    let folder = Folder::new().await;
    let file = "[resources.shop]\nkind = \"sql\"\nurk = \"sqlite://shop.db\"\n";
    folder.write("bellhop.toml", file);
    let text = folder.fails_with(&["check"], &[]);
    for part in ["unknown field `urk`", "bellhop.toml:3:1", "did you mean `url`?"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

#[tokio::test]
async fn each_mistake_in_the_file_points_at_its_line() {
    let folder = Folder::new().await;
    let cases = [
        ("[resources.shop]\nurl = \"x\"\n", "`kind` is missing", ":1:"),
        ("[resources.shop]\nkind = \"sqll\"\n", "unknown kind", ":2:"),
        ("[resources.shop]\nkind = \"soap\"\n", "the kinds are sql, files, openapi, mcp", ":2:"),
        ("[resources.\"a b\"]\nkind = \"sql\"\nurl = \"x\"\n", "stands in tool names", ":1:"),
        ("[resources.shop]\nkind = \"sql\"\nurl = \"${NOPE}\"\n", "NOPE is not set", ":3:"),
        ("[server]\nport = 99999\n", "99999", ":2:"),
        ("[server]\ncors_origins = [\"https://x/y\"]\n", "not an origin", ""),
        ("[limits]\nrows_max = \"many\"\n", "invalid type", ":2:"),
        ("[auth]\nissuer = \"https://x\"\n", "`audience` is missing", ":1:"),
        ("[auth]\nissuer = \"x\"\naudience = \"x\"\nsecret = \"s\"\njwks = \"https://x\"\n", "not both", ":5:"),
        ("[auth\n", "expected", ":1:"),
    ];
    for (file, says, place) in cases {
        folder.write("bellhop.toml", file);
        let text = folder.fails_with(&["check"], &[]);
        let flat = text.replace("\n  │ ", " ");
        assert!(flat.contains(says), "{says} is not in {text}");
        assert!(text.contains(&format!("bellhop.toml{place}")), "{place} is not in {text}");
    }
}

#[tokio::test]
async fn a_value_of_the_environment_cannot_become_configuration() {
    let folder = Folder::new().await;
    folder.write("bellhop.toml", "[resources.shop]\nkind = \"sql\"\nurl = \"${URL}\"\n");
    let text = folder.fails_with(&["check", "--dev"], &[("URL", "sqlite://a\"\nshared = [\"tasks\"]\n#")]);
    assert!(text.contains("There is no SQLite file at a\"\nshared"), "it stays a part of the path: {text}");
}

#[tokio::test]
async fn without_an_issuer_nothing_is_served_and_the_message_says_what_to_do() {
    let folder = Folder::new().await;
    for arguments in [&["serve", "--port", "0"][..], &["check"]] {
        let text = folder.fails_with(arguments, &[DATABASE]);
        assert!(text.contains("[auth]") && text.contains("--dev"), "{text}");
    }
    let text = folder.fails_with(&["serve", "--port", "0", "--dev"], &[]);
    assert!(text.contains("DATABASE_URL"), "{text}");
    let text = folder.fails_with(&["serve", "--port", "0", "--dev", "--host", "0.0.0.0"], &[DATABASE]);
    assert!(text.contains("loopback"), "{text}");
}

#[tokio::test]
async fn check_says_what_is_hidden_why_and_what_would_open_it() {
    let folder = Folder::new().await;
    let all: Value = serde_json::from_str(&folder.answers(&["check", "--dev", "--json"], &[DATABASE])).unwrap();
    let resource = &all["resources"][0];
    assert_eq!(resource["collections"][0]["name"], "tasks");
    assert_eq!(resource["collections"][0]["ownership"], json!({"ownership": "owned", "by": "column user_id"}));
    assert_eq!(resource["hidden"][0]["name"], "suppliers");
    assert!(resource["hidden"][0]["open_with"].as_str().unwrap().contains("shared = [\"suppliers\"]"));
    assert!(!folder.run(&["check", "--dev", "--strict"], &[DATABASE]).status.success());
}

#[tokio::test]
async fn tools_and_call_act_as_the_user_that_the_operator_names() {
    let folder = Folder::new().await;
    let tools: Value =
        serde_json::from_str(&folder.answers(&["tools", "--user", "alice", "--json"], &[DATABASE])).unwrap();
    assert!(tools.as_array().unwrap().iter().any(|tool| tool["name"] == "database_tasks_list"));
    let list = ["call", "--user", "bob", "database_tasks_list"];
    let answer: Value = serde_json::from_str(&folder.answers(&list, &[DATABASE])).unwrap();
    assert_eq!(answer["data"], json!([{"id": 2, "title": "his task"}]));
    let output = folder.run(&["call", "--user", "bob", "database_tasks_get", r#"{"identifier": 1}"#], &[DATABASE]);
    assert!(!output.status.success(), "a call that fails is a failing command");
    let text = folder.fails_with(&["tools"], &[DATABASE]);
    assert!(text.contains("--user") && text.contains("BELLHOP_TOKEN"), "{text}");
}

#[tokio::test]
async fn init_writes_a_file_that_check_accepts_and_never_overwrites_one() {
    let folder = Folder::new().await;
    folder.answers(&["init", "shop.db"], &[]);
    folder.answers(&["check", "--dev"], &[]);
    let text = std::fs::read_to_string(folder.path().join("bellhop.toml")).unwrap();
    assert!(text.contains("# suppliers: "), "{text}");
    assert!(folder.fails_with(&["init", "sqlite://shop.db"], &[]).contains("--force"));
    folder.answers(&["init", ".", "--output", "files.toml"], &[]);
    folder.answers(&["check", "--dev", "--config", "files.toml"], &[]);
    assert!(
        folder
            .fails_with(&["init", "sqlite://missing.db", "--output", "x.toml"], &[])
            .contains("There is no SQLite file")
    );
    assert!(!folder.path().join("x.toml").exists());
}

#[tokio::test]
async fn the_schema_accepts_what_is_accepted_and_refuses_what_is_refused() {
    let folder = Folder::new().await;
    let schema: Value = serde_json::from_str(&folder.answers(&["schema"], &[])).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let good = "[auth]\nissuer = \"https://x\"\naudience = [\"https://x\"]\n[server]\nport = 1\n[limits]\nrows_max = 5\n\
                [resources.shop]\nkind = \"sql\"\nurl = \"sqlite://shop.db\"\nread_only = true\n\
                [resources.notes]\nkind = \"files\"\nroot = \".\"\n";
    let good: Value = toml::from_str(good).unwrap();
    assert!(validator.is_valid(&good), "{:?}", validator.iter_errors(&good).map(|e| e.to_string()).collect::<Vec<_>>());
    for bad in ["[limits]\nrows_mx = 5", "[resources.x]\nkind = \"nothing\"", "[server]\nport = \"x\""] {
        assert!(!validator.is_valid(&toml::from_str::<Value>(bad).unwrap()), "{bad}");
    }
}

#[tokio::test]
async fn a_development_token_is_signed_by_a_key_that_only_its_owner_can_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new().await;
    let one = folder.answers(&["token", "--user", "alice"], &[]);
    assert_eq!(one.trim().split('.').count(), 3);
    let key = folder.path().join(".bellhop/development-key.pk8");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::write(&key, "garbage").unwrap();
    assert!(folder.fails_with(&["token", "--user", "alice"], &[]).contains("delete it"));
}

#[tokio::test]
async fn the_database_password_is_in_no_message() {
    let folder = Folder::new().await;
    let url = ("DATABASE_URL", "postgres://someone:hunter2@127.0.0.1:1/nothing");
    for arguments in [&["check", "--dev"][..], &["serve", "--dev", "--port", "0"]] {
        let text = folder.fails_with(arguments, &[url, ("DEBUG", "true")]);
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[tokio::test]
async fn a_line_of_dot_env_that_cannot_be_read_is_pointed_at_without_its_value() {
    let folder = Folder::new().await;
    folder.write(".env", "DATABASE_URL=sqlite://shop.db\nJWT_SECRET=hunter2 and more\n");
    let text = folder.fails_with(&["check", "--dev"], &[]);
    assert!(text.contains("line 2") && text.contains("quotes") && !text.contains("hunter2"), "{text}");
}

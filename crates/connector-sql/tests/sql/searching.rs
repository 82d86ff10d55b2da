//! Searching texts by the engine's own means, or without any.

use connector::{Connector, OperationKind, Result};
use serde_json::{Value, json};

use crate::world::{As, Engine, World, both, data, failure};

const NOTES: &str = "
    CREATE TABLE notes (id $ID, user_id text NOT NULL, title text NOT NULL, body text, token_hint text, secret text, size integer);
    INSERT INTO notes (id, user_id, title, body, secret) VALUES
        (1, 'alice', 'Milk and bread', 'Buy them on Monday', 'zebra'), (2, 'alice', 'Running', 'ran to the milk bar', NULL),
        (3, 'alice', 'Ünïcode 😀', '100% of \"it''s\" [so]', NULL), (4, 'bob', 'Milk', 'his zebra milk', 'milk');
    CREATE TABLE numbers (id $ID, user_id text NOT NULL, n integer);
";

/// What makes each engine's own means.
fn indexed(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => {
            "
            CREATE VIRTUAL TABLE notes_fts USING fts5(title, body, content='notes', content_rowid='id');
            INSERT INTO notes_fts (notes_fts) VALUES ('rebuild');"
        }
        Engine::Postgres => {
            "CREATE INDEX ON notes USING gin (to_tsvector('english', title || ' ' || coalesce(body, '')));"
        }
        Engine::MySql => "CREATE FULLTEXT INDEX notes_text ON notes (title, body);",
    }
}

async fn ids(who: &As<'_>, search: &str) -> Result<Value> {
    let outcome = who.list_with("notes", &["id"], json!({ "search": search })).await?;
    let ids: Value = data(&outcome).as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
    assert_eq!(outcome.count, ids.as_array().map(|ids| ids.len() as u64), "the total is of what was found");
    Ok(ids)
}

/// Texts that mean something in some engine's language of searches.
const HOSTILE: [&str; 24] = [
    "'",
    "\"",
    "\"\"",
    "'; DROP TABLE notes; --",
    "a AND",
    "OR",
    "NOT",
    "NEAR(",
    "a NEAR/2 b",
    "title:",
    "-",
    "--",
    "+",
    "*",
    "a*",
    "(",
    ")",
    "<->",
    "!!",
    "a:b:c",
    "{title} : x",
    "\\",
    "%",
    "\u{0}",
];

async fn survives(who: &As<'_>) {
    for text in HOSTILE.into_iter().chain([&*"x".repeat(400), &*"é ".repeat(200)]) {
        match ids(who, text).await {
            Ok(found) => assert!(found.as_array().unwrap().iter().all(|id| *id != json!(4)), "{text:?}: {found}"),
            Err(error) => assert_eq!(
                (error.kind().code(), error.message()),
                ("invalid_argument", "`search` needs at least one word."),
                "{text:?}"
            ),
        }
    }
    assert_eq!(failure(ids(who, " ").await).1, "`search` needs at least one word.");
    assert_eq!(failure(ids(who, &"x".repeat(401)).await).1, "`search` is longer than 400 characters.");
}

both! {
    own_texts_are_searched_without_an_index(engine) {
        let world = World::new(engine, NOTES, |_| {}).await;
        let alice = world.as_user("alice").await;
        assert_eq!(ids(&alice, "milk").await.unwrap(), json!([1, 2]));
        assert_eq!(ids(&alice, "MONDAY milk").await.unwrap(), json!([1]));
        assert_eq!(ids(&alice, "Ünïcode").await.unwrap(), json!([3]));
        assert_eq!(ids(&alice, "nothing").await.unwrap(), json!([]));
        assert_eq!(ids(&alice, "zebra").await.unwrap(), json!([]), "neither his nor what is hidden");
        assert_eq!(ids(&world.as_user("bob").await, "zebra").await.unwrap(), json!([4]));
        survives(&alice).await;
        let has = |name: &str| world.sql.catalog().collection(name).unwrap().parameters.get(&OperationKind::List).is_some_and(|all| all.iter().any(|it| it.name == "search"));
        assert!(has("notes") && !has("numbers"));
        assert_eq!(failure(alice.list_with("numbers", &[], json!({"search": "x"})).await).0, "unsupported");
    }

    own_texts_are_searched_by_the_engines_index(engine) {
        let world = World::new(engine, &format!("{NOTES}{}", indexed(engine)), |_| {}).await;
        let alice = world.as_user("alice").await;
        assert_eq!(ids(&alice, "milk").await.unwrap(), json!([1, 2]));
        assert_eq!(ids(&alice, "milk monday").await.unwrap(), json!([1]));
        if engine == Engine::Postgres {
            // English knows that who ran was running.
            assert_eq!(ids(&alice, "run").await.unwrap(), json!([2]));
            assert_eq!(ids(&alice, "milk -bread").await.unwrap(), json!([2]));
            assert_eq!(ids(&alice, "\"milk bar\" or monday").await.unwrap(), json!([1, 2]));
        }
        assert_eq!(ids(&alice, "zebra").await.unwrap(), json!([]));
        survives(&alice).await;
    }

    an_index_of_what_is_hidden_is_not_used(engine) {
        let script = match engine {
            Engine::Sqlite => "
                CREATE VIRTUAL TABLE notes_fts USING fts5(title, secret, content=notes, content_rowid=id);
                INSERT INTO notes_fts (notes_fts) VALUES ('rebuild');",
            Engine::Postgres => "CREATE INDEX ON notes USING gin (to_tsvector('english', title || coalesce(secret, '')));",
            Engine::MySql => "CREATE FULLTEXT INDEX notes_text ON notes (title, secret);",
        };
        let world = World::new(engine, &format!("{NOTES}{script}"), |_| {}).await;
        let alice = world.as_user("alice").await;
        assert_eq!(ids(&alice, "zebra").await.unwrap(), json!([]));
        assert_eq!(ids(&alice, "monday").await.unwrap(), json!([1]), "found in what is shown");
    }
}

#[tokio::test]
async fn a_column_of_searchable_text_is_used_in_its_language() {
    let script = format!("{NOTES}
        ALTER TABLE notes ADD words tsvector GENERATED ALWAYS AS (to_tsvector('english', title || ' ' || coalesce(body, ''))) STORED;
        CREATE INDEX ON notes USING gin (words);");
    let world = World::new(Engine::Postgres, &script, |_| {}).await;
    let alice = world.as_user("alice").await;
    assert_eq!(ids(&alice, "run").await.unwrap(), json!([2]));
    survives(&alice).await;
    let long = "word ".repeat(300_000);
    world.run(&format!("ALTER TABLE notes DROP words; UPDATE notes SET body = '{long}' WHERE id = 2;")).await;
    Connector::reload(&world.sql).await.unwrap();
    assert_eq!(ids(&alice, "running").await.unwrap(), json!([2]), "a very long text is no fault");
}

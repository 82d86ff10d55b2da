//! A change that is made only if nobody else made one.

use bellhop_connector_sql::TableConfig;
use serde_json::json;

use crate::shop::shop;
use crate::world::{Engine, World, both, data, failure};

const STALE: &str = "The item in orders was changed since that `if_version`. Get it again and decide anew.";

both! {
    a_row_without_a_version_column_is_its_own_version(engine) {
        let world = shop(engine).await;
        let alice = world.as_user("alice").await;
        let item = data(&alice.get_with("orders", json!(1), &[], json!({})).await.unwrap());
        let version = item["_version"].as_str().unwrap().to_owned();
        assert_eq!(item, json!({"id": 1, "number": "A-1", "status": "open", "note": "first", "total": 20.5, "_version": version}));
        let listed = data(&alice.list_with("orders", &["_version", "id"], json!({})).await.unwrap());
        assert_eq!(listed[0], json!({"id": 1, "_version": version}));
        assert_eq!(data(&alice.get_with("orders", json!(1), &["_version"], json!({})).await.unwrap()), json!({"_version": version}));
        let expanded = data(&alice.get_with("orders", json!(1), &[], json!({"expand": ["order_items"]})).await.unwrap());
        assert_eq!((&expanded["_version"], expanded["order_items"].as_array().unwrap().len()), (&json!(version), 1));

        let given = |version: &str| json!({"if_version": version});
        let stale = ("conflict", STALE.to_owned());
        assert_eq!(failure(alice.update_with("orders", json!(1), json!({"note": "x"}), given("other")).await), stale);
        assert_eq!(failure(alice.delete_with("orders", json!(1), given("")).await), stale);
        let changed = data(&alice.update_with("orders", json!(1), json!({"note": "x"}), given(&version)).await.unwrap());
        let next = changed["_version"].as_str().unwrap().to_owned();
        assert_eq!(data(&alice.get_with("orders", json!(1), &[], json!({})).await.unwrap()), changed);
        assert_eq!(failure(alice.update_with("orders", json!(1), json!({"note": "y"}), given(&version)).await), stale);
        assert_eq!(failure(alice.update_all("orders", json!([[2, {"note": "y"}], [1, {"note": "y"}, version]])).await), (
            "conflict", format!("`items[1]`: {STALE}")));
        let both = data(&alice.update_all("orders", json!([[2, {"note": "y"}], [1, {"note": "z"}, next]])).await.unwrap());
        assert_eq!((both[0].get("_version"), both[1]["_version"].is_string()), (None, true));
        alice.delete_with("orders", json!(1), given(both[1]["_version"].as_str().unwrap())).await.unwrap();
    }

    a_version_tells_nothing_of_anothers_row(engine) {
        let world = shop(engine).await;
        let (alice, bob) = (world.as_user("alice").await, world.as_user("bob").await);
        let his = data(&bob.get_with("orders", json!(3), &[], json!({})).await.unwrap())["_version"].clone();
        for id in [3, 4711] {
            for version in [his.clone(), json!("other")] {
                let given = json!({ "if_version": version });
                let missing = ("not_found", "There is no such item in orders.".to_owned());
                assert_eq!(failure(alice.update_with("orders", json!(id), json!({"note": "x"}), given.clone()).await), missing);
                assert_eq!(failure(alice.delete_with("orders", json!(id), given).await), missing);
            }
        }
    }

    a_version_column_is_kept_by_every_update(engine) {
        let world = World::new(engine, "
            CREATE TABLE notes (id $ID, user_id text NOT NULL, body text, rev integer, _version text);
            CREATE TABLE pages (id $ID, user_id text NOT NULL, body text, changed_at $TIME);
            INSERT INTO notes VALUES (1, 'alice', 'a', 7, 'mine'), (2, 'alice', 'b', NULL, NULL), (3, 'bob', 'c', 7, NULL);
            INSERT INTO pages VALUES (1, 'alice', 'a', '2020-01-01 00:00:00');
        ", |config| {
            for (table, column) in [("notes", "rev"), ("pages", "changed_at")] {
                config.tables.insert(table.into(), TableConfig { version: Some(column.into()), ..TableConfig::default() });
            }
        }).await;
        let alice = world.as_user("alice").await;
        let note = data(&alice.get_with("notes", json!(1), &[], json!({})).await.unwrap());
        assert_eq!(note, json!({"id": 1, "body": "a", "rev": 7, "_version": "mine", "_version_": "7"}));
        let changed = alice.update_with("notes", json!(1), json!({"body": "x"}), json!({"if_version": "7"})).await.unwrap();
        assert_eq!(data(&changed), json!({"id": 1, "body": "x", "rev": 8, "_version": "mine", "_version_": "8"}));
        assert_eq!(failure(alice.update_with("notes", json!(1), json!({"body": "y"}), json!({"if_version": "7"})).await).0, "conflict");
        assert_eq!(data(&alice.update("notes", json!(2), json!({"body": "y"})).await.unwrap())["rev"], 1);
        assert_eq!(failure(alice.update("notes", json!(1), json!({"rev": 1})).await).0, "invalid_argument");
        let page = |outcome| data(&outcome)["_version"].as_str().unwrap().to_owned();
        let first = page(alice.get_with("pages", json!(1), &[], json!({})).await.unwrap());
        let given = |version: &str| json!({"if_version": version});
        let second = page(alice.update_with("pages", json!(1), json!({"body": "x"}), given(&first)).await.unwrap());
        assert!(first.starts_with("2020-01-01") && second.starts_with("20") && second > first, "{first} {second}");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        alice.update("pages", json!(1), json!({"body": "y"})).await.unwrap();
        assert_eq!(failure(alice.update_with("pages", json!(1), json!({"body": "z"}), given(&second)).await).0, "conflict");
    }

    a_version_column_of_another_kind_is_a_mistake(engine) {
        let config = |column: &str| {
            let version = Some(column.to_owned());
            move |config: &mut bellhop_connector_sql::Config| {
                config.tables.insert("notes".into(), TableConfig { version, ..TableConfig::default() });
            }
        };
        let script = "CREATE TABLE notes (id $ID, user_id text NOT NULL, body text);";
        assert_eq!(failure(World::try_new(engine, script, config("body")).await), ("invalid_argument",
            "`tables.notes.version` names `body`, which is neither a whole number nor a time.".into()));
        assert_eq!(failure(World::try_new(engine, script, config("rev")).await).0, "invalid_argument");
    }

    of_many_at_once_one_wins(engine) {
        let world = shop(engine).await;
        let alice = world.as_user("alice").await;
        let version = data(&alice.get_with("orders", json!(1), &[], json!({})).await.unwrap())["_version"].clone();
        let attempt = |note: usize| alice.update_with("orders", json!(1), json!({"note": note.to_string()}), json!({"if_version": version}));
        let answers = futures(engine, (0..8).map(attempt).collect()).await;
        assert_eq!(answers.iter().filter(|it| it.is_ok()).count(), 1);
        for answer in answers.into_iter().filter(Result::is_err) {
            assert_eq!(failure(answer), ("conflict", STALE.into()));
        }
    }
}

async fn futures<T>(_: Engine, mut all: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut done = Vec::new();
    let mut all: Vec<_> = all.drain(..).map(Box::pin).collect();
    std::future::poll_fn(|context| {
        all.retain_mut(|one| match one.as_mut().poll(context) {
            std::task::Poll::Ready(answer) => {
                done.push(answer);
                false
            }
            std::task::Poll::Pending => true,
        });
        if all.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done
}

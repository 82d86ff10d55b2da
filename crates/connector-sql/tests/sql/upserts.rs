//! Creating what may be there already changes one's own rows and nobody else's.

use connector::{Connector, OperationKind};
use serde_json::{Value, json};

use crate::world::{Engine, World, both, data, failure};

const SETTINGS: &str = "
    CREATE TABLE settings (user_id text NOT NULL, name text NOT NULL, value text, PRIMARY KEY (user_id, name));
    CREATE TABLE profiles (user_id text PRIMARY KEY, motto text);
    CREATE TABLE orders (id $ID, user_id text NOT NULL, number text UNIQUE, note text, kind text, UNIQUE (user_id, kind));
    CREATE TABLE items (id $ID, order_id bigint NOT NULL REFERENCES orders(id), place integer NOT NULL, label text, UNIQUE (order_id, place));
    CREATE TABLE docs (id text PRIMARY KEY, user_id text NOT NULL, body text);
    CREATE TABLE refs (id $ID, doc_id text NOT NULL REFERENCES docs(id), user_id text NOT NULL);
    CREATE TABLE logs (id $ID, user_id text NOT NULL, line text);
    INSERT INTO settings VALUES ('alice', 'theme', 'dark'), ('bob', 'theme', 'light'), ('bob', 'font', 'big');
    INSERT INTO profiles VALUES ('bob', 'his');
    INSERT INTO orders VALUES (1, 'alice', 'A-1', 'hers', 'k'), (2, 'bob', 'B-1', 'his', 'k');
    INSERT INTO items VALUES (1, 1, 1, 'hers'), (2, 2, 1, 'his');
    INSERT INTO docs VALUES ('a', 'alice', 'hers'), ('b', 'bob', 'his');
";

const THERE: &str = "The item was there already and was changed.";

fn upsert() -> Value {
    json!({"on_conflict": "update"})
}

both! {
    what_is_there_is_changed_and_what_is_not_is_made(engine) {
        let world = World::new(engine, SETTINGS, |_| {}).await;
        let alice = world.as_user("alice").await;
        let changed = alice.create_with("settings", json!({"name": "theme", "value": "blue"}), upsert()).await.unwrap();
        assert_eq!((data(&changed), changed.id.clone(), &*changed.notices), (json!({"name": "theme", "value": "blue"}), Some(json!("theme")), &[THERE.to_owned()][..]));
        let made = alice.create_with("settings", json!({"name": "font", "value": "small"}), upsert()).await.unwrap();
        assert!(made.notices.is_empty());
        assert_eq!(world.ask("SELECT count(*) || min(value) || max(value) FROM settings WHERE user_id = 'bob'").await, "2biglight");
        for motto in ["one", "two"] {
            alice.create_with("profiles", json!({"motto": motto}), upsert()).await.unwrap();
        }
        assert_eq!(world.ask("SELECT count(*) || min(motto) || max(motto) FROM profiles").await, "2histwo");
        let item = alice.create_with("items", json!({"order_id": 1, "place": 1, "label": "new"}), upsert()).await.unwrap();
        assert_eq!(data(&item), json!({"id": 1, "order_id": 1, "place": 1, "label": "new"}));
        // By the key of the database and by the constraint with the owner, whichever is given.
        let order = alice.create_with("orders", json!({"number": "A-1", "note": "x"}), upsert()).await.unwrap();
        assert_eq!((order.id, order.notices.len()), (Some(json!(1)), 1));
        let order = alice.create_with("orders", json!({"kind": "k", "note": "y"}), upsert()).await.unwrap();
        assert_eq!((order.id, order.notices.len()), (Some(json!(1)), 1));
        // Without anything to change it is given as it is.
        let order = alice.create_with("orders", json!({"kind": "k"}), upsert()).await.unwrap();
        assert_eq!(data(&order), json!({"id": 1, "number": "A-1", "note": "y", "kind": "k"}));
    }

    anothers_row_is_a_conflict_like_any_other_and_stays(engine) {
        let world = World::new(engine, SETTINGS, |_| {}).await;
        let alice = world.as_user("alice").await;
        for (collection, values) in [
            ("orders", json!({"number": "B-1", "note": "stolen"})), ("docs", json!({"id": "b", "body": "stolen"})),
            ("docs", json!({"id": "b"})),
        ] {
            let plain = failure(alice.create_with(collection, values.clone(), json!({})).await);
            assert_eq!(plain.0, "conflict");
            assert_eq!(failure(alice.create_with(collection, values.clone(), upsert()).await), plain, "{collection} {values}");
            let many = failure(alice.create_all(collection, json!([values]), upsert()).await);
            assert_eq!(many, ("conflict", format!("`data[0]`: {}", plain.1)));
        }
        // Beneath his order, whether or not it has such an item.
        let refused = failure(alice.create_with("items", json!({"order_id": 77, "place": 1, "label": "x"}), upsert()).await);
        for place in [1, 2] {
            let answer = alice.create_with("items", json!({"order_id": 2, "place": place, "label": "x"}), upsert()).await;
            assert_eq!(failure(answer), refused);
        }
        assert_eq!(failure(alice.create_with("settings", json!({"user_id": "bob", "name": "theme", "value": "x"}), upsert()).await).0, "identity_mismatch");
        // Two keys, of which one is hers and the other his.
        assert_eq!(failure(alice.create_with("orders", json!({"kind": "k", "number": "B-1"}), upsert()).await).0, "conflict");
        assert_eq!(world.ask("SELECT (SELECT note FROM orders WHERE id = 2) || (SELECT body FROM docs WHERE id = 'b') || (SELECT label FROM items WHERE id = 2) || (SELECT value FROM settings WHERE user_id = 'bob' AND name = 'theme')").await, "hishishislight");
    }

    what_an_update_may_not_do_an_upsert_may_not_either(engine) {
        let world = World::new(engine, SETTINGS, |_| {}).await;
        let alice = world.as_user("alice").await;
        alice.create("orders", json!({"note": "second"})).await.unwrap();
        // `docs.id` is what `refs` refer to, and the key besides.
        alice.create_with("docs", json!({"id": "a", "body": "new"}), upsert()).await.unwrap();
        assert_eq!(failure(alice.create_with("docs", json!({"body": "new"}), upsert()).await).0, "invalid_argument");
        assert_eq!(failure(alice.create_with("orders", json!({"note": "x"}), upsert()).await), (
            "invalid_argument", "`on_conflict` needs a value for `kind`, or for `number`.".into()));
        let parameter = |collection: &str| world.sql.catalog().collection(collection).unwrap().parameters.get(&OperationKind::Create).cloned();
        assert_eq!(parameter("orders").unwrap()[0].description, "\"update\": change your item with the same kind, or number instead of failing.");
        assert!(parameter("logs").is_none(), "it has no key that a caller can give");
    }

    many_are_made_or_changed_in_one_call(engine) {
        let world = World::new(engine, SETTINGS, |_| {}).await;
        let alice = world.as_user("alice").await;
        let items = json!([{"name": "theme", "value": "1"}, {"name": "font", "value": "2"}, {"name": "theme", "value": "3"}]);
        let made = alice.create_all("settings", items, upsert()).await.unwrap();
        assert_eq!(made.notices, ["2 of 3 items were there already and were changed."]);
        assert_eq!(alice.all("settings").await, json!([{"name": "font", "value": "2"}, {"name": "theme", "value": "3"}]));
    }
}

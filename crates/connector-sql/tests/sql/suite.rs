//! The suite that every connector must pass, over a schema with something of everything.

use std::sync::Arc;

use serde_json::json;
use testkit::suite::{Subject, run};

use crate::world::{Engine, World, both};

const GARDEN: &str = r#"
    CREATE TABLE users (id text PRIMARY KEY, name text NOT NULL, password_hash text);
    CREATE TABLE products (id $ID, name text NOT NULL, price numeric(10,2) NOT NULL, data $JSON, made_on date);
    CREATE TABLE tags (id $ID, label text NOT NULL);
    CREATE TABLE orders (
        id $ID, user_id text NOT NULL REFERENCES users(id), approved_by text REFERENCES users(id), number text UNIQUE,
        placed_at $TIME, paid $BOOL NOT NULL DEFAULT false, weight $FLOAT, total numeric(10,2) NOT NULL DEFAULT 0,
        seal $BYTES, extra $JSON, api_token text);
    CREATE TABLE order_items (
        order_id bigint NOT NULL REFERENCES orders(id) ON DELETE CASCADE, line integer NOT NULL,
        product_id bigint NOT NULL REFERENCES products(id), quantity integer NOT NULL DEFAULT 1 CHECK (quantity > 0),
        PRIMARY KEY (order_id, line));
    CREATE TABLE item_notes (
        id $ID, order_id bigint NOT NULL, line integer NOT NULL, body text NOT NULL,
        FOREIGN KEY (order_id, line) REFERENCES order_items (order_id, line) ON DELETE CASCADE);
    CREATE TABLE order_tags (
        order_id bigint NOT NULL REFERENCES orders(id) ON DELETE CASCADE, tag_id bigint NOT NULL REFERENCES tags(id),
        place integer NOT NULL DEFAULT 0, PRIMARY KEY (order_id, tag_id, place));
    CREATE TABLE folders (
        id $ID, "ownerId" text NOT NULL, name text NOT NULL, parent_id bigint REFERENCES folders(id) ON DELETE CASCADE);
    CREATE TABLE notes (id $UUID PRIMARY KEY, user_id text NOT NULL, folder_id bigint REFERENCES folders(id), body text);
    CREATE TABLE seats (
        user_id text NOT NULL, "row" integer NOT NULL, number integer NOT NULL, label text, PRIMARY KEY (user_id, "row", number));
    CREATE TABLE profiles (user_id text PRIMARY KEY, motto text);
    CREATE TABLE "Order Details" ("Select" $ID, "userId" text NOT NULL, "from" text, "it's ""so""" text);
    CREATE TABLE events (user_id text NOT NULL, kind text, at $TIME);
    CREATE VIEW big_orders AS SELECT id, user_id, total FROM orders WHERE total >= 100;

    INSERT INTO users (id, name, password_hash) VALUES ('alice', 'Alice Anders', 'x'), ('bob', 'Bob Berger', 'y');
    INSERT INTO products (id, name, price, made_on) VALUES (1, 'Lamp', 20.50, '2026-01-02'), (2, 'Phone', 300, NULL);
    INSERT INTO tags (id, label) VALUES (1, 'gift'), (2, 'express');
    INSERT INTO orders (id, user_id, number, placed_at, total, weight) VALUES
        (1, 'alice', 'A-0000001', '2026-01-02 03:04:05', 120.50, 1.25), (2, 'alice', 'A-0000002', NULL, 300, NULL),
        (3, 'bob', 'B-0000001', '2026-02-03 04:05:06', 900.99, 2.5), (4, 'bob', 'B-0000002', NULL, 12, 0.1);
    INSERT INTO order_items (order_id, line, product_id, quantity) VALUES (1, 1, 1, 1), (2, 1, 2, 1), (3, 1, 1, 2), (4, 1, 2, 1);
    INSERT INTO item_notes (id, order_id, line, body) VALUES (1, 1, 1, 'wrapped for Alice'), (2, 3, 1, 'wrapped for Bob');
    INSERT INTO order_tags (order_id, tag_id) VALUES (1, 1), (3, 1), (3, 2);
    INSERT INTO folders (id, "ownerId", name, parent_id) VALUES
        (1, 'alice', 'Alice at home', NULL), (2, 'alice', 'Alice at work', 1), (3, 'bob', 'Bob at home', NULL), (4, 'bob', 'Bob at work', 3);
    INSERT INTO notes (id, user_id, folder_id, body) VALUES
        ('a0000000-0000-4000-8000-000000000001', 'alice', 1, 'remember the milk'),
        ('b0000000-0000-4000-8000-000000000001', 'bob', 3, 'forget the milk');
    INSERT INTO seats (user_id, "row", number, label) VALUES ('alice', 1, 1, 'window for Alice'), ('bob', 1, 1, 'aisle for Bob'), ('bob', 1, 2, 'aisle too'), ('alice', 9, 9, 'door seat');
    INSERT INTO profiles (user_id, motto) VALUES ('alice', 'curiouser and curiouser'), ('bob', 'can we fix it');
    INSERT INTO "Order Details" ("Select", "userId", "from", "it's ""so""") VALUES (1, 'alice', 'Alice street', 'yes'), (2, 'bob', 'Bob street', 'no');
    INSERT INTO events (user_id, kind, at) VALUES ('alice', 'alice signed in', '2026-01-01'), ('bob', 'bob signed in', '2026-01-01');
"#;

/// Actions of every effect, by keys that could be another user's.
fn queries(engine: Engine) -> serde_json::Value {
    let key = if engine == Engine::Sqlite { "id = :id" } else { "id::text = :id" };
    json!({
        "order_number": {"description": "The number of an order", "sql": "SELECT id, number FROM orders WHERE user_id = :caller_id AND id = :id",
            "parameters": {"id": {"type": "integer"}}},
        "numbered": {"description": "Orders of a number", "sql": "SELECT id, total FROM orders WHERE user_id = :caller_id AND number = :number",
            "parameters": {"number": {}}},
        "rename_folder": {"description": "Renames a folder", "sql": "UPDATE folders SET name = :name WHERE id = :id AND \"ownerId\" = :caller_id RETURNING id, name",
            "parameters": {"id": {"type": "integer"}, "name": {"default": "renamed"}}, "effect": "write"},
        "drop_note": {"description": "Removes a note", "sql": format!("DELETE FROM notes WHERE user_id = :caller_id AND {key}"),
            "parameters": {"id": {}}, "effect": "destroy"},
        "list_products": {"description": "What there is", "sql": "SELECT id, name FROM products", "shared": true},
    })
}

both! {
    nothing_of_another_user_is_ever_seen(engine) {
        let world = World::new(engine, GARDEN, |config| {
            config.shared = vec!["products".into()];
            config.shared_writable = vec!["tags".into()];
            if engine != Engine::MySql {
                config.queries = serde_json::from_value(queries(engine)).unwrap();
            }
            // The suite wants to make new items, and names them by an identifier.
            for (table, operations) in [("profiles", json!(["list", "get", "update"])), ("events", json!(["list", "aggregate"]))] {
                let settings = serde_json::from_value(json!({ "operations": operations })).unwrap();
                config.tables.insert(table.into(), settings);
            }
        })
        .await;
        let World { sql, url, _folder, .. } = world;
        let (alice, bob) = (testkit::caller("alice").await, testkit::caller("bob").await);
        let mut subject = Subject::new(Arc::new(sql), "shop", alice, bob);
        let number = |number: u64| i64::try_from(number).unwrap() + 1000;
        subject.sample_create = Box::new(move |collection, at| {
            let value = match collection {
                "order_items" => json!({"order_id": 0, "line": number(at), "product_id": 1}),
                "seats" => json!({"row": 7, "number": number(at)}),
                "order_tags" => json!({"order_id": 0, "tag_id": 0, "place": number(at)}),
                _ => return None,
            };
            value.as_object().cloned()
        });
        subject.secrets = vec!["for-tests-only".into(), url];
        subject.internals = vec!["SELECT ".into(), "sqlx".into(), "test.db".into()];
        let report = run(subject).await;
        assert!(report.calls > 1_000, "{report}");
        for action in ["order_number", "numbered", "rename_folder", "drop_note"] {
            assert!(engine == Engine::MySql || report.attempts.keys().any(|(name, _)| name == action), "{action} was not tried: {report}");
        }
        drop(_folder);
    }
}

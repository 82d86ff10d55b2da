//! The plain case: orders by user, their items by path, products for all.

use serde_json::json;

use crate::world::{Ask, Engine, World, both, data, failure};

pub(crate) const SHOP: &str = "
    CREATE TABLE users (id text PRIMARY KEY, name text NOT NULL, password_hash text, is_admin $BOOL NOT NULL DEFAULT false);
    CREATE TABLE products (id $ID, name text NOT NULL, category text, price numeric(10,2) NOT NULL);
    CREATE TABLE orders (
        id $ID, user_id text NOT NULL REFERENCES users(id), number text UNIQUE, status text NOT NULL DEFAULT 'open'
        CHECK (status IN ('open', 'closed')), note text, total numeric(10,2) NOT NULL DEFAULT 0);
    CREATE TABLE order_items (
        id $ID, order_id bigint NOT NULL REFERENCES orders(id) ON DELETE CASCADE,
        product_id bigint NOT NULL REFERENCES products(id), quantity integer NOT NULL DEFAULT 1 CHECK (quantity > 0));
    INSERT INTO users (id, name, password_hash) VALUES ('alice', 'Alice', 'x'), ('bob', 'Bob', 'y');
    INSERT INTO products (id, name, category, price) VALUES
        (1, 'Lamp', 'home', 20.50), (2, 'Phone', 'electronics', 300), (3, 'Laptop', 'electronics', 900.99);
    INSERT INTO orders (id, user_id, number, status, note, total) VALUES
        (1, 'alice', 'A-1', 'open', 'first', 20.50), (2, 'alice', 'A-2', 'closed', NULL, 300), (3, 'bob', 'B-1', 'open', 'his', 900.99);
    INSERT INTO order_items (id, order_id, product_id, quantity) VALUES (1, 1, 1, 1), (2, 2, 2, 1), (3, 3, 3, 2);
";

pub(crate) async fn shop(engine: Engine) -> World {
    World::new(engine, SHOP, |config| config.shared = vec!["products".into()]).await
}

both! {
    a_user_sees_own_rows_only(engine) {
        let world = shop(engine).await;
        let alice = world.as_user("alice").await;
        assert_eq!(
            alice.all("orders").await,
            json!([
                {"id": 1, "number": "A-1", "status": "open", "note": "first", "total": 20.5},
                {"id": 2, "number": "A-2", "status": "closed", "note": null, "total": 300},
            ])
        );
        assert_eq!(alice.all("order_items").await, json!([
            {"id": 1, "order_id": 1, "product_id": 1, "quantity": 1},
            {"id": 2, "order_id": 2, "product_id": 2, "quantity": 1},
        ]));
        assert_eq!(alice.all("users").await, json!([{"id": "alice", "name": "Alice", "is_admin": false}]));
        assert_eq!(alice.all("products").await.as_array().unwrap().len(), 3);
        let nobody = world.as_user("carol").await;
        assert_eq!(nobody.all("orders").await, json!([]));
    }

    a_checked_list_of_values_is_described(engine) {
        use connector::Connector;
        let world = shop(engine).await;
        let catalog = world.sql.catalog();
        let status = &catalog.collection("orders").unwrap().field("status").unwrap().schema;
        assert_eq!(*status, json!({"type": "string", "enum": ["open", "closed"]}));
    }

    count_is_the_total_and_cursors_go_on(engine) {
        let world = shop(engine).await;
        let alice = world.as_user("alice").await;
        let ask = Ask { sort: &["-total"], limit: 1, ..Ask::default() };
        let first = alice.list("orders", ask.clone()).await.unwrap();
        assert_eq!((first.count, first.has_more, &data(&first)[0]["id"]), (Some(2), Some(true), &json!(2)));
        let start = Some(connector::Start::After(first.next.unwrap()));
        let second = alice.list("orders", Ask { start, ..ask }).await.unwrap();
        assert_eq!((second.count, second.has_more, &data(&second)[0]["id"]), (Some(2), Some(false), &json!(1)));
    }

    missing_and_foreign_look_the_same(engine) {
        let world = shop(engine).await;
        let alice = world.as_user("alice").await;
        for id in [json!(3), json!(4711), json!("x"), json!(1.5), json!(true), json!("9999999999999999999999")] {
            let expected = ("not_found", "There is no such item in orders.".to_owned());
            assert_eq!(failure(alice.get("orders", id.clone()).await), expected, "{id}");
            assert_eq!(failure(alice.update("orders", id.clone(), json!({"note": "x"})).await), expected);
            assert_eq!(failure(alice.delete("orders", id).await), expected);
        }
    }

    create_update_and_delete_keep_the_owner(engine) {
        let world = shop(engine).await;
        let alice = world.as_user("alice").await;
        let created = alice.create("orders", json!({"note": "new", "total": 5})).await.unwrap();
        let id = created.id.clone().unwrap();
        assert_eq!(data(&created), json!({"id": id, "number": null, "status": "open", "note": "new", "total": 5}));
        assert_eq!(world.ask(&format!("SELECT user_id FROM orders WHERE id = {id}")).await, "alice");
        let updated = alice.update("orders", id.clone(), json!({"status": "closed"})).await.unwrap();
        assert_eq!(data(&updated)["status"], "closed");
        let deleted = alice.delete("orders", id.clone()).await.unwrap();
        assert_eq!(deleted.id, Some(id.clone()));
        assert_eq!(failure(alice.get("orders", id).await).0, "not_found");
        assert_eq!(failure(alice.create("orders", json!({"user_id": "bob"})).await).0, "identity_mismatch");
        assert!(alice.create("orders", json!({"user_id": "alice"})).await.is_ok());
        assert_eq!(failure(alice.update("orders", json!(1), json!({"user_id": "bob"})).await).0, "identity_mismatch");
    }

    figures_are_of_own_rows(engine) {
        let world = shop(engine).await;
        let alice = world.as_user("alice").await;
        assert_eq!(
            alice.aggregate("orders", &["count", "sum total", "max note"], &[], json!(null), &[]).await.unwrap(),
            json!([{"count": 2, "sum_total": 320.5, "max_note": "first"}])
        );
        assert_eq!(
            alice.aggregate("orders", &["count", "avg total"], &["status"], json!(null), &["-avg_total"]).await.unwrap(),
            json!([{"status": "closed", "count": 1, "avg_total": 300}, {"status": "open", "count": 1, "avg_total": 20.5}])
        );
    }
}

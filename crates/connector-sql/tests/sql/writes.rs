//! Writes keep ownership.

use serde_json::json;

use crate::shop::shop;
use crate::world::{Engine, World, both, data, failure};

const REFUSED: &str = "`order_id` does not name an item of orders that you can refer to.";

both! {
    nothing_is_created_under_or_moved_to_anothers_parent(engine) {
        let world = shop(engine).await;
        let alice = world.as_user("alice").await;
        for parent in [json!(3), json!(4711), json!(-1)] {
            let created = alice.create("order_items", json!({"order_id": parent, "product_id": 1})).await;
            assert_eq!(failure(created), ("invalid_argument", REFUSED.into()));
            let moved = alice.update("order_items", json!(1), json!({"order_id": parent})).await;
            assert_eq!(failure(moved), ("invalid_argument", REFUSED.into()));
        }
        let created = alice.create("order_items", json!({"order_id": 2, "product_id": 1})).await.unwrap();
        alice.update("order_items", created.id.unwrap(), json!({"order_id": 1})).await.unwrap();
        assert_eq!(world.ask("SELECT count(*) || '' FROM order_items WHERE order_id = 3").await, "1");
    }

    a_missing_shared_parent_is_told_apart_by_nothing_but_its_field(engine) {
        let world = shop(engine).await;
        let alice = world.as_user("alice").await;
        assert_eq!(
            failure(alice.create("order_items", json!({"order_id": 1, "product_id": 99})).await),
            ("invalid_argument", "`product_id` does not name an item of products that you can refer to.".into())
        );
        assert_eq!(
            failure(alice.create("order_items", json!({"order_id": 3, "product_id": 99})).await),
            ("invalid_argument", REFUSED.into())
        );
        assert_eq!(failure(alice.update("order_items", json!(1), json!({"product_id": 99})).await).0, "invalid_argument");
    }

    a_second_reference_into_owned_rows_is_checked_too(engine) {
        let world = World::new(engine, "
            CREATE TABLE users (id text PRIMARY KEY);
            CREATE TABLE folders (id $ID, user_id text NOT NULL REFERENCES users(id), parent_id bigint REFERENCES folders(id));
            CREATE TABLE notes (id $ID, user_id text NOT NULL REFERENCES users(id), folder_id bigint REFERENCES folders(id), approver text REFERENCES users(id));
            INSERT INTO users VALUES ('alice'), ('bob');
            INSERT INTO folders VALUES (1, 'alice', NULL), (2, 'bob', NULL);
            INSERT INTO notes VALUES (1, 'alice', 1, 'bob');
        ", |_| {}).await;
        let alice = world.as_user("alice").await;
        for (field, theirs, missing) in [("folder_id", json!(2), json!(99)), ("approver", json!("bob"), json!("nobody"))] {
            let expected = failure(alice.create("notes", json!({ field: missing })).await);
            assert_eq!(expected.0, "invalid_argument");
            assert_eq!(failure(alice.create("notes", json!({ field: theirs })).await), expected);
            assert_eq!(failure(alice.update("notes", json!(1), json!({ field: theirs })).await), expected);
            assert_eq!(failure(alice.update("notes", json!(1), json!({ field: missing })).await), expected);
        }
        assert_eq!(failure(alice.update("folders", json!(1), json!({"parent_id": 2})).await).0, "invalid_argument");
        alice.create("folders", json!({"parent_id": 1})).await.unwrap();
        alice.update("folders", json!(1), json!({"parent_id": null})).await.unwrap();
        // What was there before may stay; what is set now may not.
        alice.update("notes", json!(1), json!({"folder_id": null})).await.unwrap();
        alice.create("notes", json!({"approver": "alice", "folder_id": 1})).await.unwrap();
        assert_eq!(failure(world.as_user("carol").await.create("notes", json!({})).await), (
            "permission_denied", "You have no entry in users yet, and notes need one. Ask whoever runs this to add you.".into()));
    }

    a_unique_value_of_another_users_row_is_not_told_from_beneath_a_foreign_parent(engine) {
        let world = World::new(engine, "
            CREATE TABLE orders (id $ID, user_id text NOT NULL);
            CREATE TABLE items (id $ID, order_id bigint NOT NULL REFERENCES orders(id), place integer, UNIQUE (order_id, place));
            INSERT INTO orders VALUES (1, 'alice'), (2, 'bob');
            INSERT INTO items VALUES (1, 1, 1), (2, 2, 1);
        ", |_| {}).await;
        let alice = world.as_user("alice").await;
        let taken = failure(alice.create("items", json!({"order_id": 2, "place": 1})).await);
        assert_eq!(taken, failure(alice.create("items", json!({"order_id": 2, "place": 9})).await));
        assert_eq!(taken, failure(alice.create("items", json!({"order_id": 77, "place": 1})).await));
        assert_eq!(failure(alice.create("items", json!({"order_id": 1, "place": 1})).await), (
            "conflict", "There is already an item in items with this `order_id` and `place`. Choose another value.".into()));
    }

    a_row_that_others_refer_to_is_not_deleted(engine) {
        let world = World::new(engine, "
            CREATE TABLE orders (id $ID, user_id text NOT NULL);
            CREATE TABLE items (id $ID, order_id bigint NOT NULL REFERENCES orders(id));
            INSERT INTO orders VALUES (1, 'alice'); INSERT INTO items VALUES (1, 1);
        ", |_| {}).await;
        let alice = world.as_user("alice").await;
        assert_eq!(failure(alice.delete("orders", json!(1)).await), (
            "conflict", "Other items still refer to this one. Delete or change those first.".into()));
        alice.delete("items", json!(1)).await.unwrap();
        alice.delete("orders", json!(1)).await.unwrap();
    }

    a_delete_does_not_take_another_users_rows_along(engine) {
        for action in ["CASCADE", "SET NULL"] {
            let world = World::new(engine, &format!("
                CREATE TABLE users (id text PRIMARY KEY);
                CREATE TABLE posts (id $ID, user_id text NOT NULL);
                CREATE TABLE comments (id $ID, post_id bigint REFERENCES posts(id) ON DELETE {action}, user_id text NOT NULL);
                CREATE TABLE likes (id $ID, comment_id bigint REFERENCES comments(id) ON DELETE CASCADE, user_id text NOT NULL);
                CREATE TABLE reviews (id $ID, post_id bigint REFERENCES posts(id) ON DELETE {action}, reviewer text REFERENCES users(id));
                INSERT INTO users VALUES ('alice'), ('bob');
                INSERT INTO posts VALUES (1, 'alice'), (2, 'alice'), (3, 'alice'), (4, 'alice'), (5, 'alice');
                INSERT INTO comments VALUES (1, 1, 'alice'), (2, 2, 'bob'), (3, 3, 'alice');
                INSERT INTO likes VALUES (1, 3, 'bob');
                INSERT INTO reviews VALUES (1, 4, 'bob'), (2, 5, 'alice');
            "), |_| {}).await;
            let alice = world.as_user("alice").await;
            let refused = ("conflict", "Items that are not yours depend on this one and would go with it, so it was not deleted.".to_owned());
            alice.delete("posts", json!(1)).await.unwrap();
            assert_eq!(failure(alice.delete("posts", json!(2)).await), refused);
            // Two foreign keys away, and only where the first one deletes.
            if action == "CASCADE" {
                assert_eq!(failure(alice.delete("posts", json!(3)).await), refused);
            } else {
                alice.delete("posts", json!(3)).await.unwrap();
            }
            // Nobody knows whose the reviews are: by the post hers, by the reviewer his.
            assert_eq!(failure(alice.delete("posts", json!(4)).await), refused);
            alice.delete("posts", json!(5)).await.unwrap();
            assert_eq!(world.ask("SELECT (SELECT count(*) FROM likes) || ' ' || (SELECT count(*) FROM comments WHERE user_id = 'bob')").await, "1 1");
        }
    }

    a_tree_is_deleted_down_to_what_is_not_the_callers(engine) {
        let world = World::new(engine, "
            CREATE TABLE folders (id bigint PRIMARY KEY, user_id text NOT NULL, parent_id bigint REFERENCES folders(id) ON DELETE CASCADE);
            INSERT INTO folders VALUES (1, 'alice', NULL), (2, 'alice', 1), (3, 'alice', 2), (4, 'bob', 3);
            INSERT INTO folders VALUES (10, 'alice', NULL), (11, 'alice', 10), (12, 'alice', 11);
            INSERT INTO folders VALUES (100, 'alice', NULL);
            INSERT INTO folders SELECT n, 'alice', n - 1 FROM (WITH RECURSIVE s(n) AS (SELECT 101 UNION ALL SELECT n + 1 FROM s WHERE n < 120) SELECT n FROM s) AS numbers;
        ", |_| {}).await;
        let alice = world.as_user("alice").await;
        for id in 1..=3 {
            assert_eq!(failure(alice.delete("folders", json!(id)).await).0, "conflict", "{id}");
        }
        alice.delete("folders", json!(10)).await.unwrap();
        // Deeper than is looked: refused rather than guessed.
        assert_eq!(failure(alice.delete("folders", json!(100)).await).0, "conflict");
        alice.delete("folders", json!(115)).await.unwrap();
        assert_eq!(world.ask("SELECT count(*) || '' FROM folders").await, "19");
    }

    rules_of_the_database_are_plain_sentences(engine) {
        let world = shop(engine).await;
        let alice = world.as_user("alice").await;
        let said = failure(alice.create("order_items", json!({"order_id": 1, "product_id": 1, "quantity": 0})).await);
        assert_eq!(said.0, "invalid_argument");
        assert!(said.1.starts_with("The rules of order_items do not allow"), "{said:?}");
        let said = failure(alice.update("orders", json!(1), json!({"status": "lost"})).await);
        assert!(said.1.starts_with("The rules of orders do not allow"), "{said:?}");
        assert_eq!(failure(alice.update("orders", json!(1), json!({"number": "B-1"})).await), (
            "conflict", "There is already an item in orders with this `number`. Choose another value.".into()));
        assert_eq!(failure(alice.update("orders", json!(1), json!({"total": null})).await).1, "`total` must have a value.");
        assert_eq!(failure(alice.update("orders", json!(1), json!({"total": "much"})).await).1, "`total` needs a number.");
        assert_eq!(failure(alice.update("orders", json!(1), json!({"id": 9})).await).0, "invalid_argument");
        assert_eq!(failure(alice.update("orders", json!(1), json!({"nonsense": 9})).await), (
            "invalid_argument", "`nonsense` of orders cannot be set here. What can be set: number, status, note, total.".into()));
        assert_eq!(failure(alice.update("orders", json!(1), json!({"user_id": "alice"})).await).0, "invalid_argument");
        assert_eq!(world.ask("SELECT number || status FROM orders WHERE id = 1").await, "A-1open");
    }

    a_failed_write_leaves_nothing(engine) {
        let world = shop(engine).await;
        let alice = world.as_user("alice").await;
        for _ in 0..20 {
            alice.create("orders", json!({"number": "A-1"})).await.unwrap_err();
            alice.create("order_items", json!({"order_id": 3, "product_id": 1})).await.unwrap_err();
        }
        assert_eq!(world.ask("SELECT (SELECT count(*) FROM orders) || ' ' || (SELECT count(*) FROM order_items)").await, "3 3");
        alice.create("orders", json!({"number": "A-9"})).await.unwrap();
    }

    a_trigger_or_default_that_gives_rows_away_is_undone(engine) {
        let script = match engine {
            Engine::Sqlite => "
                CREATE TABLE orders (id $ID, user_id text NOT NULL, note text);
                CREATE TABLE notes (id $ID, user_id text NOT NULL, order_id bigint DEFAULT 2 REFERENCES orders(id));
                INSERT INTO orders VALUES (1, 'alice', 'a'), (2, 'bob', 'b');
                CREATE TRIGGER given AFTER INSERT ON orders WHEN new.note = 'gift' BEGIN UPDATE orders SET user_id = 'bob' WHERE id = new.id; END;
                CREATE TRIGGER moved AFTER UPDATE ON orders WHEN new.note = 'gift' BEGIN UPDATE orders SET user_id = 'bob' WHERE id = new.id; END;
            ",
            Engine::MySql => "
                CREATE TABLE orders (id $ID, user_id text NOT NULL, note text);
                CREATE TABLE notes (id $ID, user_id text NOT NULL, order_id bigint DEFAULT 2 REFERENCES orders(id));
                INSERT INTO orders VALUES (1, 'alice', 'a'), (2, 'bob', 'b');
                CREATE TRIGGER given BEFORE INSERT ON orders FOR EACH ROW SET new.user_id = IF(new.note = 'gift', 'bob', new.user_id);
                CREATE TRIGGER moved BEFORE UPDATE ON orders FOR EACH ROW SET new.user_id = IF(new.note = 'gift', 'bob', new.user_id);
            ",
            Engine::Postgres => "
                CREATE TABLE orders (id $ID, user_id text NOT NULL, note text);
                CREATE TABLE notes (id $ID, user_id text NOT NULL, order_id bigint DEFAULT 2 REFERENCES orders(id));
                INSERT INTO orders VALUES (1, 'alice', 'a'), (2, 'bob', 'b');
                CREATE FUNCTION give() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF new.note = 'gift' THEN new.user_id := 'bob'; END IF; RETURN new; END $$;
                CREATE TRIGGER given BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION give();
            ",
        };
        let world = World::new(engine, script, |_| {}).await;
        let alice = world.as_user("alice").await;
        assert_eq!(failure(alice.create("orders", json!({"note": "gift"})).await).0, "permission_denied");
        assert_eq!(failure(alice.update("orders", json!(1), json!({"note": "gift"})).await).0, "permission_denied");
        assert_eq!(failure(alice.create("notes", json!({})).await).0, "permission_denied");
        alice.create("notes", json!({"order_id": 1})).await.unwrap();
        alice.create("notes", json!({"order_id": null})).await.unwrap();
        assert_eq!(world.ask("SELECT (SELECT count(*) FROM orders WHERE user_id = 'bob') || ' ' || (SELECT count(*) FROM notes)").await, "1 2");
    }

    keys_that_hold_the_owner_need_only_the_rest(engine) {
        let world = World::new(engine, r#"
            CREATE TABLE settings (user_id text NOT NULL, name text NOT NULL, value text, PRIMARY KEY (user_id, name));
            CREATE TABLE profiles (user_id text PRIMARY KEY, motto text);
            INSERT INTO settings VALUES ('alice', 'theme', 'dark'), ('bob', 'theme', 'light'), ('bob', 'font', 'serif');
            INSERT INTO profiles VALUES ('bob', 'his');
        "#, |_| {}).await;
        let alice = world.as_user("alice").await;
        assert_eq!(data(&alice.get("settings", json!("theme")).await.unwrap()), json!({"name": "theme", "value": "dark"}));
        assert_eq!(failure(alice.get("settings", json!("font")).await).0, "not_found");
        alice.create("settings", json!({"name": "font", "value": "mono"})).await.unwrap();
        assert_eq!(failure(alice.create("settings", json!({"name": "font"})).await), (
            "conflict", "There is already an item in settings with this `name`. Choose another value.".into()));
        alice.update("settings", json!("font"), json!({"value": "sans"})).await.unwrap();
        alice.delete("settings", json!("theme")).await.unwrap();
        assert_eq!(world.ask("SELECT count(*) || '' FROM settings WHERE user_id = 'bob'").await, "2");
        let created = alice.create("profiles", json!({"motto": "hers"})).await.unwrap();
        assert_eq!(created.id, Some(json!("alice")));
        assert_eq!(failure(alice.create("profiles", json!({"user_id": "bob"})).await).0, "identity_mismatch");
        assert_eq!(failure(alice.get("profiles", json!("bob")).await).0, "not_found");
        assert_eq!(failure(alice.update("profiles", json!("bob"), json!({"motto": "x"})).await).0, "not_found");
        alice.update("profiles", json!("alice"), json!({"motto": "new"})).await.unwrap();
    }

    what_others_may_refer_to_is_not_changed(engine) {
        let world = World::new(engine, "
            CREATE TABLE teams (code text PRIMARY KEY, user_id text NOT NULL, number integer NOT NULL UNIQUE, name text);
            CREATE TABLE fans (id $ID, user_id text NOT NULL, number integer REFERENCES teams(number) ON UPDATE CASCADE);
            INSERT INTO teams VALUES ('a', 'alice', 1, 'A'); INSERT INTO fans VALUES (1, 'bob', 1);
        ", |_| {}).await;
        let alice = world.as_user("alice").await;
        for field in ["code", "number"] {
            let said = failure(alice.update("teams", json!("a"), json!({ field: 2 })).await);
            assert_eq!(said, ("invalid_argument", format!("`{field}` of teams cannot be set here. What can be set: name.")));
        }
        alice.update("teams", json!("a"), json!({"name": "B"})).await.unwrap();
        assert_eq!(world.ask("SELECT number || '' FROM fans").await, "1");
    }

    a_reference_to_what_nobody_owns_cannot_be_set(engine) {
        let world = World::new(engine, "
            CREATE TABLE colours (id bigint PRIMARY KEY, name text);
            CREATE TABLE cars (id $ID, user_id text NOT NULL, colour bigint REFERENCES colours(id));
            CREATE TABLE bikes (id $ID, user_id text NOT NULL, colour bigint NOT NULL REFERENCES colours(id));
            INSERT INTO colours VALUES (1, 'red'); INSERT INTO bikes VALUES (1, 'alice', 1);
        ", |_| {}).await;
        use connector::{Connector, OperationKind};
        let catalog = world.sql.catalog();
        assert!(!catalog.collection("bikes").unwrap().operations.contains(&OperationKind::Create));
        assert!(!catalog.collection("bikes").unwrap().operations.contains(&OperationKind::Update));
        let hidden = catalog.hidden.iter().find(|hidden| hidden.name == "bikes.colour").unwrap();
        assert_eq!(hidden.open_with, "shared = [\"colours\"]  # in [resources.shop]");
        let alice = world.as_user("alice").await;
        assert_eq!(failure(alice.create("cars", json!({"colour": 1})).await).0, "invalid_argument");
        alice.create("cars", json!({})).await.unwrap();
    }

    tables_without_a_key_take_rows_but_name_none(engine) {
        let world = World::new(engine, "CREATE TABLE events (user_id text, kind text, amount integer)", |_| {}).await;
        let alice = world.as_user("alice").await;
        for number in 0..5 {
            if engine == Engine::MySql {
                // There is no way to look at what was written, so nothing is.
                assert_eq!(failure(alice.create("events", json!({"kind": "k"})).await).0, "unsupported");
                world.run(&format!("INSERT INTO events VALUES ('alice', 'k', {number})")).await;
                continue;
            }
            let created = alice.create("events", json!({"kind": "k", "amount": number})).await.unwrap();
            assert_eq!((created.id.clone(), data(&created)), (None, json!({"kind": "k", "amount": number})));
        }
        assert_eq!(failure(alice.get("events", json!(1)).await).0, "invalid_argument");
        let mut seen = Vec::new();
        let mut start = None;
        loop {
            let page = alice.list("events", crate::world::Ask { limit: 2, start, ..Default::default() }).await.unwrap();
            seen.extend(data(&page).as_array().unwrap().iter().map(|row| row["amount"].clone()));
            assert_eq!(page.count, Some(5));
            match page.next {
                Some(next) => start = Some(connector::Start::After(next)),
                None => break,
            }
        }
        assert_eq!(seen, [0, 1, 2, 3, 4].map(|number| json!(number)));
    }

    two_writers_do_not_slip_past_each_other(engine) {
        let world = shop(engine).await;
        let (alice, bob) = (world.as_user("alice").await, world.as_user("bob").await);
        // While items are created under an order, its owner deletes it again and again: no item is ever left behind.
        let churn = async {
            for _ in 0..15 {
                let order = bob.create("orders", json!({})).await.unwrap().id.unwrap();
                let (created, deleted) = tokio::join!(
                    bob.create("order_items", json!({"order_id": order, "product_id": 1})),
                    bob.delete("orders", order.clone()),
                );
                if created.is_err() {
                    assert_eq!(failure(created).0, "invalid_argument");
                }
                deleted.unwrap();
            }
        };
        let other = async {
            for number in 0..15 {
                alice.create("orders", json!({"number": format!("X-{number}")})).await.unwrap();
            }
        };
        tokio::join!(churn, other);
        assert_eq!(world.ask("SELECT count(*) || '' FROM order_items i WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.id = i.order_id)").await, "0");
    }
}

#[tokio::test]
async fn a_parent_that_is_just_being_given_away_is_waited_for() {
    use sqlx::{Connection, Executor};
    let world = shop(Engine::Postgres).await;
    let alice = world.as_user("alice").await;
    let mut other = sqlx::PgConnection::connect(&world.url).await.unwrap();
    other.execute("BEGIN; UPDATE orders SET user_id = 'bob' WHERE id = 1").await.unwrap();
    let create = alice.create("order_items", json!({"order_id": 1, "product_id": 1}));
    let update = alice.update("orders", json!(1), json!({"note": "mine?"}));
    let delete = alice.delete("orders", json!(1));
    let give = async {
        tokio::time::sleep(std::time::Duration::from_millis(700)).await;
        other.execute("COMMIT").await.unwrap();
    };
    let (created, updated, deleted, ()) = tokio::join!(create, update, delete, give);
    assert_eq!(failure(created), ("invalid_argument", REFUSED.into()));
    assert_eq!((failure(updated).0, failure(deleted).0), ("not_found", "not_found"));
    assert_eq!(
        world
            .ask("SELECT (SELECT count(*) FROM order_items WHERE order_id = 1) || ' ' || note FROM orders WHERE id = 1")
            .await,
        "1 first"
    );
}

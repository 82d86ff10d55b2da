//! Several items in one call: all or none, and none of another's.

use bellhop_connector_sql::{Bulk, Config, TableConfig};
use connector::Result;
use serde_json::{Value, json};

use crate::shop::SHOP;
use crate::world::{Engine, World, both, data, failure};

const MISSING: &str = "There is no such item in orders.";

async fn shop(engine: Engine) -> World {
    World::new(engine, SHOP, configure).await
}

fn configure(config: &mut Config) {
    config.shared = vec!["products".into()];
    config.batch_max = 4;
    let bulk = TableConfig { bulk: [Bulk::Update, Bulk::Delete].into(), bulk_max: Some(3), ..TableConfig::default() };
    config.tables.insert("orders".into(), bulk.clone());
    config.tables.insert("order_items".into(), bulk);
}

/// Everything in the shop, whoever's it is.
async fn all(world: &World) -> String {
    let orders = "SELECT coalesce(max(n), '') FROM (SELECT count(*) || ' ' || min(id) || ' ' || max(id) || ' ' || min(status) || max(status) || sum(total) || min(coalesce(note, '-')) || max(coalesce(note, '-')) AS n FROM orders) AS o";
    let items =
        "SELECT count(*) || ' ' || sum(quantity) || ' ' || sum(order_id) || ' ' || sum(product_id) FROM order_items";
    format!("{} | {}", world.ask(orders).await, world.ask(items).await)
}

async fn refused<T>(world: &World, before: &str, answer: Result<T>, code: &str, message: &str) {
    assert_eq!(failure(answer), (Box::leak(code.to_owned().into_boxed_str()) as &str, message.to_owned()));
    assert_eq!(all(world).await, before, "nothing was changed");
}

both! {
    many_are_created_or_none(engine) {
        let world = shop(engine).await;
        let alice = world.as_user("alice").await;
        let made = alice.create_all("orders", json!([{"note": "x", "total": 1}, {}, {"user_id": "alice", "number": "A-9"}]), json!({})).await.unwrap();
        assert_eq!(made.count, Some(3));
        let made = data(&made);
        assert_eq!(made.as_array().unwrap().iter().map(|row| [&row["note"], &row["number"], &row["total"]]).collect::<Vec<_>>(), [
            [&json!("x"), &json!(null), &json!(1)], [&json!(null), &json!(null), &json!(0)], [&json!(null), &json!("A-9"), &json!(0)]]);
        let before = all(&world).await;
        let item = |order: i64| json!({"order_id": order, "product_id": 1});
        let no_order = "`data[1]`: `order_id` does not name an item of orders that you can refer to.";
        for parent in [3, 4711] {
            let answer = alice.create_all("order_items", json!([item(1), item(parent)]), json!({})).await;
            refused(&world, &before, answer, "invalid_argument", no_order).await;
        }
        let taken = "`data[2]`: There is already an item in orders with this `number`. Choose another value.";
        for number in ["A-1", "B-1"] {
            let answer = alice.create_all("orders", json!([{}, {}, {"number": number}]), json!({})).await;
            refused(&world, &before, answer, "conflict", taken).await;
        }
        let twice = alice.create_all("orders", json!([{"number": "N"}, {"number": "N"}]), json!({})).await;
        refused(&world, &before, twice, "conflict", &taken.replace("[2]", "[1]")).await;
        let his = alice.create_all("orders", json!([{}, {"user_id": "bob"}]), json!({})).await;
        refused(&world, &before, his, "identity_mismatch", "`data[1]`: `user_id` says whose this is, and that is always you. Leave it out.").await;
        let unfit = alice.create_all("orders", json!([{"total": 1}, {"total": "x"}]), json!({})).await;
        refused(&world, &before, unfit, "invalid_argument", "`data[1]`: `total` needs a number.").await;
        let many = alice.create_all("orders", json!([{}, {}, {}, {}, {}]), json!({})).await;
        refused(&world, &before, many, "limit_exceeded", "One call takes 1 to 4 items. Split them up.").await;
    }

    many_are_updated_or_none(engine) {
        let world = shop(engine).await;
        let alice = world.as_user("alice").await;
        let changed = alice.update_all("orders", json!([[1, {"note": "one"}], [2, {"note": "two"}], [1, {"status": "closed"}]])).await.unwrap();
        assert_eq!(data(&changed).as_array().unwrap().iter().map(|row| row["note"].clone()).collect::<Vec<_>>(), ["one", "two", "one"]);
        assert_eq!(changed.count, Some(3));
        let before = all(&world).await;
        for id in [json!(3), json!(4711), json!("x")] {
            let answer = alice.update_all("orders", json!([[1, {"note": "x"}], [id, {"note": "x"}]])).await;
            refused(&world, &before, answer, "not_found", &format!("`items[1]`: {MISSING}")).await;
        }
        let moved = alice.update_all("order_items", json!([[2, {"quantity": 7}], [1, {"order_id": 3}]])).await;
        refused(&world, &before, moved, "invalid_argument", "`items[1]`: `order_id` does not name an item of orders that you can refer to.").await;
        let rule = alice.update_all("order_items", json!([[1, {"quantity": 7}], [2, {"quantity": 0}]])).await;
        assert_eq!(failure(rule).0, "invalid_argument");
        assert_eq!(all(&world).await, before);
    }

    many_are_deleted_or_none(engine) {
        let world = shop(engine).await;
        let alice = world.as_user("alice").await;
        let before = all(&world).await;
        for id in [3, 4711] {
            let answer = alice.delete_all("orders", json!([1, 2, id])).await;
            refused(&world, &before, answer, "not_found", &format!("`identifiers[2]`: {MISSING}")).await;
        }
        let gone = alice.delete_all("orders", json!([2, "1", 1])).await.unwrap();
        assert_eq!((gone.count, gone.data.is_none()), (Some(2), true));
        assert_eq!(alice.all("orders").await, json!([]));
        assert_eq!(alice.all("order_items").await, json!([]), "their items went along");
        assert_eq!(world.as_user("bob").await.all("order_items").await.as_array().unwrap().len(), 1);
    }

    what_matches_is_changed_only_after_it_was_counted(engine) {
        let world = shop(engine).await;
        let alice = world.as_user("alice").await;
        let before = all(&world).await;
        let counted = alice.update_that("orders", json!({}), json!({"note": "all"}), None).await.unwrap();
        assert_eq!((counted.count, counted.notices), (Some(2), vec![
            "Nothing was done yet: 2 items match. To change them, call again with `expected_count` = 2.".to_owned()]));
        let counted = alice.delete_that("orders", json!({"status": "open"}), None).await.unwrap();
        assert_eq!((counted.count, counted.notices), (Some(1), vec![
            "Nothing was done yet: 1 items match. To delete them, call again with `expected_count` = 1.".to_owned()]));
        let counted = alice.delete_that("orders", json!({"number": "B-1"}), None).await.unwrap();
        assert_eq!((counted.count, counted.notices), (Some(0), vec!["Nothing matches.".to_owned()]));
        for wrong in [0, 1, 3, 1000] {
            let said = format!("2 items match and not {wrong}, so nothing was done. Look again at what they are.");
            refused(&world, &before, alice.update_that("orders", json!({}), json!({"note": "x"}), Some(wrong)).await, "conflict", &said).await;
            refused(&world, &before, alice.delete_that("orders", json!({}), Some(wrong)).await, "conflict", &said).await;
        }
        assert_eq!(all(&world).await, before, "nothing was changed");
        let changed = alice.update_that("orders", json!({}), json!({"note": "all"}), Some(2)).await.unwrap();
        assert_eq!((changed.count, changed.data.is_none()), (Some(2), true));
        assert_eq!(alice.matching("orders", "note", json!({})).await.unwrap(), ["all", "all"]);
        assert_eq!(world.ask("SELECT note FROM orders WHERE id = 3").await, "his");
        let gone = alice.delete_that("orders", json!({"total": {"gt": 100}}), Some(1)).await.unwrap();
        assert_eq!(gone.count, Some(1));
        assert_eq!(world.ask("SELECT count(*) || ' ' || sum(id) FROM orders").await, "2 4");
    }

    a_filter_changes_nothing_that_one_by_one_could_not(engine) {
        let world = shop(engine).await;
        let alice = world.as_user("alice").await;
        let before = all(&world).await;
        let no_order = "`order_id` does not name an item of orders that you can refer to.";
        refused(&world, &before, alice.update_that("order_items", json!({}), json!({"order_id": 3}), Some(2)).await, "invalid_argument", no_order).await;
        refused(&world, &before, alice.update_that("orders", json!({}), json!({"user_id": "bob"}), Some(2)).await, "identity_mismatch",
            "`user_id` says whose this is, and that is always you. Leave it out.").await;
        refused(&world, &before, alice.update_that("orders", json!({}), json!({"number": "N"}), Some(2)).await, "conflict",
            "There is already an item in orders with this `number`. Choose another value.").await;
        // Another's order that depends on hers would go along.
        world.run("CREATE TABLE follow (id $ID, user_id text NOT NULL, order_id bigint REFERENCES orders(id) ON DELETE CASCADE);
            INSERT INTO follow VALUES (1, 'bob', 2);").await;
        connector::Connector::reload(&world.sql).await.unwrap();
        refused(&world, &before, alice.delete_that("orders", json!({}), Some(2)).await, "conflict",
            "Items that are not yours depend on this one and would go with it, so it was not deleted.").await;
        refused(&world, &before, alice.delete_all("orders", json!([1, 2])).await, "conflict",
            "`identifiers[1]`: Items that are not yours depend on this one and would go with it, so it was not deleted.").await;
        alice.create_all("orders", json!([{}, {}]), json!({})).await.unwrap();
        let before = all(&world).await;
        refused(&world, &before, alice.update_that("orders", json!({}), json!({"note": "x"}), Some(4)).await, "conflict",
            "More than the 3 items match that one call may change, so nothing was done. Narrow the filters.").await;
        let counted = alice.update_that("orders", json!({}), json!({"note": "x"}), None).await.unwrap();
        assert_eq!(counted.notices, ["Nothing was done: 4 items match, and one call may change 3. Narrow the filters."]);
        let products = alice.delete_that("products", json!({}), Some(3)).await;
        assert_eq!(failure(products).0, "unsupported");
    }

    rows_that_refer_to_each_other_go_together(engine) {
        let world = World::new(engine, "
            CREATE TABLE folders (id bigint PRIMARY KEY, user_id text NOT NULL, parent_id bigint REFERENCES folders(id));
            INSERT INTO folders VALUES (1, 'alice', NULL), (2, 'alice', 1), (3, 'alice', 2), (4, 'bob', 1);
        ", |config| {
            let bulk = [Bulk::Delete].into();
            config.tables.insert("folders".into(), TableConfig { bulk, ..TableConfig::default() });
        }).await;
        let alice = world.as_user("alice").await;
        assert_eq!(failure(alice.delete_all("folders", json!([1, 2])).await).0, "conflict", "3 refers to 2, and 4 to 1");
        world.run("DELETE FROM folders WHERE id = 4").await;
        assert_eq!(alice.delete_that("folders", json!({}), Some(3)).await.unwrap().count, Some(3));
    }

    a_batch_that_is_dropped_leaves_nothing(engine) {
        let world = shop(engine).await;
        let alice = world.as_user("alice").await;
        let before = all(&world).await;
        for wait_us in [0, 200, 1_000, 3_000, 10_000] {
            let call = alice.create_all("orders", json!([{}, {}, {}, {"number": "A-1"}]), json!({}));
            let _ = tokio::time::timeout(std::time::Duration::from_micros(wait_us), call).await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(all(&world).await, before);
        let made: Value = data(&alice.create_all("orders", json!([{}]), json!({})).await.unwrap());
        assert_eq!(made[0]["status"], "open");
    }
}

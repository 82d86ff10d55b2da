//! Stored functions and procedures.

use connector::Connector;
use serde_json::{Value, json};

use crate::queries::{ask, shop};
use crate::world::{Engine, World, both, failure};

const FUNCTIONS: &str = r#"
    CREATE FUNCTION my_total(p_user_id text, since date DEFAULT '2026-01-01') RETURNS numeric LANGUAGE sql STABLE
        AS 'SELECT sum(total) FROM orders WHERE user_id = p_user_id AND placed_at >= since';
    COMMENT ON FUNCTION my_total IS 'What I have spent';
    CREATE FUNCTION my_orders(p_user_id text, "Most" int) RETURNS SETOF orders LANGUAGE sql STABLE
        AS 'SELECT * FROM orders WHERE user_id = p_user_id ORDER BY id LIMIT "Most"';
    CREATE FUNCTION my_first(p_user_id text, OUT id bigint, OUT total numeric) LANGUAGE sql STABLE
        AS 'SELECT id, total FROM orders WHERE user_id = p_user_id ORDER BY id LIMIT 1';
    CREATE FUNCTION forget(p_user_id text) RETURNS void LANGUAGE sql AS 'UPDATE orders SET note = NULL WHERE user_id = p_user_id';
    CREATE PROCEDURE pay_all(p_user_id text, p_paid boolean) LANGUAGE sql AS 'UPDATE orders SET paid = p_paid WHERE user_id = p_user_id';
    CREATE FUNCTION open() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
"#;

#[tokio::test]
async fn functions_act_as_the_caller() {
    let script = format!("{}{FUNCTIONS}", shop(Engine::Postgres));
    let world = World::new(Engine::Postgres, &script, |config| {
        let by = json!({"caller_argument": "p_user_id"});
        let functions = json!({
            "my_total": by, "my_orders": by, "my_first": by, "forget": by, "pay_all": by, "open": {},
            "spent": {"function": "public.my_total", "caller_argument": "p_user_id", "description": "Spent", "effect": "write"},
        });
        config.functions = serde_json::from_value(functions).unwrap();
    })
    .await;
    let (alice, bob) = (world.as_user("alice").await, world.as_user("bob").await);
    assert_eq!(ask(&alice, "my_total", json!({})).await, json!(320.5));
    assert_eq!(ask(&alice, "my_total", json!({"since": "2026-02-01"})).await, json!(300));
    assert_eq!(ask(&bob, "my_first", json!({})).await, json!({"id": 3, "total": 900}));
    let rows = ask(&alice, "my_orders", json!({"Most": 1})).await;
    assert_eq!(
        (&rows[0]["huge"], &rows[0]["seal"], rows.as_array().unwrap().len()),
        (&json!("9007199254740993"), &json!("00ff"), 1)
    );
    assert!(bob.invoke("forget", json!({})).await.unwrap().data.is_none());
    assert_eq!(
        world.ask("SELECT string_agg(coalesce(note, '-'), ',' ORDER BY id) FROM orders").await,
        "first \"one\" ü,-,-"
    );
    bob.invoke("pay_all", json!({"p_paid": false})).await.unwrap();
    assert_eq!(world.ask("SELECT string_agg(paid::text, ',' ORDER BY id) FROM orders").await, "true,false,false");
    assert_eq!(failure(bob.invoke("my_orders", json!({"Most": 1, "p_user_id": "alice"})).await).0, "invalid_argument");
    let catalog = world.sql.catalog();
    let effects: Vec<_> =
        catalog.actions.iter().map(|action| format!("{} {}", action.name, action.effect.as_str())).collect();
    assert_eq!(
        effects,
        ["forget write", "my_first read", "my_orders read", "my_total read", "pay_all write", "spent write"]
    );
    let total = catalog.action("my_total").unwrap();
    assert_eq!(
        (total.description.as_deref(), &total.identity[..]),
        (Some("What I have spent"), &["p_user_id".to_owned()][..])
    );
    assert_eq!(total.input.get()["properties"], json!({"since": {"type": "string", "format": "date"}}));
    let orders = catalog.action("my_orders").unwrap();
    assert_eq!(orders.input.get()["required"], json!(["Most"]));
    let hidden = catalog.hidden.iter().find(|hidden| hidden.name == "open").unwrap();
    assert_eq!(hidden.open_with, "functions.open.shared = true  # in [resources.shop]");
}

both! {
    functions_that_cannot_be_offered_are_refused(engine) {
        let script = if engine != Engine::Postgres { shop(engine) } else { format!("{}{FUNCTIONS} CREATE FUNCTION open(x int) RETURNS int LANGUAGE sql AS 'SELECT 1'", shop(engine)) };
        let wrong = async |function: Value| {
            let made = World::try_new(engine, &script, |config| config.functions = serde_json::from_value(json!({"f": function})).unwrap()).await;
            failure(made).1
        };
        if engine != Engine::Postgres {
            assert!(wrong(json!({"shared": true})).await.contains("for PostgreSQL only"));
            return;
        }
        assert!(wrong(json!({"shared": true})).await.contains("there is no function or procedure `f`"));
        assert!(wrong(json!({"shared": true, "function": "open"})).await.contains("there are several functions `open`"));
        assert!(wrong(json!({"shared": true, "function": "my_total"})).await.contains("caller_argument = \"p_user_id\""));
        assert!(wrong(json!({"caller_argument": "nobody", "function": "my_total"})).await.contains("it has no argument `nobody`"));
    }
}

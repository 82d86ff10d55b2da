//! Declared queries.

use connector::{Connector, Ownership};
use serde_json::{Value, json};

use crate::world::{As, Engine, World, data, failure, with_queries};

const SHOP: &str = "
    CREATE TABLE orders (id $ID, user_id text NOT NULL, placed_at $TIME NOT NULL, total numeric(10,2) NOT NULL, paid $BOOL NOT NULL, huge bigint, seal $BYTES, note text);
    INSERT INTO orders (id, user_id, placed_at, total, paid, huge, seal, note) VALUES
        (1, 'alice', '2026-01-10 00:00:00', 20.50, true, 9007199254740993, %A, 'first \"one\" ü'), (2, 'alice', '2026-03-10 00:00:00', 300, false, 7, NULL, NULL),
        (3, 'bob', '2026-01-11 00:00:00', 900, true, 1, %B, 'his');";

pub(crate) fn shop(engine: Engine) -> String {
    let (a, b) = if engine == Engine::Sqlite { ("x'00ff'", "x'01'") } else { ("'\\x00ff'", "'\\x01'") };
    SHOP.replace("%A", a).replace("%B", b)
}

/// A shop with these queries, in the words of the configuration file.
async fn world(engine: Engine, queries: Value) -> connector::Result<World> {
    World::try_new(engine, &shop(engine), |config| config.queries = serde_json::from_value(queries).unwrap()).await
}

async fn refusal(engine: Engine, query: Value) -> String {
    match world(engine, json!({ "q": query })).await {
        Ok(_) => panic!("should have been refused: {query}"),
        Err(error) => {
            assert_eq!(error.kind().code(), "invalid_argument");
            error.message().to_owned()
        }
    }
}

fn mine() -> Value {
    json!({
        "mine": {
            "description": "My orders since a day",
            "sql": "SELECT id, total, paid, huge, seal, note FROM orders -- it's :fine\n WHERE user_id = :caller_id AND placed_at >= :since ORDER BY id DESC",
            "parameters": {"since": {"type": "date", "default": "2026-01-01"}},
        },
        "pay": {
            "description": "Pays an order",
            "sql": "UPDATE orders SET paid = true WHERE id = :id AND user_id = :caller_id;",
            "parameters": {"id": {"type": "integer", "minimum": 1}},
            "effect": "write",
        },
        "note": {
            "description": "Writes on an order",
            "sql": "UPDATE orders SET note = :note WHERE user_id = :caller_id AND id = :id RETURNING id, note, huge",
            "parameters": {"id": {"type": "integer"}, "note": {"required": false, "max_length": 20}},
            "effect": "write",
        },
        "figures": {
            "description": "What all sold",
            "sql": "SELECT count(*) AS orders, sum(total) AS total FROM orders WHERE placed_at < :before",
            "parameters": {"before": {"type": "date-time"}},
            "shared": true,
        },
        "tenant": {
            "description": "Orders with my organisation's note",
            "sql": "SELECT id FROM orders WHERE note = :caller.claims.org",
        }
    })
}

pub(crate) async fn ask(user: &As<'_>, action: &str, input: Value) -> Value {
    data(&user.invoke(action, input).await.unwrap_or_else(|error| panic!("{error:?}")))
}

with_queries! {
    a_query_answers_the_caller_with_their_own(engine) {
        let world = world(engine, mine()).await.unwrap();
        let (alice, bob) = (world.as_user("alice").await, world.as_user("bob").await);
        let first = json!({"id": 1, "total": 20.5, "paid": true, "huge": "9007199254740993", "seal": "00ff", "note": "first \"one\" ü"});
        let second = json!({"id": 2, "total": 300, "paid": false, "huge": 7, "seal": null, "note": null});
        assert_eq!(ask(&alice, "mine", json!({})).await, json!([second, first]));
        assert_eq!(ask(&alice, "mine", json!({"since": "2026-02-01"})).await, json!([second]));
        assert_eq!(ask(&bob, "mine", json!({})).await, json!([{"id": 3, "total": 900, "paid": true, "huge": 1, "seal": "01", "note": "his"}]));
        assert_eq!(ask(&bob, "figures", json!({"before": "2026-02-01T00:00:00Z"})).await, json!([{"orders": 2, "total": 920.5}]));
        let nobody = world.as_user("' OR 1=1 --").await;
        assert_eq!(ask(&nobody, "mine", json!({})).await, json!([]));
    }

    what_a_query_changes_is_the_callers(engine) {
        let world = world(engine, mine()).await.unwrap();
        let (alice, bob) = (world.as_user("alice").await, world.as_user("bob").await);
        assert_eq!(ask(&bob, "pay", json!({"id": 2})).await, json!({"changed": 0}));
        assert_eq!(ask(&alice, "pay", json!({"id": 2})).await, json!({"changed": 1}));
        assert_eq!(ask(&alice, "note", json!({"id": 2, "note": ":caller_id"})).await, json!([{"id": 2, "note": ":caller_id", "huge": 7}]));
        assert_eq!(ask(&alice, "note", json!({"id": 2})).await, json!([{"id": 2, "note": null, "huge": 7}]));
        assert_eq!(ask(&alice, "note", json!({"id": 3, "note": "mine now"})).await, json!([]));
        assert_eq!(world.ask("SELECT note FROM orders WHERE id = 3").await, "his");
    }

    the_caller_cannot_be_given_and_must_be_known(engine) {
        let world = world(engine, mine()).await.unwrap();
        let bob = world.as_user("bob").await;
        for name in ["caller_id", "caller", "caller.claims.org"] {
            assert_eq!(failure(bob.invoke("mine", json!({name: "alice"})).await), ("invalid_argument", format!("`{name}` is not an argument of this.")));
        }
        assert_eq!(failure(bob.invoke("pay", json!({})).await), ("invalid_argument", "`id` is missing.".into()));
        assert_eq!(failure(bob.invoke("mine", json!({"since": "soon"})).await), ("invalid_argument", "`since` needs a date such as 2026-01-31.".into()));
        let refused = failure(bob.invoke("tenant", json!({})).await);
        assert_eq!(refused, ("permission_denied", "This needs the claim `org`, which your sign-in does not carry as it must be.".into()));
        let member = As { world: &world, caller: testkit::caller_with("bob", json!({"org": "his"})).await };
        assert_eq!(ask(&member, "tenant", json!({})).await, json!([{"id": 3}]));
        let catalog = world.sql.catalog();
        let tenant = catalog.action("tenant").unwrap();
        assert_eq!(tenant.ownership, Ownership::Owned { by: ":caller.claims.org".into() });
        assert_eq!(Value::Object((*tenant.input.get()).clone()), json!({"type": "object", "properties": {}, "additionalProperties": false}));
        assert_eq!(catalog.action("figures").unwrap().ownership, Ownership::Shared { writable: false });
        let input = catalog.action("note").unwrap().input.get();
        assert_eq!(input["properties"]["note"], json!({"type": "string", "maxLength": 20}));
        assert_eq!(input["required"], json!(["id"]));
    }

    a_query_that_names_no_caller_stays_closed(engine) {
        let world = world(engine, json!({"all": {"description": "All", "sql": "SELECT ':caller_id', id FROM orders"}})).await.unwrap();
        let catalog = world.sql.catalog();
        assert!(catalog.actions.is_empty());
        let hidden = catalog.hidden.iter().find(|hidden| hidden.name == "all").unwrap();
        assert_eq!(hidden.reason, "its SQL names no `:caller` value, so it would answer every user alike");
        assert_eq!(hidden.open_with, "queries.all.shared = true  # in [resources.shop]");
        let alice = world.as_user("alice").await;
        assert_eq!(failure(alice.invoke("all", json!({})).await).0, "not_found");
    }

    a_mistake_stops_the_start_in_the_databases_own_words(engine) {
        let query = |sql: &str| json!({"description": "d", "shared": true, "sql": sql});
        let wrong = refusal(engine, query("SELECT nothing FROM orders")).await;
        assert!(wrong.starts_with("[resources.shop.queries.q]: the database says: ") && wrong.contains("nothing"), "{wrong}");
        let wrong = refusal(engine, query("DELETE FROM orders RETURNING id")).await;
        assert!(wrong.ends_with("If it is meant to change something, write effect = \"write\"."), "{wrong}");
        let wrong = refusal(engine, query("SELECT id FROM orders WHERE id = :id")).await;
        assert_eq!(wrong, "[resources.shop.queries.q]: `sql` uses `:id`, which `parameters` does not describe. There are: caller_id.");
        let wrong = refusal(engine, query("SELECT id, total AS id FROM orders")).await;
        assert_eq!(wrong, "[resources.shop.queries.q]: two columns of its answer are called `id`; name them apart with AS.");
        let wrong = refusal(engine, query("SELECT 1; DELETE FROM orders")).await;
        assert_eq!(wrong, "[resources.shop.queries.q]: it must be one statement: nothing may come after the first `;`.");
        let mut unused = query("SELECT id FROM orders");
        unused["parameters"] = json!({"day": {"type": "date"}});
        assert!(refusal(engine, unused.clone()).await.contains("does not use the parameter `day`"));
        unused["parameters"] = json!({"user_id": {}});
        assert!(refusal(engine, unused).await.contains("that is always the caller"));
        let mut default = query("SELECT id FROM orders WHERE placed_at > :day");
        default["parameters"] = json!({"day": {"type": "date", "default": "yesterday"}});
        assert!(refusal(engine, default).await.contains("\"yesterday\" is no value of the parameter `day`"));
    }

    lists_and_optional_parameters_are_bound(engine) {
        let among = if engine == Engine::Sqlite { "id IN (SELECT value FROM json_each(:ids))" } else { "id = ANY(:ids)" };
        let world = world(engine, json!({
            "some": {"description": "Some", "sql": format!("SELECT id FROM orders WHERE user_id = :caller_id AND {among} ORDER BY id"),
                "parameters": {"ids": {"type": "integer", "list": true}}},
            "after": {"description": "After", "sql": "SELECT id FROM orders WHERE user_id = :caller_id AND (:since IS NULL OR placed_at >= :since) ORDER BY id",
                "parameters": {"since": {"type": "date-time", "required": false}}},
        })).await.unwrap();
        let alice = world.as_user("alice").await;
        assert_eq!(ask(&alice, "some", json!({"ids": [2, 3, 1]})).await, json!([{"id": 1}, {"id": 2}]));
        assert_eq!(failure(alice.invoke("some", json!({"ids": 1})).await).1, "`ids` needs a list of whole numbers.");
        assert_eq!(ask(&alice, "after", json!({})).await, json!([{"id": 1}, {"id": 2}]));
        assert_eq!(ask(&alice, "after", json!({"since": "2026-02-01T00:00:00Z"})).await, json!([{"id": 2}]));
    }

    an_answer_ends_at_its_most_rows_and_says_so(engine) {
        let world = world(engine, json!({"all": {"description": "All", "shared": true, "rows_max": 2, "sql": "SELECT id FROM orders ORDER BY id"}})).await.unwrap();
        let outcome = world.as_user("alice").await.invoke("all", json!({})).await.unwrap();
        assert_eq!((data(&outcome), outcome.count, outcome.has_more), (json!([{"id": 1}, {"id": 2}]), None, Some(true)));
        assert_eq!(outcome.notices, ["Only the first 2 rows are here, the most that one answer has. Narrow the arguments to see others."]);
    }

    a_query_that_no_longer_fits_is_left_out_by_a_reload(engine) {
        let world = world(engine, json!({"all": {"description": "All", "shared": true, "sql": "SELECT note FROM orders"}})).await.unwrap();
        world.run("ALTER TABLE orders DROP COLUMN note").await;
        world.sql.reload().await.unwrap();
        let catalog = world.sql.catalog();
        assert!(catalog.actions.is_empty() && catalog.hidden.iter().any(|hidden| hidden.name == "all"), "{:?}", catalog.hidden);
    }

    ids_spelled_otherwise_are_not_the_callers(engine) {
        let script = "CREATE TABLE things (id $ID, user_id bigint NOT NULL); INSERT INTO things (id, user_id) VALUES (1, 7);";
        let world = World::new(engine, script, |config| {
            let queries = json!({"mine": {"description": "Mine", "sql": "SELECT id FROM things WHERE user_id = :caller_id"}});
            config.queries = serde_json::from_value(queries).unwrap();
        }).await;
        assert_eq!(ask(&world.as_user("7").await, "mine", json!({})).await, json!([{"id": 1}]));
        for id in ["07", "7.0", " 7", "+7", "7e0"] {
            assert_eq!(failure(world.as_user(id).await.invoke("mine", json!({})).await).0, "permission_denied", "{id}");
        }
    }
}

#[tokio::test]
async fn a_read_that_would_write_is_stopped_by_the_server() {
    let script = format!(
        "{} CREATE FUNCTION sly() RETURNS int LANGUAGE sql AS 'DELETE FROM orders; SELECT 1'; CREATE SEQUENCE s;",
        shop(Engine::Postgres)
    );
    let world = World::new(Engine::Postgres, &script, |config| {
        let queries = json!({
            "sly": {"description": "Sly", "shared": true, "sql": "SELECT sly() AS it"},
            "next": {"description": "Next", "shared": true, "sql": "SELECT nextval('s') AS it"},
        });
        config.queries = serde_json::from_value(queries).unwrap();
    })
    .await;
    let alice = world.as_user("alice").await;
    for action in ["sly", "next"] {
        let said = failure(alice.invoke(action, json!({})).await);
        assert_eq!(said, ("permission_denied", "The database may only be read.".into()));
    }
    assert_eq!(world.ask("SELECT count(*)::text FROM orders").await, "3");
}

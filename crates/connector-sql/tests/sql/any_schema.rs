//! Whatever a schema holds.

use connector::{Connector, OperationKind};
use serde_json::{Value, json};

use crate::ownership::{by, hidden};
use crate::world::{Engine, World, both, data, failure};

fn operations(world: &World, collection: &str) -> Vec<OperationKind> {
    world.sql.catalog().collection(collection).unwrap().operations.iter().copied().collect()
}

fn schema(world: &World, collection: &str, field: &str) -> Value {
    world.sql.catalog().collection(collection).unwrap().field(field).unwrap().schema.clone()
}

both! {
    bounds_of_checks_are_described(engine) {
        let script = "
            CREATE TABLE things (
                id $ID, user_id text, quantity bigint NOT NULL CHECK (quantity > 0), price numeric(10,2) CHECK (price >= 0 AND price <= 100.5),
                stars bigint CHECK (stars BETWEEN 1 AND 5), degrees $FLOAT CHECK (degrees > -273.15), name text CHECK (char_length(name) <= 20 AND name <> ''),
                low bigint, high bigint, CHECK (low < high), CHECK (low > 0 OR high > 0), CHECK (high < 1000));
        ";
        let script = if engine == Engine::Sqlite { script.replace("char_length", "length") } else { script.to_owned() };
        let world = World::new(engine, &script, |_| {}).await;
        for (field, expected) in [
            ("quantity", json!({"type": "integer", "minimum": 1})),
            ("price", json!({"type": "number", "minimum": 0, "maximum": 100.5})),
            ("stars", json!({"type": "integer", "minimum": 1, "maximum": 5})),
            ("degrees", json!({"type": "number", "exclusiveMinimum": -273.15})),
            ("name", json!({"type": "string", "minLength": 1, "maxLength": 20})),
            ("low", json!({"type": "integer"})),
            ("high", json!({"type": "integer", "maximum": 999})),
        ] {
            assert_eq!(schema(&world, "things", field), expected, "{field}");
        }
        let alice = world.as_user("alice").await;
        for (name, value) in [("quantity", json!(1)), ("price", json!(100.5)), ("stars", json!(5)), ("degrees", json!(-273.1)), ("name", json!("x"))] {
            let mut data = json!({"quantity": 1});
            data[name] = value;
            alice.create("things", data).await.unwrap();
        }
        for (name, value) in [("quantity", json!(0)), ("price", json!(100.6)), ("stars", json!(6)), ("degrees", json!(-273.15)), ("name", json!(""))] {
            let mut data = json!({"quantity": 1});
            data[name] = value;
            assert_eq!(failure(alice.create("things", data).await).0, "invalid_argument", "{name}");
        }
    }

    half_of_a_reference_to_any_table_owns_nothing(engine) {
        let world = World::new(engine, "
            CREATE TABLE files (id $ID, owner_type text, owner_id text, name text);
            CREATE TABLE notes (id $ID, user_id text, subject_type text, subject_id bigint, body text);
            CREATE TABLE users (id text PRIMARY KEY);
            CREATE TABLE plans (id $ID, user_id text REFERENCES users(id), user_type text);
            INSERT INTO files (id, owner_type, owner_id) VALUES (1, 'Team', 'alice');
            INSERT INTO notes (id, user_id, subject_type, subject_id) VALUES (1, 'alice', 'File', 1), (2, 'bob', 'File', 1);
        ", |_| {}).await;
        assert_eq!(hidden(&world, "files"), (
            "its column owner_id refers to rows of several tables, and owner_type says of which".into(),
            "tables.files.owner = \"owner_id\"  # in [resources.shop]".into(),
        ));
        // What it refers to decides nothing over whose it is.
        let alice = world.as_user("alice").await;
        assert_eq!(alice.all("notes").await, json!([{"id": 1, "subject_type": "File", "subject_id": 1, "body": null}]));
        assert_eq!(by(&world, "plans").as_deref(), Some("column user_id"));
    }

    any_name_is_a_name(engine) {
        let names = ["select", "MiXed", "a.b", "it's", "say \"hi\"", "new\nline", "🦀", "ta\tb", "$1", "ünïcode", " lead", "back\\slash", "?", "--", "%s"];
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        // MySQL's names have no characters beyond the first plane.
        let names: Vec<&str> = names.into_iter().filter(|name| engine != Engine::MySql || *name != "🦀").collect();
        let mut script = String::new();
        for name in &names {
            let columns: Vec<String> = names.iter().map(|name| format!("{} text", quoted(name))).collect();
            script.push_str(&format!("CREATE TABLE {} (id $ID, user_id text, {});\n", quoted(name), columns.join(", ")));
        }
        // The dialect's own words are spelled with a dollar sign, too.
        let world = World::new(engine, &script, |_| {}).await;
        let alice = world.as_user("alice").await;
        for table in names.iter().copied() {
            let values: serde_json::Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), json!(format!("{name}!")))).collect();
            let id = alice.create(table, Value::Object(values.clone())).await.unwrap().id.unwrap();
            for field in names.iter().copied() {
                assert_eq!(alice.matching(table, "id", json!({field: format!("{field}!")})).await.unwrap(), std::slice::from_ref(&id), "{table:?} {field:?}");
                alice.update(table, id.clone(), json!({field: "new"})).await.unwrap();
            }
            let mut got = data(&alice.get(table, id.clone()).await.unwrap());
            assert_eq!(got.as_object_mut().unwrap().remove("id"), Some(id.clone()));
            assert!(got.as_object().unwrap().values().all(|value| value == "new") && got.as_object().unwrap().len() == names.len());
            assert_eq!(failure(world.as_user("bob").await.get(table, id.clone()).await).0, "not_found");
            alice.delete(table, id).await.unwrap();
        }
    }

    two_hundred_columns_are_a_row(engine) {
        let columns: Vec<String> = (0..200).map(|at| format!("c{at} varchar(5)")).collect();
        let world = World::new(engine, &format!("CREATE TABLE wide (id $ID, user_id text, {})", columns.join(", ")), |_| {}).await;
        let alice = world.as_user("alice").await;
        let values: serde_json::Map<String, Value> = (0..200).map(|at| (format!("c{at}"), json!(at.to_string()))).collect();
        let id = alice.create("wide", Value::Object(values.clone())).await.unwrap().id.unwrap();
        let mut got = data(&alice.get("wide", id.clone()).await.unwrap());
        got.as_object_mut().unwrap().remove("id");
        assert_eq!(got, Value::Object(values));
        assert_eq!(alice.matching("wide", "c199", json!({"c0": "0"})).await.unwrap(), [json!("199")]);
    }

    without_a_key_rows_are_listed_and_counted(engine) {
        use OperationKind::{Aggregate, Create, List};
        let world = World::new(engine, "
            CREATE TABLE log (user_id text NOT NULL, line text);
            INSERT INTO log VALUES ('alice', 'a'), ('alice', 'a'), ('bob', 'b');
        ", |_| {}).await;
        // MySQL gives no row back that has no key.
        let creates = engine != Engine::MySql;
        assert_eq!(operations(&world, "log"), if creates { vec![List, Create, Aggregate] } else { vec![List, Aggregate] });
        let alice = world.as_user("alice").await;
        assert_eq!(alice.all("log").await, json!([{"line": "a"}, {"line": "a"}]));
        assert_eq!(alice.create("log", json!({"line": "c"})).await.is_ok(), creates);
        let count = if creates { 3 } else { 2 };
        assert_eq!(alice.aggregate("log", &["count"], &[], json!(null), &[]).await.unwrap(), json!([{ "count": count }]));
    }
}

#[tokio::test]
async fn partitions_are_parts_of_their_table() {
    let world = World::new(
        Engine::Postgres,
        "
        CREATE TABLE visits (id bigint GENERATED BY DEFAULT AS IDENTITY, user_id text, at date NOT NULL, page text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
        CREATE TABLE visits_2025 PARTITION OF visits FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
        CREATE TABLE visits_2026 PARTITION OF visits FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY RANGE (at);
        CREATE TABLE visits_2026_a PARTITION OF visits_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        INSERT INTO visits (id, user_id, at, page) VALUES (1, 'alice', '2025-05-05', 'a'), (2, 'alice', '2026-05-05', 'a'), (3, 'bob', '2026-05-05', 'b');
    ",
        |_| {},
    )
    .await;
    let catalog = world.sql.catalog();
    let names: Vec<_> = catalog.collections.iter().map(|one| one.name.as_str()).collect();
    assert_eq!((names, catalog.hidden.len()), (vec!["visits"], 0));
    let alice = world.as_user("alice").await;
    assert_eq!(alice.matching("visits", "id", json!(null)).await.unwrap(), [json!(1), json!(2)]);
    let id = alice.create("visits", json!({"at": "2026-06-06", "page": "b"})).await.unwrap().id.unwrap();
    alice.update("visits", id.clone(), json!({"page": "a"})).await.unwrap();
    alice.delete("visits", id).await.unwrap();
    assert_eq!(failure(alice.get("visits", json!({"id": 3, "at": "2026-05-05"})).await).0, "not_found");
}

#[tokio::test]
async fn a_table_that_others_inherit_from_has_no_key() {
    use OperationKind::{Aggregate, Create, List};
    let world = World::new(
        Engine::Postgres,
        "
        CREATE TABLE cities (id bigint PRIMARY KEY, user_id text, name text);
        CREATE TABLE capitals (country text, PRIMARY KEY (id)) INHERITS (cities);
        INSERT INTO cities VALUES (1, 'alice', 'Lyon'); INSERT INTO capitals VALUES (1, 'bob', 'Paris', 'fr'), (2, 'alice', 'Rome', 'it');
    ",
        |_| {},
    )
    .await;
    // A row of either table may have the key of one of the other, whose owner is another.
    assert_eq!(operations(&world, "cities"), [List, Create, Aggregate]);
    let alice = world.as_user("alice").await;
    assert_eq!(alice.matching("cities", "name", json!(null)).await.unwrap(), [json!("Lyon"), json!("Rome")]);
    assert_eq!(alice.all("capitals").await, json!([{"id": 2, "name": "Rome", "country": "it"}]));
    alice.update("capitals", json!(2), json!({"name": "Roma"})).await.unwrap();
    assert_eq!(failure(alice.update("capitals", json!(1), json!({"name": "x"})).await).0, "not_found");
}

#[tokio::test]
async fn views_of_every_kind_are_read_only() {
    use OperationKind::{Aggregate, List};
    let world = World::new(
        Engine::Postgres,
        "
        CREATE TABLE orders (id bigint PRIMARY KEY, user_id text, total numeric);
        CREATE MATERIALIZED VIEW sums AS SELECT user_id, sum(total) AS total FROM orders GROUP BY user_id;
        CREATE UNIQUE INDEX ON sums (user_id);
        CREATE VIEW mine AS SELECT id AS number, user_id AS buyer FROM orders;
        CREATE VIEW joined AS SELECT o.id, o.total FROM orders o;
        INSERT INTO orders VALUES (1, 'alice', 5), (2, 'bob', 7); REFRESH MATERIALIZED VIEW sums;
    ",
        |config| {
            config.tables.insert("mine".into(), serde_json::from_value(json!({"owner": "buyer"})).unwrap());
            config.tables.insert("joined".into(), serde_json::from_value(json!({"via": "id -> orders.id"})).unwrap());
        },
    )
    .await;
    let alice = world.as_user("alice").await;
    for (view, expected) in
        [("sums", json!([{"total": 5}])), ("mine", json!([{"number": 1}])), ("joined", json!([{"id": 1, "total": 5}]))]
    {
        assert_eq!(operations(&world, view), [List, Aggregate]);
        assert_eq!(alice.all(view).await, expected, "{view}");
    }
}

#[tokio::test]
async fn domains_and_types_of_extensions_are_read_and_written() {
    let world = World::new(
        Engine::Postgres,
        "
        CREATE EXTENSION citext; CREATE EXTENSION hstore; CREATE EXTENSION ltree; CREATE EXTENSION isn;
        CREATE DOMAIN percent AS integer CHECK (VALUE BETWEEN 0 AND 100); CREATE DOMAIN tenth AS percent CHECK (VALUE <= 10);
        CREATE DOMAIN short AS varchar(10) NOT NULL CHECK (char_length(VALUE) > 2); CREATE DOMAIN state AS text CHECK (VALUE IN ('on', 'off'));
        CREATE TABLE things (
            id $ID, user_id text, tenth tenth, short short DEFAULT 'abc', state state, email citext, at point, span int4range, spans datemultirange,
            net inet, mac macaddr, tree ltree, pairs hstore, book isbn, bits bit varying(8), search tsvector, money money, whole xml, path lpath);
    ".replace(", path lpath", "").replace(", spans datemultirange", ", spans tstzrange").as_str(),
        |_| {},
    )
    .await;
    assert_eq!(schema(&world, "things", "tenth"), json!({"type": "integer", "minimum": 0, "maximum": 10}));
    assert_eq!(schema(&world, "things", "short"), json!({"type": "string", "minLength": 3, "maxLength": 10}));
    assert_eq!(schema(&world, "things", "state"), json!({"type": "string", "enum": ["on", "off"]}));
    let alice = world.as_user("alice").await;
    let values = json!({
        "tenth": 7, "short": "abcd", "state": "on", "email": "Alice@Example.com", "at": "(1.5,2)", "span": "[1,5)",
        "spans": "[\"2026-01-01 00:00:00+00\",\"2026-02-01 00:00:00+00\")", "net": "192.0.2.0/24", "mac": "08:00:2b:01:02:03",
        "tree": "top.middle", "pairs": "\"a\"=>\"1\"", "book": "978-0-306-40615-7", "bits": "1011", "search": "'cat' 'rat'",
        "money": "$12.50", "whole": "<a>b</a>",
    });
    let created = alice.create("things", values.clone()).await.unwrap();
    let mut got = data(&created);
    let id = got.as_object_mut().unwrap().remove("id").unwrap();
    assert_eq!(got["email"], "Alice@Example.com");
    for name in
        ["tenth", "short", "state", "at", "span", "spans", "net", "mac", "tree", "bits", "search", "whole", "pairs"]
    {
        let (got, value) = (&got[name], &values[name]);
        assert!(got == value || got.is_object(), "{name}: {got} is not {value}");
    }
    for name in
        ["tenth", "short", "state", "email", "at", "span", "spans", "net", "mac", "tree", "book", "bits", "money"]
    {
        let found = alice.matching("things", "id", json!({name: values[name]})).await;
        assert_eq!(found.unwrap(), std::slice::from_ref(&id), "{name}");
    }
    assert_eq!(failure(alice.create("things", json!({"tenth": 11})).await).0, "invalid_argument");
    assert_eq!(failure(alice.create("things", json!({"span": "not a range"})).await).0, "invalid_argument");
}

//! Values of every type come back as they went in.

use connector::Connector;
use serde_json::{Value, json};

use crate::world::{Engine, World, data, failure};

#[tokio::test]
async fn postgres_types_survive() {
    let world = World::new(Engine::Postgres, "
        CREATE TYPE mood AS ENUM ('happy', 'so-so', 'it''s \"bad\"');
        CREATE TYPE \"Odd Name\" AS ENUM ('a');
        CREATE DOMAIN email AS varchar(40) NOT NULL CHECK (VALUE LIKE '%@%');
        CREATE TABLE things (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid NOT NULL,
            small smallint, large bigint, exact numeric, money numeric(8,2), real4 real, real8 double precision, yes boolean,
            mood mood, odd \"Odd Name\", moods mood[], words text[], numbers integer[], grid integer[][],
            day date, moment timestamp, instant timestamptz, hour time, span interval,
            doc jsonb, raw json, bytes bytea, address inet, network cidr, mail email, short varchar(5), padded char(4), bits bit(4),
            point point, period daterange, doubled bigint GENERATED ALWAYS AS (large * 2) STORED);
        COMMENT ON TABLE things IS 'Things of every type'; COMMENT ON COLUMN things.mood IS 'How it feels';
    ", |_| {}).await;
    let user = "123e4567-e89b-12d3-a456-426614174000";
    let alice = world.as_user(user).await;
    let values = json!({
        "small": -32768, "large": 9007199254740991_i64, "exact": "12345678901234567890.123456789", "money": 123456.78,
        "real4": 0.1, "real8": 0.1, "yes": true, "mood": "it's \"bad\"", "odd": "a", "moods": ["happy", "it's \"bad\""],
        "words": ["a,b", "{}", "\"q\"", "back\\slash", "", "NULL", "é"], "numbers": [1, null, -3], "grid": [[1, 2], [3, 4]],
        "day": "2026-02-28", "moment": "2026-02-28T13:14:15.123456", "instant": "2026-02-28T13:14:15.123456+00:00",
        "hour": "13:14:15", "span": "P1DT2H", "doc": {"a": [1, {"b": null}], "é": "😀"}, "raw": "just text",
        "bytes": "00ff10", "address": "10.0.0.1", "network": "10.0.0.0/8", "mail": "a@b", "short": "12345", "padded": "ab  ",
        "bits": "1010", "point": "(1,2)", "period": "[2026-01-01,2026-02-01)",
    });
    let created = alice.create("things", values.clone()).await.unwrap();
    let got = data(&alice.get("things", created.id.clone().unwrap()).await.unwrap());
    for (name, value) in values.as_object().unwrap() {
        let expected = match name.as_str() {
            "raw" => json!("just text"),
            _ => value.clone(),
        };
        assert_eq!(got[name], expected, "{name}");
    }
    assert_eq!(got["doubled"], json!("18014398509481982"));
    for (field, filter) in [
        ("large", json!("9007199254740991")),
        ("exact", json!("12345678901234567890.123456789")),
        ("mood", json!("it's \"bad\"")),
        ("day", json!("2026-02-28")),
        ("instant", json!("2026-02-28 14:14:15.123456+01")),
        ("address", json!("10.0.0.1")),
        ("span", json!("26 hours")),
        ("short", json!("12345")),
        ("id", created.id.clone().unwrap()),
        ("bits", json!("1010")),
        ("point", json!("(1,2)")),
        ("network", json!({"contains": "10.0"})),
        ("doubled", json!({"gt": "18014398509481981"})),
    ] {
        assert_eq!(
            alice
                .matching("things", "small", json!({ field: filter }))
                .await
                .unwrap_or_else(|e| panic!("{field}: {e:?}")),
            [json!(-32768)],
            "{field}"
        );
    }
    for (field, value, said) in [
        ("mood", json!("sad"), "`mood` needs one of its listed values."),
        ("small", json!(40000), "`small` needs a number that its type can hold."),
        ("money", json!(1234567.5), "`money` needs a number that the type numeric(8,2) can hold."),
        ("short", json!("123456"), "`short` needs a shorter text."),
        ("address", json!("nowhere"), "`address` needs a value of the type inet."),
        ("instant", json!("soon"), "`instant` needs a date and time such as 2026-01-31T09:30:00Z."),
        ("day", json!("2026-02-30"), "`day` needs a date such as 2026-01-31."),
        ("bytes", json!("xyz"), "`bytes` needs bytes as pairs of hexadecimal digits."),
        ("words", json!("a"), "`words` needs a list."),
        ("mail", json!("no at"), "The rules of things do not allow these values."),
        ("point", json!("here"), "`point` needs a value of the type point."),
        ("short", json!("a\u{0}b"), "`short` needs a text without NUL characters."),
    ] {
        assert_eq!(
            failure(alice.update("things", created.id.clone().unwrap(), json!({ field: value })).await),
            ("invalid_argument", said.into()),
            "{field}"
        );
    }
    assert_eq!(
        failure(alice.matching("things", "id", json!({"address": "x", "small": 1})).await).1,
        "`address` needs a value of the type inet."
    );
    let catalog = world.sql.catalog();
    let things = catalog.collection("things").unwrap();
    assert_eq!(things.description.as_deref(), Some("Things of every type"));
    let schema = |name: &str| things.field(name).unwrap().schema.clone();
    assert_eq!(schema("mood"), json!({"type": "string", "enum": ["happy", "so-so", "it's \"bad\""]}));
    assert_eq!(schema("short"), json!({"type": "string", "maxLength": 5}));
    assert_eq!(
        schema("numbers"),
        json!({"type": "array", "items": {"type": "integer", "minimum": i32::MIN, "maximum": i32::MAX}})
    );
    assert_eq!(schema("instant"), json!({"type": "string", "format": "date-time"}));
    assert_eq!(things.field("mood").unwrap().description.as_deref(), Some("How it feels"));
    assert_eq!(
        things.fields.iter().filter(|field| field.required).map(|field| &*field.name).collect::<Vec<_>>(),
        ["mail"]
    );
    let doubled = things.field("doubled").unwrap();
    assert!(!doubled.creatable && !doubled.updatable);
    assert!(!things.field("bytes").unwrap().listed);
    for special in ["NaN", "Infinity", "-Infinity"] {
        world.run(&format!("UPDATE things SET real8 = '{special}', real4 = '{special}', exact = 'NaN'")).await;
        let row = data(&alice.get("things", created.id.clone().unwrap()).await.unwrap());
        assert_eq!((&row["real8"], &row["real4"], &row["exact"]), (&json!(special), &json!(special), &json!("NaN")));
    }
    // Whole numbers beyond what JSON readers keep come as text, and go back in as such.
    world.run("UPDATE things SET large = 9007199254740993 / 2 * 2 + 1 WHERE false; UPDATE things SET large = 4611686018427387903").await;
    let row = data(&alice.get("things", created.id.clone().unwrap()).await.unwrap());
    assert_eq!(row["large"], json!("4611686018427387903"));
    assert_eq!(
        alice.matching("things", "large", json!({"large": row["large"]})).await.unwrap(),
        [row["large"].clone()]
    );
    alice.update("things", created.id.unwrap(), json!({"large": "4611686018427387902"})).await.unwrap();
}

#[tokio::test]
async fn sqlite_values_survive_whatever_their_column_says() {
    let world = World::new(Engine::Sqlite, "
        CREATE TABLE things (id INTEGER PRIMARY KEY, user_id TEXT NOT NULL, any, int INTEGER, text TEXT, real REAL, num NUMERIC,
            bool BOOLEAN, json JSON, blob BLOB, uuid UUID, stamp DATETIME, up TEXT GENERATED ALWAYS AS (upper(text)));
        CREATE TABLE strict_things (id INTEGER PRIMARY KEY, user_id TEXT NOT NULL, int INTEGER, text TEXT, any ANY) STRICT;
        INSERT INTO things (id, user_id, any, int, text, real, num, bool, json, blob, stamp) VALUES
            (1, 'alice', 9007199254740993, 9223372036854775807, 'é😀', 0.1, 12.50, 1, '{\"a\":[1,null]}', x'00ff', '2026-01-01 10:00:00'),
            (2, 'alice', x'00ff', 'not a number', x'41', 9e999, 'text', 0, 'not json', 'text', 1767261600),
            (3, 'alice', -9e999, NULL, CAST(x'ff41' AS TEXT), -9e999, 1e300, 2, '\"just text\"', NULL, 'whenever');
    ", |_| {}).await;
    let alice = world.as_user("alice").await;
    let row = async |id: i64| data(&alice.get("things", json!(id)).await.unwrap());
    assert_eq!(
        row(1).await,
        json!({"id": 1, "any": "9007199254740993", "int": "9223372036854775807", "text": "é😀", "real": 0.1,
        "num": 12.5, "bool": true, "json": {"a": [1, null]}, "blob": "00ff", "uuid": null, "stamp": "2026-01-01 10:00:00", "up": "é😀"})
    );
    assert_eq!(
        row(2).await,
        json!({"id": 2, "any": "00ff", "int": "not a number", "text": "41", "real": "Inf", "num": "text",
        "bool": false, "json": "not json", "blob": "text", "uuid": null, "stamp": 1767261600, "up": "A"})
    );
    let odd = row(3).await;
    assert_eq!((&odd["any"], &odd["bool"], &odd["json"]), (&json!("-Inf"), &json!(2), &json!("just text")));
    assert_eq!(odd["text"], json!("\u{fffd}A"));
    assert_eq!(alice.all("things").await.as_array().unwrap().len(), 3);
    assert_eq!(alice.matching("things", "id", json!({"int": "9223372036854775807"})).await.unwrap(), [json!(1)]);
    assert_eq!(
        alice.matching("things", "id", json!({"stamp": {"gte": "2026-01-01T10:00:00Z"}})).await.unwrap(),
        [json!(1), json!(2)]
    );
    for sort in
        [&["any"], &["-any"], &["num"], &["-real"], &["stamp"], &["text"], &["int"]] as [&'static [&'static str]; 7]
    {
        let (mut seen, mut start) = (Vec::new(), None);
        loop {
            let page =
                alice.list("things", crate::world::Ask { sort, limit: 1, start, ..Default::default() }).await.unwrap();
            seen.extend(data(&page).as_array().unwrap().iter().map(|row| row["id"].clone()));
            let Some(next) = page.next else { break };
            assert!(seen.len() < 10, "{sort:?} never ends: {seen:?} {next}");
            start = Some(connector::Start::After(next));
        }
        seen.sort_by_key(Value::as_i64);
        assert_eq!(seen, [json!(1), json!(2), json!(3)], "{sort:?}");
    }
    let values = json!({"any": "text", "int": 5, "text": 7, "real": "1.5", "num": "12.75", "bool": false, "json": {"x": [true]},
        "blob": "CAFE", "uuid": "123e4567-e89b-12d3-a456-426614174000", "stamp": "2026-05-05T05:05:05Z"});
    let created = alice.create("things", values).await.unwrap();
    assert_eq!(
        data(&created),
        json!({"id": 4, "any": "text", "int": 5, "text": "7", "real": 1.5, "num": 12.75, "bool": false,
        "json": {"x": [true]}, "blob": "cafe", "uuid": "123e4567-e89b-12d3-a456-426614174000", "stamp": "2026-05-05T05:05:05Z", "up": "7"})
    );
    assert_eq!(failure(alice.create("strict_things", json!({"int": "x"})).await).1, "`int` needs a whole number.");
    alice.create("strict_things", json!({"int": 1, "any": 5})).await.unwrap();
    assert_eq!(alice.matching("strict_things", "any", json!({"any": 5})).await.unwrap(), [json!(5)]);
}

#[tokio::test]
async fn wide_tables_are_shown_whole() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let columns: Vec<String> = (0..900).map(|number| format!("c{number} $JSON")).collect();
        let script = format!("CREATE TABLE wide (id $ID, user_id text NOT NULL, {})", columns.join(", "));
        let world = World::new(engine, &script, |_| {}).await;
        let alice = world.as_user("alice").await;
        let created = alice
            .create("wide", json!({"c398": {"a": {}}, "c399": {"b": [{}]}, "c400": {"c": {}}, "c899": {"d": {}}}))
            .await
            .unwrap();
        assert_eq!(data(&created).as_object().unwrap().len(), 901);
        assert_eq!(data(&created)["c398"], json!({"a": {}}));
        assert_eq!(data(&created)["c399"], json!({"b": [{}]}));
        assert_eq!(data(&alice.list("wide", Default::default()).await.unwrap())[0]["c899"], json!({"d": {}}));
    }
}

//! Whatever a column of any type is given comes back equal, is found by its value, and has one place in the order.

use connector::{Connector, Context, Get, Identifier, Operation, Start};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use crate::world::{As, Ask, Engine, World, both, data, failure};

/// How many values of each type are tried, beside its own extremes.
const TRIED: usize = 8;

/// A column and what it is given.
struct Case {
    name: &'static str,
    declared: &'static str,
    extremes: Vec<Value>,
    values: BoxedStrategy<Value>,
    /// What an answer shows of a value that was given.
    shown: fn(&Value) -> Value,
}

fn case(name: &'static str, declared: &'static str, extremes: Value, values: BoxedStrategy<Value>) -> Case {
    let Value::Array(extremes) = extremes else { panic!("a list") };
    Case { name, declared, extremes, values, shown: Value::clone }
}

impl Case {
    fn shown(self, shown: fn(&Value) -> Value) -> Self {
        Self { shown, ..self }
    }

    fn tried(&self) -> Vec<Value> {
        let mut runner = TestRunner::deterministic();
        let drawn = (0..TRIED).map(|_| self.values.new_tree(&mut runner).unwrap().current());
        self.extremes.iter().cloned().chain(drawn).collect()
    }
}

fn whole(range: std::ops::RangeInclusive<i128>) -> BoxedStrategy<Value> {
    range.prop_map(|number| exact(&number.to_string())).boxed()
}

/// A number, or a string where not every JSON reader keeps it.
fn exact(digits: &str) -> Value {
    match digits.parse::<i64>() {
        Ok(number) if number.unsigned_abs() <= 9_007_199_254_740_991 => json!(number),
        _ => json!(digits),
    }
}

fn texts() -> BoxedStrategy<Value> {
    proptest::string::string_regex("\\PC{0,40}").unwrap().prop_map(Value::from).boxed()
}

/// Of at most fifteen digits: of more the JSON reader of these tests keeps the last one only by chance.
fn doubles() -> BoxedStrategy<Value> {
    let shape = proptest::string::string_regex("-?[1-9]\\.[0-9]{1,13}[1-9]e-?(1[0-9]|[0-9])").unwrap();
    shape.prop_map(|digits| json!(digits.parse::<f64>().unwrap())).boxed()
}

/// Of `whole` digits before the point and `part` after it, as text.
fn decimals(whole: u32, part: u32) -> BoxedStrategy<Value> {
    let shape = format!("-?[1-9][0-9]{{0,{}}}\\.[0-9]{{0,{}}}[1-9]", whole - 1, part - 1);
    proptest::string::string_regex(&shape).unwrap().prop_map(Value::from).boxed()
}

fn documents() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        texts()
    ];
    let inner = leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map("[a-zé\"\\\\]{1,5}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>()))
        ]
    });
    inner.prop_filter("null is no document", |value| !value.is_null()).boxed()
}

fn hex(bytes: std::ops::RangeInclusive<usize>) -> BoxedStrategy<Value> {
    let hex = |bytes: Vec<u8>| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    proptest::collection::vec(any::<u8>(), bytes).prop_map(move |bytes| hex(bytes).into()).boxed()
}

fn uuids() -> BoxedStrategy<Value> {
    proptest::string::string_regex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}")
        .unwrap()
        .prop_map(Value::from)
        .boxed()
}

fn days(years: std::ops::Range<i32>) -> BoxedStrategy<String> {
    (years, 1..13, 1..29).prop_map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}")).boxed()
}

/// Microseconds end in no zero, as they are shown.
fn moments(years: std::ops::Range<i32>, zone: &'static str) -> BoxedStrategy<Value> {
    let clock = (0..24, 0..60, 0..60, 0..99_999)
        .prop_map(|(hour, minute, second, part)| format!("{hour:02}:{minute:02}:{second:02}.{part:05}1"));
    (days(years), clock).prop_map(move |(day, clock)| json!(format!("{day}T{clock}{zone}"))).boxed()
}

fn one_of(values: &'static [&'static str]) -> BoxedStrategy<Value> {
    proptest::sample::select(values).prop_map(Value::from).boxed()
}

const MOODS: &[&str] = &["happy", "so-so", "it's \"bad\"", "Ärger"];

fn hard_texts() -> Value {
    json!([
        "",
        " ",
        "trailing  ",
        " leading",
        "NULL",
        "null",
        "'",
        "\"",
        "\\",
        "\\\\'",
        "a\nb\r\n\tc",
        "{\"a\":1}",
        "[]",
        "e\u{301}",
        "é",
        "\u{202e}rtl",
        "שלום",
        "😀",
        "😁",
        "👨‍👩‍👧",
        "\u{feff}",
        "\u{10ffff}",
        "\u{7f}",
        "\u{1}",
        "true",
        "0",
        "1e5",
        "%_|*?[]",
        "ß",
        "SS",
        "I",
        "ı"
    ])
}

/// Decimals as the engines show them: as numbers up to 15 digits.
fn decimal(given: &Value) -> Value {
    let digits = given.as_str().map_or_else(|| given.to_string(), str::to_owned);
    match digits.chars().filter(char::is_ascii_digit).count() {
        0..=15 => json!(digits.parse::<f64>().unwrap()),
        _ => json!(digits),
    }
}

fn cases(engine: Engine) -> Vec<Case> {
    let text = |name, declared| case(name, declared, hard_texts(), texts());
    let large = json!([
        0,
        -1,
        "9223372036854775807",
        "-9223372036854775808",
        9_007_199_254_740_991_i64,
        "9007199254740992",
        "-9007199254740993"
    ]);
    let floats =
        json!([0.0, -1.5, 0.1, 1e300, -1e-300, 5e-324, 1.7e308, 0.30000000000000004, 1e15, 1e16, 1e21, 123456789.125]);
    let document = json!([{}, [], "", "text", 0, false, {"a": {"b": [null, 1.5, {"c": "é😀\\\"'"}]}}, [[[]]], {"": 1}]);
    let day = || days(1000..9999).prop_map(Value::from).boxed();
    let ends = json!(["1000-01-01", "9999-12-31", "2024-02-29", "1970-01-01"]);
    let bytes = || case("seal", "$BYTES", json!(["", "00", "ff00ff", "5c27220a"]), hex(0..=40));
    match engine {
        Engine::Sqlite => vec![
            case("large", "INTEGER", large, whole(i64::MIN.into()..=i64::MAX.into())),
            // SQLite's own reading and writing of texts loses the last bit of some doubles near the ends of their range.
            case(
                "real",
                "REAL",
                json!([0.0, -1.5, 0.1, 1e100, -1e-100, 0.30000000000000004, 1e15, 1e16, 1e21]),
                doubles(),
            ),
            case("price", "DECIMAL(10,2)", json!(["0.5", "-12.25"]), decimals(8, 2)).shown(decimal),
            case("yes", "BOOLEAN", json!([true, false]), any::<bool>().prop_map(Value::from).boxed()),
            text("words", "TEXT"),
            case("code", "UUID", json!([]), uuids()),
            case("day", "DATE", ends, day()),
            case("moment", "DATETIME", json!(["1970-01-01T00:00:00Z"]), moments(1000..9999, "Z")),
            case("hour", "TIME", json!(["00:00:00", "23:59:59"]), one_of(&["09:30:00", "10:00:01"])),
            case("doc", "JSON", document, documents()),
            bytes(),
        ],
        Engine::Postgres => vec![
            case("small", "smallint", json!([-32768, 32767]), whole(-32768..=32767)),
            case("middle", "integer", json!([i32::MIN, i32::MAX]), whole(i32::MIN.into()..=i32::MAX.into())),
            case("large", "bigint", large, whole(i64::MIN.into()..=i64::MAX.into())),
            case(
                "price",
                "numeric(10,2)",
                json!(["0.05", "-12.25"]),
                "-?[1-9][0-9]{0,7}\\.[0-9][1-9]".prop_map(Value::from).boxed(),
            )
            .shown(decimal),
            case(
                "exact",
                "numeric",
                json!(["123456789012345678901234567890.123456789012345678901234567891", "NaN"]),
                decimals(40, 30),
            )
            .shown(|given| if given == "NaN" { given.clone() } else { decimal(given) }),
            case("real8", "double precision", floats, doubles()),
            case("odd", "double precision", json!(["NaN", "Infinity", "-Infinity", 0.5]), doubles()),
            case(
                "real4",
                "real",
                json!([0.1, -1.5, 16777216.0]),
                (-1000..1000).prop_map(|n| json!(f64::from(n) + 0.5)).boxed(),
            ),
            case("yes", "boolean", json!([true, false]), any::<bool>().prop_map(Value::from).boxed()),
            text("words", "text"),
            text("short", "varchar(60)"),
            case("code", "uuid", json!([]), uuids()),
            case("day", "date", ends, day()),
            case("moment", "timestamp", json!(["1970-01-01T00:00:00"]), moments(1000..9999, "")),
            case("instant", "timestamptz", json!(["1970-01-01T00:00:00+00:00"]), moments(1000..9999, "+00:00")),
            case("hour", "time", json!(["00:00:00", "23:59:59.999999"]), one_of(&["09:30:00", "10:00:01"])),
            case(
                "span",
                "interval",
                json!(["PT0S", "P1Y2M3DT4H5M6.5S", "P-1D"]),
                (1..400).prop_map(|days| json!(format!("P{days}D"))).boxed(),
            ),
            case("doc", "jsonb", document.clone(), documents()),
            case("raw", "json", document, documents()),
            case(
                "tags",
                "text[]",
                json!([[], [""], ["NULL", "a,b", "{}", "\"q\"", "\\"]]),
                proptest::collection::vec(texts(), 0..4).prop_map(Value::from).boxed(),
            ),
            case(
                "numbers",
                "integer[]",
                json!([[], [1, null, -3], [[1, 2], [3, 4]]]),
                proptest::collection::vec(any::<i32>(), 1..4).prop_map(Value::from).boxed(),
            ),
            case("mood", "mood", json!(MOODS), one_of(MOODS)),
            case("address", "inet", json!(["10.0.0.1", "::1"]), one_of(&["192.168.0.0/16", "2001:db8::/32"])),
            bytes(),
        ],
        Engine::MySql => vec![
            case("tiny", "tinyint", json!([-128, 127]), whole(-128..=127)),
            case("small", "smallint unsigned", json!([0, 65535]), whole(0..=65535)),
            case("medium", "mediumint", json!([-8_388_608, 8_388_607]), whole(-8_388_608..=8_388_607)),
            case("middle", "int(8) zerofill", json!([0, u32::MAX]), whole(0..=u32::MAX.into())),
            case("large", "bigint", large, whole(i64::MIN.into()..=i64::MAX.into())),
            case(
                "huge",
                "bigint unsigned",
                json!([0, "18446744073709551615", "9223372036854775808"]),
                whole(0..=u64::MAX.into()),
            ),
            case(
                "price",
                "decimal(10,2)",
                json!(["0.05", "-12.25"]),
                "-?[1-9][0-9]{0,7}\\.[0-9][1-9]".prop_map(Value::from).boxed(),
            )
            .shown(decimal),
            case(
                "exact",
                "decimal(65,30)",
                json!(["99999999999999999999999999999999999.999999999999999999999999999999"]),
                "-?[1-9][0-9]{20,34}\\.[0-9]{29}[1-9]".prop_map(Value::from).boxed(),
            ),
            case("real8", "double", floats, doubles()),
            case(
                "real4",
                "float",
                json!([0.1, -1.5, 16777215.0]),
                (-1000..1000).prop_map(|n| json!(f64::from(n) + 0.5)).boxed(),
            ),
            case("yes", "boolean", json!([true, false]), any::<bool>().prop_map(Value::from).boxed()),
            case("flag", "bit(1)", json!([true, false]), any::<bool>().prop_map(Value::from).boxed()),
            case("bits", "bit(10)", json!(["0000000000", "1111111111"]), "[01]{10}".prop_map(Value::from).boxed()),
            case("year", "year", json!([1901, 2155]), whole(1901..=2155)),
            text("words", "longtext"),
            text("short", "varchar(60) COLLATE utf8mb4_unicode_ci"),
            case(
                "old",
                "varchar(60) CHARACTER SET latin1",
                json!(["", "é", "plain"]),
                "[a-zA-ZäöüßÉ ]{0,20}[a-z]".prop_map(Value::from).boxed(),
            ),
            case("code", "uuid", json!([]), uuids()),
            case("day", "date", ends, day()),
            case("moment", "datetime(6)", json!(["1970-01-01T00:00:00"]), moments(1000..9999, "")),
            case("instant", "timestamp(6)", json!(["1970-01-01T00:00:01+00:00"]), moments(1971..2037, "+00:00")),
            case(
                "hour",
                "time(6)",
                json!(["00:00:00", "838:59:59", "-838:59:59", "23:59:59.999999"]),
                one_of(&["09:30:00", "-10:00:01.5"]),
            ),
            case("doc", "json", document, documents()),
            case("mood", "enum('happy','so-so','it''s \"bad\"','Ärger')", json!(MOODS), one_of(MOODS)),
            case("sizes", "set('s','m','l''x')", json!([[], ["s"], ["s", "m", "l'x"]]), Just(json!(["m"])).boxed()),
            case("point", "geometry", json!(["POINT(1 2)"]), one_of(&["LINESTRING(0 0,1 1)", "POINT(-1.5 2.25)"])),
            case("address", "inet6", json!(["::1"]), one_of(&["2001:db8::1", "fe80::1"])),
            case("key16", "binary(16)", json!(["00112233445566778899aabbccddeeff"]), hex(16..=16)),
            case("some", "varbinary(40)", json!(["", "00"]), hex(0..=40)),
            bytes(),
        ],
    }
}

async fn table(engine: Engine, cases: &[Case]) -> World {
    let columns: Vec<String> = cases.iter().map(|case| format!("\"{}\" {}", case.name, case.declared)).collect();
    let mood = "CREATE TYPE mood AS ENUM ('happy', 'so-so', 'it''s \"bad\"', 'Ärger');";
    let mood = if engine == Engine::Postgres { mood } else { "" };
    let script = format!("{mood} CREATE TABLE things (id $ID, user_id text NOT NULL, {})", columns.join(", "));
    World::new(engine, &script, |_| {}).await
}

async fn ids(user: &As<'_>, filters: Value) -> Vec<Value> {
    user.matching("things", "id", filters.clone()).await.unwrap_or_else(|error| panic!("{filters}: {error:?}"))
}

/// All ids in the order of a field, read in pages of three.
async fn ordered(user: &As<'_>, field: &str, filters: &Value) -> Vec<Value> {
    let sort: &'static [&'static str] = Box::leak(Box::new([&*Box::leak(field.to_owned().into_boxed_str())]));
    let fields: Option<&'static [&'static str]> = Some(&["id"]);
    let (mut seen, mut start) = (Vec::new(), None);
    loop {
        let ask = Ask { sort, fields, limit: 3, start, filters: filters.clone() };
        let page = user.list("things", ask).await.unwrap_or_else(|error| panic!("{field}: {error:?}"));
        seen.extend(data(&page).as_array().unwrap().iter().map(|row| row["id"].clone()));
        assert!(seen.len() < 1000, "{field} never ends");
        let Some(next) = page.next else { return seen };
        start = Some(Start::After(next));
    }
}

both! {
    values_of_every_type_survive_are_found_and_sorted(engine) {
        let cases = cases(engine);
        let world = table(engine, &cases).await;
        let user = world.as_user("alice").await;
        let catalog = world.sql.catalog();
        let things = catalog.collection("things").unwrap().clone();
        for case in &cases {
            let field = things.field(case.name).unwrap();
            let mut made = Vec::new();
            for value in case.tried() {
                let created = user.create("things", json!({ case.name: value })).await;
                let created = created.unwrap_or_else(|error| panic!("{} = {value}: {error:?}", case.name));
                let id = created.id.clone().unwrap();
                let mut expected = json!({ "it": (case.shown)(&value) });
                crate::world::whole(&mut expected);
                assert_eq!(data(&created)[case.name], expected["it"], "{} after create", case.name);
                assert_eq!(data(&user.get("things", id.clone()).await.unwrap())[case.name], expected["it"], "{}", case.name);
                // What is shown can be given back.
                user.update("things", id.clone(), json!({ case.name: expected["it"] })).await.unwrap();
                if field.filterable {
                    for given in [&value, &expected["it"]] {
                        let found = ids(&user, json!({ case.name: given })).await;
                        assert!(found.contains(&id), "{} = {given} is not found", case.name);
                    }
                }
                made.push((id, value));
            }
            if field.filterable {
                // Of two values that differ neither is found by the other.
                for (id, value) in &made {
                    let found = ids(&user, json!({ case.name: value })).await;
                    let others = made.iter().filter(|(other, held)| other != id && (case.shown)(held) != (case.shown)(value));
                    for (other, held) in others {
                        assert!(!found.contains(other) || case.name == "code", "{}: {value} finds {held}", case.name);
                    }
                }
            }
            if field.sortable {
                let own = json!({ case.name: {"is_null": false} });
                let up = ordered(&user, case.name, &own).await;
                let mut down = ordered(&user, &format!("-{}", case.name), &own).await;
                down.reverse();
                assert_eq!(up, down, "{}", case.name);
                assert_eq!(up.len(), made.len(), "{}", case.name);
                for (_, value) in &made {
                    let less = ids(&user, json!({ case.name: {"lt": value} })).await;
                    let more = ids(&user, json!({ case.name: {"gt": value} })).await;
                    assert!(up[..less.len()].iter().all(|id| less.contains(id)), "{} < {value}", case.name);
                    assert!(up[up.len() - more.len()..].iter().all(|id| more.contains(id)), "{} > {value}", case.name);
                    assert!(less.len() + more.len() < made.len(), "{} {value} is unequal to itself", case.name);
                }
            }
        }
    }

    nothing_and_empty_are_two_things(engine) {
        let world = World::new(engine, "CREATE TABLE things (id $ID, user_id text NOT NULL, words $LONG, seal $BYTES, doc $JSON)", |_| {}).await;
        let user = world.as_user("alice").await;
        let empty = user.create("things", json!({"words": "", "seal": "", "doc": ""})).await.unwrap();
        let nothing = user.create("things", json!({"words": null, "seal": null, "doc": null})).await.unwrap();
        let (empty_id, nothing_id) = (empty.id.clone().unwrap(), nothing.id.clone().unwrap());
        assert_eq!(data(&empty), json!({"id": empty_id, "words": "", "seal": "", "doc": ""}));
        assert_eq!(data(&nothing), json!({"id": nothing_id, "words": null, "seal": null, "doc": null}));
        assert_eq!(ids(&user, json!({"words": ""})).await, [empty_id]);
        assert_eq!(ids(&user, json!({"words": null})).await, [nothing_id]);
    }

    a_megabyte_of_text_survives(engine) {
        let world = World::new(engine, "CREATE TABLE things (id $ID, user_id text NOT NULL, words $LONG)", |_| {}).await;
        let user = world.as_user("alice").await;
        let long = "é\"\\\n😀 ".repeat(100_000);
        let created = user.create("things", json!({ "words": long })).await.unwrap();
        let id = created.id.clone().unwrap();
        let get = Operation::Get(Get {
            collection: "things".into(), identifier: Identifier::parse(&id, world.sql.catalog().collection("things").unwrap()).unwrap(), fields: None, options: Map::new(),
        });
        let permit = testkit::permit(&user.caller, "shop", &get, access::Effect::Read);
        let got = world.sql.execute(permit, get, &Context::new("test", 4 << 20)).await.unwrap();
        assert_eq!(data(&got)["words"], json!(long));
        assert_eq!(ordered(&user, "id", &json!({ "words": long })).await, std::slice::from_ref(&id));
        // Alike for longer than an order looks.
        user.create("things", json!({"words": format!("{long}!")})).await.unwrap();
        assert_eq!(ordered(&user, "words", &json!(null)).await.len(), 2);
    }

    a_nul_survives_or_is_refused(engine) {
        let world = World::new(engine, "CREATE TABLE things (id $ID, user_id text NOT NULL, words text)", |_| {}).await;
        let user = world.as_user("alice").await;
        match user.create("things", json!({"words": "a\u{0}b"})).await {
            Ok(created) => assert_eq!((engine != Engine::Postgres, &data(&created)["words"]), (true, &json!("a\u{0}b"))),
            Err(error) => assert_eq!(failure::<()>(Err(error)), ("invalid_argument", "`words` needs a text without NUL characters.".into())),
        }
    }
}

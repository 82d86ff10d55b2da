//! Filters, order, pages and figures.

use connector::Start;
use serde_json::{Value, json};

use crate::world::{Ask, Engine, World, both, data, failure};

const PEOPLE: &str = "
    CREATE TABLE people (id $ID, user_id text NOT NULL, name text, age integer, score $FLOAT, ok $BOOL, born date, seen $TIME, balance numeric(12,2));
    INSERT INTO people VALUES
        (1, 'alice', 'Ada', 36, 1.5, true, '1815-12-10', '2026-01-01 10:00:00', 10.00),
        (2, 'alice', 'Éva', 20, 2.5, false, '1990-05-05', '2026-01-02 10:00:00', 20.25),
        (3, 'alice', '100%_\\', NULL, NULL, NULL, NULL, NULL, NULL),
        (4, 'alice', '李雷 😀', 50, -1, true, '2000-01-01', '2026-01-03 10:00:00', -5),
        (5, 'alice', NULL, 20, 2.5, false, '1990-05-06', '2026-01-04 10:00:00', 0.10),
        (6, 'bob', 'Ada', 36, 1.5, true, '1815-12-10', '2026-01-01 10:00:00', 10.00);
";

both! {
    every_operator_means_what_it_says(engine) {
        let world = World::new(engine, PEOPLE, |_| {}).await;
        let alice = world.as_user("alice").await;
        for (filters, expected) in [
            (json!({"name": "Ada"}), vec![1]),
            (json!({"name": {"ne": "Ada"}}), vec![2, 3, 4]),
            (json!({"age": {"lt": 36}}), vec![2, 5]),
            (json!({"age": {"lte": 36}}), vec![1, 2, 5]),
            (json!({"age": {"gt": 20, "lt": 50}}), vec![1]),
            (json!({"age": {"gte": 36}}), vec![1, 4]),
            (json!({"age": [20, 50]}), vec![2, 4, 5]),
            (json!({"age": {"in": []}}), vec![]),
            (json!({"age": null}), vec![3]),
            (json!({"age": {"is_null": false}}), vec![1, 2, 4, 5]),
            (json!({"name": {"contains": "éV"}}), vec![2]),
            (json!({"name": {"contains": "ADA"}}), vec![1]),
            (json!({"name": {"contains": "0%_\\"}}), vec![3]),
            (json!({"name": {"contains": "%"}}), vec![3]),
            (json!({"name": {"contains": "_"}}), vec![3]),
            (json!({"name": {"contains": "\\"}}), vec![3]),
            (json!({"name": {"contains": "*"}}), vec![]),
            (json!({"name": {"contains": "[a]"}}), vec![]),
            (json!({"name": {"contains": "雷"}}), vec![4]),
            (json!({"name": {"contains": "😀"}}), vec![4]),
            (json!({"name": {"contains": ""}}), vec![1, 2, 3, 4]),
            (json!({"name": {"starts_with": "a"}}), vec![1]),
            (json!({"name": {"starts_with": "da"}}), vec![]),
            (json!({"name": {"starts_with": "1"}}), vec![3]),
            (json!({"ok": true}), vec![1, 4]),
            (json!({"ok": {"ne": true}}), vec![2, 5]),
            (json!({"score": {"gt": 1.4}}), vec![1, 2, 5]),
            (json!({"score": -1}), vec![4]),
            (json!({"balance": 20.25}), vec![2]),
            (json!({"balance": {"lt": 0.2}}), vec![4, 5]),
            (json!({"born": "1990-05-05"}), vec![2]),
            (json!({"born": {"gt": "1990-05-05"}}), vec![4, 5]),
            (json!({"seen": {"gte": "2026-01-02T10:00:00Z"}}), vec![2, 4, 5]),
            (json!({"seen": {"gt": "2026-01-02T12:00:00+02:00"}}), vec![4, 5]),
            (json!({"seen": {"lt": "2026-01-02"}}), vec![1]),
            (json!({"seen": "2026-01-01T10:00:00.000Z"}), vec![1]),
            (json!({"or": [{"name": "Ada"}, {"age": 50}]}), vec![1, 4]),
            (json!({"and": [{"age": 20}, {"name": null}]}), vec![5]),
            (json!({"not": {"age": 20}}), vec![1, 3, 4]),
            (json!({"not": {"or": [{"age": 20}, {"name": "Ada"}]}}), vec![3, 4]),
            (json!({"not": {"not": {"age": 20}}}), vec![2, 5]),
            (json!({}), vec![1, 2, 3, 4, 5]),
        ] {
            let found = alice.matching("people", "id", filters.clone()).await.unwrap_or_else(|error| panic!("{filters}: {error:?}"));
            assert_eq!(found, expected.iter().map(|id| json!(id)).collect::<Vec<_>>(), "{filters}");
            let count = alice.aggregate("people", &["count"], &[], filters.clone(), &[]).await.unwrap();
            assert_eq!(count, json!([{"count": expected.len()}]), "{filters}");
        }
    }

    values_that_do_not_fit_are_named(engine) {
        let world = World::new(engine, PEOPLE, |_| {}).await;
        let alice = world.as_user("alice").await;
        for (filters, expected) in [
            (json!({"age": "old"}), "`age` needs a whole number."),
            (json!({"age": 1.5}), "`age` needs a whole number of at most 64 bits."),
            (json!({"age": true}), "`age` needs a whole number."),
            (json!({"score": "high"}), "`score` needs a number."),
            (json!({"ok": "maybe"}), "`ok` needs true or false."),
            (json!({"age": [1, "x"]}), "`age` needs a whole number."),
        ] {
            assert_eq!(failure(alice.matching("people", "id", filters.clone()).await), ("invalid_argument", expected.into()), "{filters}");
            assert_eq!(failure(alice.aggregate("people", &["count"], &[], filters, &[]).await).1, expected);
        }
        for filters in [json!({"seen": "tomorrow-ish"}), json!({"born": {"gt": "x"}}), json!({"born": "2026-13-45"})] {
            let said = alice.matching("people", "id", filters.clone()).await;
            if engine == Engine::Sqlite && filters["born"] == json!("2026-13-45") {
                assert_eq!(said.unwrap(), Vec::<Value>::new());
                continue;
            }
            let said = failure(said);
            assert_eq!(said.0, "invalid_argument");
            assert!(said.1.starts_with("`seen` needs a date") || said.1.starts_with("`born` needs a date"), "{said:?}");
        }
    }

    injected_text_is_a_value_like_any_other(engine) {
        let world = World::new(engine, PEOPLE, |_| {}).await;
        let alice = world.as_user("alice").await;
        let before = world.ask("SELECT count(*) || '' FROM people").await;
        for text in [
            "' OR '1'='1", "'; DROP TABLE people; --", "\" OR \"\"=\"", "1 OR 1=1", "$1", "?", "?1", ":a", "@a", "%s", "{}",
            "\\'; --", "') UNION SELECT * FROM people --", "\u{202e}", "/*", "--", "x' || (SELECT password FROM users) || '", "\u{1F600}'",
        ] {
            for operator in ["eq", "contains", "starts_with", "gt"] {
                alice.matching("people", "id", json!({"name": { operator: text }})).await.unwrap();
            }
            assert_eq!(alice.matching("people", "id", json!({"name": text})).await.unwrap(), Vec::<Value>::new());
            assert_eq!(failure(alice.get("people", json!(text)).await).0, "not_found");
            let created = alice.create("people", json!({"name": text})).await.unwrap();
            assert_eq!(data(&created)["name"], text);
            assert_eq!(alice.matching("people", "name", json!({"name": text})).await.unwrap(), [json!(text)]);
            let found = alice.matching("people", "name", json!({"name": {"contains": text}})).await.unwrap();
            assert!(found.contains(&json!(text)), "{text:?} in {found:?}");
            alice.update("people", created.id.clone().unwrap(), json!({"name": format!("{text}!")})).await.unwrap();
            alice.delete("people", created.id.unwrap()).await.unwrap();
            for field in [text, "user_id", "id; --", "people.id", "*"] {
                let mut ask = Ask { filters: json!(null), ..Ask::default() };
                ask.sort = Box::leak(vec![&*Box::leak(field.to_owned().into_boxed_str())].into_boxed_slice());
                assert_eq!(failure(alice.list("people", ask.clone()).await).0, "invalid_argument");
                let fields = ask.sort;
                assert_eq!(failure(alice.list("people", Ask { fields: Some(fields), ..Ask::default() }).await).0, "invalid_argument");
                assert_eq!(failure(alice.aggregate("people", &["count"], &[field], json!(null), &[]).await).0, "invalid_argument");
            }
            // The name of a metric is the caller's own, and is only ever a name in the answer.
            let named = connector::Metric { function: connector::Function::Count, field: None, name: text.into() };
            let operation = connector::Operation::Aggregate(connector::Aggregate {
                collection: "people".into(), metrics: vec![named], limit: 10, ..connector::Aggregate::default()
            });
            assert_eq!(data(&alice.call(operation).await.unwrap()), json!([{ text: 5 }]));
        }
        assert_eq!(world.ask("SELECT count(*) || '' FROM people").await, before);
    }

    pages_neither_overlap_nor_leave_out(engine) {
        let world = World::new(engine, PEOPLE, |_| {}).await;
        let alice = world.as_user("alice").await;
        let sorts: &[&'static [&'static str]] = &[
            &[], &["name"], &["-name"], &["age"], &["-age"], &["age", "-score"], &["-ok", "born"], &["seen"], &["-balance"],
            &["-id"], &["score", "name"], &["-score", "-age", "name"],
        ];
        for sort in sorts {
            let whole = alice.list("people", Ask { sort, limit: 100, ..Ask::default() }).await.unwrap();
            let whole: Vec<Value> = data(&whole).as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
            assert_eq!(whole.len(), 5);
            for limit in [1, 2, 3] {
                let (mut seen, mut start) = (Vec::new(), None);
                loop {
                    let page = alice.list("people", Ask { sort, limit, start, ..Ask::default() }).await.unwrap();
                    assert_eq!(page.count, Some(5));
                    seen.extend(data(&page).as_array().unwrap().iter().map(|row| row["id"].clone()));
                    let Some(next) = page.next else { break };
                    start = Some(Start::After(next));
                }
                assert_eq!(seen, whole, "{sort:?} by {limit}");
            }
            let mut by_offset = Vec::new();
            for offset in 0..5 {
                let page = alice.list("people", Ask { sort, limit: 1, start: Some(Start::Offset(offset)), ..Ask::default() }).await.unwrap();
                by_offset.push(data(&page)[0]["id"].clone());
            }
            assert_eq!(by_offset, whole);
        }
        // Nulls come last in both directions, on both engines.
        for sort in [&["age"], &["-age"]] as [&'static [&'static str]; 2] {
            let page = alice.list("people", Ask { sort, ..Ask::default() }).await.unwrap();
            assert_eq!(data(&page)[4]["id"], 3);
        }
        let beyond = alice.list("people", Ask { start: Some(Start::Offset(50)), ..Ask::default() }).await.unwrap();
        assert_eq!((beyond.count, beyond.has_more, data(&beyond)), (Some(5), Some(false), json!([])));
        let huge = alice.list("people", Ask { start: Some(Start::Offset(u64::MAX)), ..Ask::default() }).await.unwrap();
        assert_eq!(huge.count, Some(5));
    }

    the_largest_filter_works(engine) {
        let world = World::new(engine, PEOPLE, |_| {}).await;
        let alice = world.as_user("alice").await;
        let each: Vec<Value> = (0..499).map(|age| json!({"age": age + 30})).collect();
        assert_eq!(alice.matching("people", "id", json!({"or": each})).await.unwrap(), [json!(1), json!(4)]);
        let each: Vec<Value> = (0..499).map(|age| json!({"age": {"ne": age + 30}})).collect();
        assert_eq!(alice.matching("people", "id", json!({"and": each})).await.unwrap(), [json!(2), json!(5)]);
        let list: Vec<Value> = (0..499).map(|age| json!(age + 30)).collect();
        assert_eq!(alice.matching("people", "id", json!({"age": list})).await.unwrap(), [json!(1), json!(4)]);
        let deep = (0..7).fold(json!({"age": 20}), |inner, _| json!({"not": inner}));
        assert_eq!(alice.matching("people", "id", deep).await.unwrap(), [json!(1), json!(3), json!(4)]);
        let long = "é".repeat(30_000);
        assert_eq!(failure(alice.matching("people", "id", json!({"name": {"contains": long}})).await).0, "invalid_argument");
        assert_eq!(alice.matching("people", "id", json!({"name": long})).await.unwrap(), Vec::<Value>::new());
    }

    a_table_that_is_gone_says_so(engine) {
        let world = World::new(engine, PEOPLE, |_| {}).await;
        world.run("DROP TABLE people").await;
        let alice = world.as_user("alice").await;
        assert_eq!(failure(alice.list("people", Ask::default()).await), (
            "unavailable", "The database is not what it was when it was looked at. Try again in a moment.".into()));
    }

    a_cursor_is_steady_under_inserts(engine) {
        let world = World::new(engine, "CREATE TABLE notes (id $ID, user_id text NOT NULL, place integer)", |_| {}).await;
        let alice = world.as_user("alice").await;
        for place in 0..20 {
            alice.create("notes", json!({"place": place * 10})).await.unwrap();
        }
        let (mut seen, mut start) = (Vec::new(), None);
        loop {
            let page = alice.list("notes", Ask { sort: &["-place"], limit: 3, start, ..Ask::default() }).await.unwrap();
            seen.extend(data(&page).as_array().unwrap().iter().map(|row| row["place"].as_i64().unwrap()));
            let Some(next) = page.next else { break };
            start = Some(Start::After(next));
            // Above and below of where the reader is.
            alice.create("notes", json!({"place": 1000})).await.unwrap();
            alice.create("notes", json!({"place": -1000})).await.unwrap();
        }
        let old: Vec<_> = seen.iter().copied().filter(|place| (0..1000).contains(place)).collect();
        assert_eq!(old, (0..20).rev().map(|place| place * 10).collect::<Vec<_>>());
        assert!(!seen.contains(&1000));
    }

    a_cursor_of_nonsense_is_refused(engine) {
        let world = World::new(engine, PEOPLE, |_| {}).await;
        let alice = world.as_user("alice").await;
        for place in ["", "x", "[]", "[1,2,3]", "{}", "null", "[[1]]", "[{}]", "[true]", "-1", "[{\"r\":\"x\"}]"] {
            let page = alice.list("people", Ask { start: Some(Start::After(place.into())), ..Ask::default() }).await;
            assert_eq!(failure(page), ("invalid_argument", "This cursor does not belong to this list. Start again without one.".into()), "{place}");
        }
        let page = alice.list("people", Ask { start: Some(Start::After("[\"x\"]".into())), ..Ask::default() }).await;
        assert!(page.is_err() || data(&page.unwrap()) == json!([]));
    }

    an_answer_stops_where_its_bytes_end(engine) {
        let world = World::new(engine, "CREATE TABLE notes (id $ID, user_id text NOT NULL, body $LONG)", |_| {}).await;
        let alice = world.as_user("alice").await;
        for number in 0..10 {
            alice.create("notes", json!({"body": format!("{number}").repeat(1000)})).await.unwrap();
        }
        let list = |start| connector::Operation::List(connector::List {
            collection: "notes".into(), filter: None, sort: vec![], fields: None, limit: 50, start, options: Default::default(),
        });
        let context = connector::Context::new("test", 3_500);
        let call = async |operation: connector::Operation| {
            use connector::Connector;
            let permit = testkit::permit(&alice.caller, "shop", &operation, access::Effect::Read);
            world.sql.execute(permit, operation, &context).await
        };
        let (mut seen, mut start) = (0, Start::Offset(0));
        loop {
            let page = call(list(start)).await.unwrap();
            assert!(page.data.as_ref().unwrap().get().len() <= 3_500);
            assert_eq!(page.count, Some(10));
            seen += data(&page).as_array().unwrap().len();
            assert_eq!(page.has_more, Some(page.next.is_some()));
            assert_eq!(page.notices.is_empty(), page.next.is_none(), "{:?}", page.notices);
            match page.next {
                Some(next) => start = Start::After(next),
                None => break,
            }
        }
        assert_eq!(seen, 10);
        alice.create("notes", json!({"body": "x".repeat(10_000)})).await.unwrap();
        let said = failure(call(connector::Operation::List(connector::List {
            collection: "notes".into(), filter: None, sort: vec![connector::Sort { field: "body".into(), descending: true }], fields: None,
            limit: 50, start: Start::Offset(0), options: Default::default(),
        })).await);
        assert_eq!(said.0, "limit_exceeded");
    }

    figures_say_what_they_cannot_do(engine) {
        let world = World::new(engine, PEOPLE, |_| {}).await;
        let alice = world.as_user("alice").await;
        let figures = alice.aggregate("people", &["sum age", "avg age", "min name", "max born", "count name", "sum balance", "max score"], &[], json!(null), &[]).await.unwrap();
        assert_eq!(figures[0]["sum_age"], 126);
        assert_eq!(figures[0]["avg_age"], 31.5);
        assert_eq!(figures[0]["max_born"], "2000-01-01");
        assert_eq!(figures[0]["count_name"], 4);
        assert_eq!(figures[0]["sum_balance"], 25.35);
        assert_eq!(figures[0]["max_score"], 2.5);
        assert_eq!(
            alice.aggregate("people", &["count"], &["ok", "age"], json!({"age": {"is_null": false}}), &["-count", "age"]).await.unwrap(),
            json!([{"ok": false, "age": 20, "count": 2}, {"ok": true, "age": 36, "count": 1}, {"ok": true, "age": 50, "count": 1}])
        );
        let none = alice.aggregate("people", &["sum age", "count"], &[], json!({"age": 999}), &[]).await.unwrap();
        assert_eq!(none, json!([{"sum_age": null, "count": 0}]));
        assert_eq!(alice.aggregate("people", &["count"], &["name"], json!({"age": 999}), &[]).await.unwrap(), json!([]));
        for (metric, said) in [("sum name", "`sum` works on numbers, and `name` is something else."), ("min ok", "`min` works on numbers, texts and times, and `ok` is something else.")] {
            assert_eq!(failure(alice.aggregate("people", &[metric], &[], json!(null), &[]).await), ("invalid_argument", said.into()));
        }
        assert_eq!(failure(alice.aggregate("people", &["count", "count"], &[], json!(null), &[]).await).0, "invalid_argument");
        assert_eq!(failure(alice.aggregate("people", &["count"], &[], json!(null), &["age"]).await).0, "invalid_argument");
    }

    a_hundred_thousand_rows_are_listed_quickly(engine) {
        let numbers = match engine {
            Engine::Sqlite => "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 100000) SELECT n FROM s",
            Engine::Postgres => "SELECT n FROM generate_series(1, 100000) AS n",
            Engine::MySql => "SELECT seq AS n FROM seq_1_to_100000",
        };
        let world = World::new(engine, &format!("
            CREATE TABLE notes (id bigint PRIMARY KEY, user_id text NOT NULL, place integer, body text);
            INSERT INTO notes SELECT n, CASE WHEN n % 10 = 0 THEN 'alice' ELSE 'bob' END, n % 97, 'note ' || n FROM ({numbers}) AS numbers;
            CREATE INDEX notes_owner ON notes (user_id, id);
        "), |_| {}).await;
        let alice = world.as_user("alice").await;
        let started = std::time::Instant::now();
        for _ in 0..20 {
            let page = alice.list("notes", Ask { limit: 50, filters: json!({"place": {"gt": 50}}), ..Ask::default() }).await.unwrap();
            assert!(page.count.unwrap() > 4000);
        }
        let spent = started.elapsed() / 20;
        assert!(spent < std::time::Duration::from_millis(500), "{spent:?}");
    }
}

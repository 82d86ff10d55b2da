//! Aggregates: different values, groups of time, and which rows are kept.

use connector::{
    Aggregate, Connector, Filter, FilterLimits, Function, Group, Metric, Operation, Outcome, Result, Unit,
};
use serde_json::{Value, json};

use crate::world::{As, Engine, World, both, data, failure};

const LOG: &str = "
    CREATE TABLE logs (id $ID, user_id text NOT NULL, kind text, at $TIME, local timestamp, day date, size bigint);
    INSERT INTO logs (user_id, kind, at, local, day, size) VALUES
        ('alice', 'a', '2024-12-30 23:30:00+00:00', '2024-12-30 23:30:00', '2024-12-30', 1),
        ('alice', 'a', '2025-01-01 00:30:00+02:00', '2025-01-01 00:30:00', '2025-01-01', 2),
        ('alice', 'b', '2025-01-05 23:59:59+00:00', '2025-01-05 23:59:59', '2025-01-05', 3),
        ('alice', 'b', '2025-05-17 12:34:56+00:00', '2025-05-17 12:34:56', '2025-05-17', 4),
        ('alice', NULL, NULL, NULL, NULL, 5),
        ('bob', 'c', '2025-05-17 12:34:56+00:00', '2025-05-17 12:34:56', '2025-05-17', 1000);
";

fn count() -> Metric {
    Metric { function: Function::Count, field: None, name: "count".into() }
}

async fn ask(who: &As<'_>, groups: Vec<Group>, metrics: Vec<Metric>, having: Option<Filter>) -> Result<Outcome> {
    let collection = "logs".into();
    who.call(Operation::Aggregate(Aggregate {
        collection,
        group_by: groups,
        metrics,
        having,
        limit: 100,
        ..Aggregate::default()
    }))
    .await
}

async fn starts(who: &As<'_>, field: &str, unit: Unit) -> Vec<Value> {
    let group = Group { field: field.into(), unit: Some(unit), name: "start".into() };
    let rows = data(&ask(who, vec![group], vec![count()], None).await.unwrap());
    rows.as_array().unwrap().iter().map(|row| json!([row["start"], row["count"]])).collect()
}

both! {
    times_are_grouped_by_the_start_of_their_unit_in_utc(engine) {
        let world = World::new(engine, LOG, |_| {}).await;
        let alice = world.as_user("alice").await;
        let expected = [
            (Unit::Year, json!([["2024-01-01", 2], ["2025-01-01", 2], [null, 1]])),
            (Unit::Quarter, json!([["2024-10-01", 2], ["2025-01-01", 1], ["2025-04-01", 1], [null, 1]])),
            (Unit::Month, json!([["2024-12-01", 2], ["2025-01-01", 1], ["2025-05-01", 1], [null, 1]])),
            // December 30th 2024 is a Monday and January 5th 2025 the Sunday of the same week.
            (Unit::Week, json!([["2024-12-30", 3], ["2025-05-12", 1], [null, 1]])),
            (Unit::Day, json!([["2024-12-30", 1], ["2024-12-31", 1], ["2025-01-05", 1], ["2025-05-17", 1], [null, 1]])),
            (Unit::Hour, json!([
                ["2024-12-30T23:00:00Z", 1], ["2024-12-31T22:00:00Z", 1], ["2025-01-05T23:00:00Z", 1],
                ["2025-05-17T12:00:00Z", 1], [null, 1]])),
            (Unit::Minute, json!([
                ["2024-12-30T23:30:00Z", 1], ["2024-12-31T22:30:00Z", 1], ["2025-01-05T23:59:00Z", 1],
                ["2025-05-17T12:34:00Z", 1], [null, 1]])),
        ];
        for (unit, wanted) in expected {
            assert_eq!(json!(starts(&alice, "at", unit).await), wanted, "{unit:?}");
        }
        assert_eq!(json!(starts(&alice, "local", Unit::Hour).await)[1], json!(["2025-01-01T00:00:00Z", 1]));
        assert_eq!(json!(starts(&alice, "day", Unit::Quarter).await), json!([["2024-10-01", 1], ["2025-01-01", 2], ["2025-04-01", 1], [null, 1]]));
        let untimely = Group { field: "size".into(), unit: Some(Unit::Day), name: "d".into() };
        assert_eq!(failure(ask(&alice, vec![untimely], vec![count()], None).await), (
            "invalid_argument", "`size` is not a time, so it has no days.".into()));
    }

    different_values_are_counted_and_groups_are_kept_by_their_figures(engine) {
        let world = World::new(engine, LOG, |_| {}).await;
        let alice = world.as_user("alice").await;
        let distinct = Metric { function: Function::CountDistinct, field: Some("kind".into()), name: "kinds".into() };
        assert_eq!(data(&ask(&alice, vec![], vec![count(), distinct], None).await.unwrap()), json!([{"count": 5, "kinds": 2}]));
        let metrics = || vec![
            count(),
            Metric { function: Function::Sum, field: Some("size".into()), name: "bytes".into() },
            Metric { function: Function::Avg, field: Some("size".into()), name: "mean".into() },
            Metric { function: Function::Max, field: Some("day".into()), name: "last".into() },
            Metric { function: Function::Min, field: Some("kind".into()), name: "kind_min".into() },
        ];
        let collection = connector::Collection {
            fields: [("count", "integer"), ("bytes", "number"), ("mean", "number"), ("last", "string"), ("kind_min", "string")]
                .map(|(name, kind)| connector::Field::new(name, json!({"type": kind}))).into(),
            ..world.sql.catalog().collection("logs").unwrap().clone()
        };
        for (having, kinds) in [
            (json!({"count": 2}), json!(["a", "b"])),
            (json!({"count": {"lt": 2}}), json!([null])),
            (json!({"bytes": {"gt": 5}}), json!(["b"])),
            (json!({"bytes": {"in": [3, 5]}}), json!(["a", null])),
            (json!({"mean": 1.5}), json!(["a"])),
            (json!({"last": {"gte": "2025-05-01"}}), json!(["b"])),
            (json!({"last": null}), json!([null])),
            (json!({"kind_min": {"contains": "A"}}), json!(["a"])),
            (json!({"or": [{"mean": 1.5}, {"not": {"count": 2}}]}), json!(["a", null])),
            (json!({"bytes": {"gte": 1000}}), json!([])),
        ] {
            let filter = Filter::parse(&having, &collection, FilterLimits::default()).unwrap();
            let rows = data(&ask(&alice, vec!["kind".into()], metrics(), filter).await.unwrap());
            assert_eq!(rows.as_array().unwrap().iter().map(|row| row["kind"].clone()).collect::<Value>(), kinds, "{having}");
        }
    }
}

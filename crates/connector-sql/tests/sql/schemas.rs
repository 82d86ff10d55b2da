//! Schemas that nobody here wrote, as `cargo xtask install` brings them: Zabbix (173 tables) and MediaWiki (58), with
//! the configurations of `docs/examples`.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bellhop_connector_sql::{Config, Sql};
use connector::{Catalog, Connector, Ownership};
use serde_json::json;
use testkit::suite::{Subject, run};

use crate::world::{Engine, World};

/// Looking at a schema must take seconds at most, on any machine.
const LOOK_MAX: Duration = Duration::from_secs(10);

/// Another program's schema for an engine.
fn schema(program: &str, engine: Engine) -> String {
    let dialect = match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
        Engine::MySql => "mysql",
    };
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let path = target.join(format!("peers/schemas/{program}/{dialect}.sql"));
    let script = std::fs::read_to_string(&path);
    let script = script.unwrap_or_else(|error| panic!("{error}: run `cargo xtask install` for {path:?}"));
    // Triggers are in the words of a program that this is not.
    let mut parts = script.split("DELIMITER");
    let script = parts.next().unwrap().to_owned() + parts.nth(1).unwrap_or_default().trim_start_matches(" ;");
    // In capitals a type is what it says, see `dialect`.
    if engine == Engine::MySql { script.replace(" text", " TEXT") } else { script }
}

fn example(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples").join(name)).unwrap()
}

/// What an example says of its resource, for a database here.
fn configured(example: &str, resource: &str, url: &str) -> Config {
    let lines = example.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    assert!(lines.count() < 25);
    let mut whole: toml::Table = example.parse().unwrap();
    let mut resource = whole["resources"][resource].as_table_mut().unwrap().clone();
    assert_eq!(resource.remove("kind").unwrap().as_str(), Some("sql"));
    resource.insert("url".into(), url.into());
    whole.clear();
    resource.try_into().unwrap()
}

/// Connects, and tells how many collections are owned, shared and hidden. Nothing is left unsaid.
async fn look(config: Config, tables: usize) -> (Sql, [usize; 3]) {
    let start = Instant::now();
    let sql = Sql::connect("shop", config).await.unwrap();
    assert!(start.elapsed() < LOOK_MAX, "{:?}", start.elapsed());
    let catalog: Arc<Catalog> = sql.catalog();
    let hidden: Vec<_> = catalog.hidden.iter().filter(|hidden| !hidden.name.contains('.')).collect();
    assert_eq!(catalog.collections.len() + hidden.len(), tables);
    for hidden in &catalog.hidden {
        assert!(!hidden.reason.is_empty() && !hidden.open_with.is_empty(), "{hidden:?}");
    }
    let owned = |one: &&connector::Collection| matches!(&one.ownership, Ownership::Owned { by } if !by.is_empty());
    let owned = catalog.collections.iter().filter(owned).count();
    let counts = [owned, catalog.collections.len() - owned, hidden.len()];
    (sql, counts)
}

/// Bob tries everything on what is Alice's.
async fn apart(sql: Sql, [alice, bob]: [&str; 2], sample: testkit::suite::Sample) {
    let (alice, bob) = (testkit::caller(alice).await, testkit::caller(bob).await);
    let mut subject = Subject::new(Arc::new(sql), "shop", alice, bob);
    subject.sample_create = sample;
    subject.internals = vec!["SELECT ".into(), "sqlx".into(), "test.db".into()];
    let report = run(subject).await;
    assert!(report.calls > 300, "{report}");
}

const ZABBIX: &str = "
    INSERT INTO role (roleid, name) VALUES (1, 'User role');
    INSERT INTO users (userid, username, name, passwd, roleid) VALUES
        (101, 'alice', 'Alice Anders', 'secret of hers', 1), (102, 'bob', 'Bob Berger', 'secret of his', 1);
    INSERT INTO media_type (mediatypeid, type, name) VALUES (1, 0, 'Email');
    INSERT INTO media (mediaid, userid, mediatypeid, sendto) VALUES (1, 101, 1, 'alice@example.com'), (2, 102, 1, 'bob@example.com');
    INSERT INTO profiles (profileid, userid, idx, value_str) VALUES (1, 101, 'web.hers', 'a setting of hers'), (2, 102, 'web.his', 'a setting of his');
    INSERT INTO sessions (sessionid, userid) VALUES ('session of alice', 101), ('session of bob', 102);
    INSERT INTO dashboard (dashboardid, name, userid) VALUES (1, 'dashboard of alice', 101), (2, 'dashboard of bob', 102);
    INSERT INTO dashboard_page (dashboard_pageid, dashboardid, name) VALUES (1, 1, 'first page of alice'), (2, 2, 'first page of bob');
    INSERT INTO widget (widgetid, type, name, dashboard_pageid) VALUES (1, 'clock', 'clock of alice', 1), (2, 'clock', 'clock of bob', 2);
    INSERT INTO sysmaps (sysmapid, name, userid) VALUES (1, 'map of alice', 101), (2, 'map of bob', 102);
    INSERT INTO usrgrp (usrgrpid, name) VALUES (1, 'Linux people'), (2, 'Windows people'), (3, 'All but one');
    INSERT INTO users_groups (id, usrgrpid, userid) VALUES (1, 1, 101), (2, 2, 102), (3, 3, 101), (4, 3, 102);
    INSERT INTO hstgrp (groupid, name) VALUES (1, 'Linux'), (2, 'Windows'), (3, 'Vault');
    INSERT INTO rights (rightid, groupid, permission, id) VALUES (1, 1, 2, 1), (2, 2, 3, 2), (3, 1, 3, 3), (4, 3, 0, 3);
    INSERT INTO hosts (hostid, host, name) VALUES (1, 'penguin', 'the penguin'), (2, 'pane', 'the pane'), (3, 'vault', 'denied to all');
    INSERT INTO hosts_groups (hostgroupid, hostid, groupid) VALUES (1, 1, 1), (2, 2, 2), (3, 3, 3), (4, 3, 1);
    INSERT INTO items (itemid, hostid, name, key_) VALUES (1, 1, 'load of the penguin', 'load'), (2, 2, 'load of the pane', 'load'), (3, 3, 'gold', 'gold');
    INSERT INTO triggers (triggerid, description) VALUES (1, 'penguin is hot'), (2, 'pane is broken'), (3, 'gold is gone');
    INSERT INTO functions (functionid, itemid, triggerid) VALUES (1, 1, 1), (2, 2, 2), (3, 1, 3), (4, 3, 3);
    INSERT INTO events (eventid, source, object, objectid) VALUES (1, 0, 0, 1), (2, 0, 0, 2), (3, 0, 0, 3), (4, 3, 4, 1);
    INSERT INTO problem (eventid, source, object, objectid, name, clock) VALUES
        (1, 0, 0, 1, 'the penguin is hot', 100), (2, 0, 0, 2, 'the pane is broken', 100), (3, 0, 0, 3, 'the gold is gone', 100), (4, 3, 4, 1, 'of no trigger', 100);
    INSERT INTO history (itemid, clock, value) VALUES (1, 100, 1.25), (2, 100, 2.5), (3, 100, 3.5);
    INSERT INTO history_uint (itemid, clock, value) VALUES (1, 100, 11), (2, 100, 22), (3, 100, 33);
    INSERT INTO trends (itemid, clock, num, value_avg) VALUES (1, 100, 1, 1.25), (2, 100, 2, 2.5);
    INSERT INTO trends_uint (itemid, clock, num, value_avg) VALUES (1, 100, 1, 1), (2, 100, 2, 2);
";

/// Every table is accounted for in seconds, and users are apart.
async fn zabbix(engine: Engine) {
    // Zabbix's MySQL has texts without a default, and sessions that are not strict.
    let loose = if engine == Engine::MySql { "SET SESSION sql_mode = 'ANSI_QUOTES';" } else { "" };
    let world = World::new(engine, &format!("{}{loose}{ZABBIX}", schema("zabbix", engine)), |_| {}).await;
    let (sql, counts) = look(Config::new(&world.url), 173).await;
    assert_eq!(counts, [34, 0, 139]);
    let by = |name: &str| sql.catalog().collection(name).map(|one| one.ownership.clone());
    assert_eq!(
        by("widget"),
        Some(Ownership::Owned { by: "dashboard_pageid → dashboard_page.dashboardid → dashboard.userid".into() })
    );
    // Not whoever's map it may point at.
    let dashboard = "widgetid → widget.dashboard_pageid → dashboard_page.dashboardid → dashboard.userid";
    assert_eq!(by("widget_field"), Some(Ownership::Owned { by: dashboard.into() }));
    // What each has something in, with what `create` cannot guess.
    let kept = ["users", "media", "profiles", "sessions", "dashboard", "dashboard_page", "widget", "sysmaps"];
    let mut config = Config::new(&world.url);
    let names = sql.catalog().collections.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    config.hide = names.into_iter().filter(|name| !kept.contains(&name.as_str())).collect();
    let (sql, _) = look(config, 173).await;
    let sample = |collection: &str, number: u64| {
        let id = number + 1000;
        let data = match collection {
            "media" => json!({"mediaid": id, "mediatypeid": 1, "sendto": format!("{id}@example.com")}),
            "profiles" => json!({"profileid": id, "idx": format!("web.{id}"), "value_str": "x"}),
            "sessions" => json!({"sessionid": format!("session {id}")}),
            "dashboard" => json!({"dashboardid": id, "name": format!("dashboard {id}")}),
            "dashboard_page" => json!({"dashboard_pageid": id, "dashboardid": 0}),
            "widget" => json!({"widgetid": id, "dashboard_pageid": 0, "name": format!("widget {id}")}),
            "sysmaps" => json!({"sysmapid": id, "name": format!("map {id}")}),
            _ => return None,
        };
        data.as_object().cloned()
    };
    apart(sql, ["101", "102"], Box::new(sample)).await;
}

#[tokio::test]
async fn zabbix_on_postgres_is_each_users_own() {
    zabbix(Engine::Postgres).await;
}

#[tokio::test]
async fn zabbix_on_mariadb_is_each_users_own() {
    zabbix(Engine::MySql).await;
}

#[tokio::test]
async fn what_an_operator_of_zabbix_opens_is_each_users_own() {
    let script = format!(
        "{}{ZABBIX}{}ALTER ROLE zabbix_reader PASSWORD 'reader';",
        schema("zabbix", Engine::Postgres),
        example("zabbix.sql")
    );
    let world = World::new(Engine::Postgres, &script, |_| {}).await;
    let url = world.url.replace("postgres:for-tests-only", "zabbix_reader:reader");
    let (sql, counts) = look(configured(&example("zabbix.toml"), "zabbix", &url), 175).await;
    assert_eq!(counts, [14, 1, 160]);
    let world = World { sql, ..world };
    let alice = world.as_user("alice").await;
    assert_eq!(alice.matching("hosts", "name", json!(null)).await.unwrap(), [json!("the penguin")]);
    assert_eq!(alice.matching("open_problems", "name", json!(null)).await.unwrap(), [json!("the penguin is hot")]);
    assert_eq!(alice.matching("history", "value", json!(null)).await.unwrap(), [json!(1.25)]);
    let World { sql, .. } = world;
    apart(sql, ["alice", "bob"], Box::new(|_, _| None)).await;
}

fn wiki(engine: Engine) -> String {
    let stamp = if engine == Engine::Postgres { "'2026-01-01'" } else { "'20260101000000'" };
    format!(
        "{}
        INSERT INTO \"user\" (user_id, user_name, user_real_name, user_password, user_newpassword, user_email, user_touched) VALUES
            (1, 'Alice', 'Alice Anders', 'x', 'x', 'alice@example.com', {stamp}), (2, 'Bob', 'Bob Berger', 'x', 'x', 'bob@example.com', {stamp});
        INSERT INTO actor (actor_id, actor_user, actor_name) VALUES (11, 1, 'Alice of the wiki'), (12, 2, 'Bob of the wiki'), (13, NULL, '192.0.2.1');
        INSERT INTO watchlist (wl_id, wl_user, wl_namespace, wl_title) VALUES (1001, 1, 0, 'Roses of Alice'), (1002, 2, 0, 'Fences of Bob');
        INSERT INTO user_properties (up_user, up_property, up_value) VALUES (1, 'skin of hers', 'vector of hers'), (2, 'skin of his', 'monobook of his');
        INSERT INTO user_groups (ug_user, ug_group) VALUES (1, 'gardeners'), (2, 'carpenters');
        INSERT INTO user_newtalk (user_id, user_ip) VALUES (1, '192.0.2.11'), (2, '192.0.2.12');
        INSERT INTO page (page_id, page_namespace, page_title, page_is_redirect, page_is_new, page_random, page_touched, page_latest, page_len)
            VALUES (1, 0, 'Roses', 0, 0, 0.5, {stamp}, 1, 5);
        INSERT INTO revision (rev_id, rev_page, rev_comment_id, rev_actor, rev_timestamp, rev_sha1) VALUES
            (1, 1, 1, 11, {stamp}, 'sum of hers'), (2, 1, 1, 12, {stamp}, 'sum of his'), (3, 1, 1, 13, {stamp}, 'sum of nobody');
        INSERT INTO recentchanges (rc_id, rc_timestamp, rc_actor, rc_title, rc_comment_id, rc_source) VALUES
            (1, {stamp}, 11, 'Roses changed by her', 1, 'mw.edit'), (2, {stamp}, 12, 'Fences changed by him', 1, 'mw.edit'), (3, {stamp}, 13, 'Vandals', 1, 'mw.edit');
        INSERT INTO logging (log_id, log_type, log_action, log_timestamp, log_actor, log_title, log_comment_id, log_params) VALUES
            (1, 'move', 'move', {stamp}, 11, 'Roses moved by her', 1, ''), (2, 'move', 'move', {stamp}, 12, 'Fences moved by him', 1, '');
        ",
        schema("mediawiki", engine).replace("/*_*/user ", "\"user\" ")
    )
}

async fn mediawiki(engine: Engine, tables: usize, expected: [usize; 3], opened: [usize; 3]) {
    let world = World::new(engine, &wiki(engine), |_| {}).await;
    let (_, counts) = look(Config::new(&world.url), tables).await;
    assert_eq!(counts, expected);
    let (sql, counts) = look(configured(&example("mediawiki.toml"), "wiki", &world.url), tables).await;
    assert_eq!(counts, opened);
    let sample = move |collection: &str, number: u64| {
        // What others' schemas have as bytes is spelled as bytes.
        let text = if engine == Engine::Postgres { format!("title {number}") } else { format!("{number:08x}") };
        let data = match collection {
            "watchlist" => json!({ "wl_title": text }),
            "user_properties" => json!({ "up_property": text }),
            _ => return None,
        };
        data.as_object().cloned()
    };
    apart(sql, ["1", "2"], Box::new(sample)).await;
}

#[tokio::test]
async fn mediawiki_on_postgres_is_each_users_own() {
    mediawiki(Engine::Postgres, 58, [2, 0, 56], [9, 7, 42]).await;
}

#[tokio::test]
async fn mediawiki_on_sqlite_is_each_users_own() {
    mediawiki(Engine::Sqlite, 58, [2, 0, 56], [9, 7, 42]).await;
}

#[tokio::test]
async fn mediawiki_on_mariadb_is_each_users_own() {
    mediawiki(Engine::MySql, 58, [2, 0, 56], [9, 7, 42]).await;
}

//! What only MySQL and MariaDB have.

use bellhop_connector_sql::{Config, Sql};
use connector::{Connector, OperationKind};
use serde_json::{Value, json};

use crate::world::{Engine, World, data, failure};

fn operations(sql: &Sql, table: &str) -> Vec<OperationKind> {
    sql.catalog().collection(table).unwrap().operations.iter().copied().collect()
}

#[tokio::test]
async fn tables_without_transactions_are_read_only_and_say_why() {
    const SCRIPT: &str = "CREATE TABLE logs (id $ID, user_id text NOT NULL, x text) ENGINE=MyISAM; INSERT INTO logs VALUES (1, 'alice', 'a'), (2, 'bob', 'b');";
    let world = World::new(Engine::MySql, SCRIPT, |_| {}).await;
    assert_eq!(operations(&world.sql, "logs"), [OperationKind::List, OperationKind::Get, OperationKind::Aggregate]);
    assert_eq!(world.as_user("alice").await.all("logs").await, json!([{"id": 1, "x": "a"}]));
    let catalog = world.sql.catalog();
    let hidden = catalog.hidden.iter().find(|hidden| hidden.name == "logs").unwrap();
    assert_eq!(
        hidden.reason,
        "it can be read but not written, because its storage engine, MyISAM, has no transactions"
    );
    assert_eq!(hidden.open_with, "in the database: ALTER TABLE `logs` ENGINE=InnoDB, then reload shop");
}

#[tokio::test]
async fn keys_that_the_server_makes_are_known() {
    let world = World::new(
        Engine::MySql,
        "
        CREATE TABLE a (id varchar(36) NOT NULL DEFAULT uuid() PRIMARY KEY, user_id text NOT NULL, x text);
        CREATE TABLE b (kind enum('one', 'two') NOT NULL DEFAULT 'two', day date NOT NULL DEFAULT '2026-01-31', user_id text NOT NULL, x text,
            PRIMARY KEY (user_id, kind, day));
        CREATE TABLE c (id bigint unsigned NOT NULL PRIMARY KEY DEFAULT 18446744073709551615, user_id text NOT NULL);
        CREATE TABLE d (id binary(16) PRIMARY KEY, user_id text NOT NULL);
        CREATE TABLE e (id decimal(10,2) PRIMARY KEY, user_id text NOT NULL, at datetime(3) NOT NULL);
    ",
        |_| {},
    )
    .await;
    let alice = world.as_user("alice").await;
    for (table, data_given) in [
        ("a", json!({"x": "1"})),
        ("a", json!({"id": "mine"})),
        ("b", json!({})),
        ("b", json!({"kind": "one"})),
        ("c", json!({})),
        ("c", json!({"id": "9223372036854775808"})),
        ("d", json!({"id": "00FF"})),
        ("e", json!({"id": "1.50", "at": "2026-01-31T09:30:00.5+02:00"})),
    ] {
        let created =
            alice.create(table, data_given.clone()).await.unwrap_or_else(|error| panic!("{table}: {error:?}"));
        let again = alice.get(table, created.id.clone().unwrap()).await.unwrap();
        assert_eq!((data(&again), again.id), (data(&created), created.id.clone()), "{table} {data_given}");
    }
    assert_eq!(world.ask("SELECT CAST(id AS CHAR) FROM c ORDER BY id DESC LIMIT 1").await, "18446744073709551615");
    assert_eq!(alice.all("e").await, json!([{"id": 1.5, "at": "2026-01-31T07:30:00.5"}]));
    assert_eq!(
        failure(alice.create("c", json!({})).await),
        ("conflict", "There is already an item in c with this `id`. Choose another value.".into())
    );
}

#[tokio::test]
async fn ids_are_compared_by_every_byte_and_digit() {
    let world = World::new(
        Engine::MySql,
        "
        CREATE TABLE a (id $ID, user_id bigint unsigned NOT NULL, x text);
        CREATE TABLE b (id $ID, user_id varchar(50) NOT NULL, x text) COLLATE utf8mb4_general_ci;
        CREATE TABLE c (id $ID, user_id binary(16) NOT NULL, x text);
        CREATE TABLE d (id $ID, user_id varbinary(50) NOT NULL, x text);
        INSERT INTO a VALUES (1, 18446744073709551615, 'x'); INSERT INTO b VALUES (1, '😀', 'x'), (2, 'é', 'x');
        INSERT INTO c VALUES (1, x'123e4567e89b12d3a456426614174000', 'x'); INSERT INTO d VALUES (1, 'alice', 'x');
    ",
        |_| {},
    )
    .await;
    let seen = async |id: &str, table: &str| world.as_user(id).await.all(table).await.as_array().unwrap().len();
    assert_eq!(
        (seen("18446744073709551615", "a").await, seen("-1", "a").await, seen("1.8446744073709552e19", "a").await),
        (1, 0, 0)
    );
    assert_eq!(
        (seen("😀", "b").await, seen("😁", "b").await, seen("e", "b").await, seen("é", "b").await),
        (1, 0, 0, 1)
    );
    assert_eq!(
        (seen("123e4567-e89b-12d3-a456-426614174000", "c").await, seen("123e4567e89b12d3a456426614174000", "c").await),
        (1, 0)
    );
    assert_eq!((seen("alice", "d").await, seen("Alice", "d").await), (1, 0));
    let bob = world.as_user("bob").await;
    bob.create("d", json!({"x": "his"})).await.unwrap();
    assert_eq!((seen("bob", "d").await, seen("alice", "d").await), (1, 1));
}

#[tokio::test]
async fn what_does_not_fit_is_named() {
    let world = World::new(Engine::MySql, "
        CREATE TABLE things (id $ID, user_id text NOT NULL, price decimal(5,2), code varchar(3), latin varchar(20) CHARACTER SET latin1,
            small tinyint unsigned, bin binary(2), shape geometry, tm timestamp(0), needed text NOT NULL, CONSTRAINT dear CHECK (price < 500));
    ", |_| {}).await;
    let alice = world.as_user("alice").await;
    for (field, value, said) in [
        ("price", json!(123456), "`price` needs a number that the type decimal(5,2) can hold."),
        ("price", json!(600), "The rules of things do not allow this value of `price`."),
        ("code", json!("long"), "`code` needs a shorter text."),
        ("latin", json!("李"), "`latin` needs a value of the type varchar(20)."),
        ("small", json!(-1), "`small` needs a number that its type can hold."),
        ("bin", json!("000102"), "`bin` needs a value of the type binary(2)."),
        ("tm", json!("2300-01-01T00:00:00Z"), "`tm` needs a date and time such as 2026-01-31T09:30:00Z."),
        ("tm", json!("0000-00-00"), "`tm` needs a date and time such as 2026-01-31T09:30:00Z."),
        ("needed", json!(null), "`needed` must have a value."),
    ] {
        let mut given = json!({"needed": "x"});
        given[field] = value.clone();
        assert_eq!(failure(alice.create("things", given).await), ("invalid_argument", said.into()), "{field} {value}");
    }
    assert_eq!(failure(alice.create("things", json!({})).await).1, "`needed` is missing: things needs it.");
    let shape = alice.create("things", json!({"needed": "x", "shape": "POLYGON((nonsense"})).await;
    assert_eq!(failure(shape).0, "invalid_argument");
}

#[tokio::test]
async fn addresses_and_refusals_are_told() {
    let world = World::new(Engine::MySql, "CREATE TABLE a (id $ID, user_id text)", |_| {}).await;
    for scheme in ["mysql+pymysql://", "mariadb://", "mariadb+mariadbconnector://"] {
        Sql::connect("shop", Config::new(world.url.replace("mysql://", scheme))).await.unwrap();
    }
    let said = async |url: String| {
        let mut config = Config::new(url);
        config.connect_timeout_ms = 2_000;
        failure(Sql::connect("shop", config).await.map(drop))
    };
    let wrong = said(world.url.replace("for-tests-only", "s3cret-guess")).await;
    assert_eq!(wrong.0, "unavailable");
    assert!(wrong.1.contains("refuses the user or password") && !wrong.1.contains("s3cret"), "{wrong:?}");
    let (base, _) = world.url.rsplit_once('/').unwrap();
    assert!(said(format!("{base}/nowhere")).await.1.contains("does not exist"));
    assert_eq!(said(base.to_owned()).await.0, "invalid_argument");
    assert!(said("mysql://a:b@127.0.0.1:1/c".into()).await.1.contains("nothing answers"));
}

#[tokio::test]
async fn what_the_database_user_may_not_do_is_not_offered() {
    let world = World::new(Engine::MySql, "
        CREATE TABLE orders (id $ID, user_id text, x text, y text); CREATE TABLE secrets (id $ID, user_id text); CREATE TABLE notes (id $ID, user_id text, x text);
        INSERT INTO orders VALUES (1, 'alice', 'x', 'y');
    ", |_| {}).await;
    let database = world.url.rsplit_once('/').unwrap().1;
    world.run(&format!("
        CREATE OR REPLACE USER reader@127.0.0.1 IDENTIFIED BY 'reader'; CREATE OR REPLACE ROLE writers;
        GRANT SELECT (id, user_id, x) ON {database}.orders TO reader@127.0.0.1;
        GRANT SELECT, INSERT ON {database}.notes TO writers; GRANT DELETE ON {database}.notes TO reader@127.0.0.1; GRANT writers TO reader@127.0.0.1; SET DEFAULT ROLE writers FOR reader@127.0.0.1;
    ")).await;
    let sql =
        Sql::connect("shop", Config::new(world.url.replace("bellhop:for-tests-only", "reader:reader"))).await.unwrap();
    let reading = [OperationKind::List, OperationKind::Get, OperationKind::Aggregate];
    assert_eq!(operations(&sql, "orders"), reading);
    assert_eq!(
        sql.catalog().collection("orders").unwrap().fields.iter().map(|field| &*field.name).collect::<Vec<_>>(),
        ["id", "x"]
    );
    let notes = operations(&sql, "notes");
    assert!(
        notes.contains(&OperationKind::Create)
            && notes.contains(&OperationKind::Delete)
            && !notes.contains(&OperationKind::Update),
        "{notes:?}"
    );
    assert!(sql.catalog().collection("secrets").is_none());
}

#[tokio::test]
async fn other_databases_of_the_server_can_be_chosen() {
    let world = World::new(Engine::MySql, "CREATE TABLE users (id varchar(50) PRIMARY KEY)", |_| {}).await;
    let own = world.url.rsplit_once('/').unwrap().1.to_owned();
    let other = format!("{own}_other");
    world.run(&format!("CREATE DATABASE {other}; CREATE TABLE {other}.orders (id $ID, user_id text, x text); CREATE TABLE {other}.users (id varchar(50) PRIMARY KEY);
        INSERT INTO {other}.orders VALUES (1, 'alice', 'hers'), (2, 'bob', 'his')")).await;
    let names = |sql: &Sql| sql.catalog().collections.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&world.sql), ["users"]);
    let mut config = Config::new(&world.url);
    config.schemas = vec![own.clone(), other.clone()];
    config.users_table = Some("users".into());
    let world = World { sql: Sql::connect("shop", config).await.unwrap(), ..world };
    let mut found = names(&world.sql);
    found.retain(|name| name != &format!("{other}.users"));
    assert_eq!(found, ["users", "orders"]);
    let alice = world.as_user("alice").await;
    assert_eq!(alice.matching("orders", "x", Value::Null).await.unwrap(), [json!("hers")]);
    alice.update("orders", json!(1), json!({"x": "new"})).await.unwrap();
    alice.delete("orders", json!(1)).await.unwrap();
    let mut config = Config::new(&world.url);
    config.schemas = vec!["nowhere".into()];
    let said = failure(Sql::connect("shop", config).await.map(drop));
    assert_eq!(said.1, "`schemas` names `nowhere`, and there are no tables in it.");
}

#[tokio::test]
async fn a_server_that_dies_is_unavailable_until_it_is_back() {
    let mut server = testkit::mariadb::MariaDb::start().await;
    let mut config = Config::new(server.create_database("gone").await);
    config.connect_timeout_ms = 1_000;
    let sql = Sql::connect("shop", config).await.unwrap();
    sql.health().await.unwrap();
    server.kill();
    let error = sql.health().await.unwrap_err();
    assert_eq!((error.kind().code(), error.kind().retryable()), ("unavailable", true));
    assert_eq!(error.message(), "The resource cannot be reached right now. Try again in a moment.");
    server.restart().await;
    sql.health().await.unwrap();
    server.pause();
    assert_eq!(sql.health().await.unwrap_err().kind().code(), "unavailable");
    server.resume();
    sql.health().await.unwrap();
}

//! Names that need care, columns that are not shown, mistakes in the configuration.

use connector::{Connector, OperationKind};
use serde_json::json;

use crate::world::{Ask, Engine, World, both, data, failure};
use bellhop_connector_sql::{Config, Sql};

both! {
    any_name_works(engine) {
        let world = World::new(engine, r#"
            CREATE TABLE "Order Details" ("Select" $ID, "userId" text NOT NULL, "from" text, "it's ""so""" text, "a?b" text, "c$1" text, "row" text, "t0" text, "日本" text, "Robert'); DROP TABLE x;--" text);
            CREATE TABLE "select" ("group" $ID, "ORDER" bigint REFERENCES "Order Details"("Select"), "where" text);
            INSERT INTO "Order Details" ("Select", "userId", "from") VALUES (1, 'alice', 'here'), (2, 'bob', 'there');
        "#, |_| {}).await;
        let alice = world.as_user("alice").await;
        let created = alice.create("Order Details", json!({"from": "x", "it's \"so\"": "y", "a?b": "q", "c$1": "d", "row": "r", "t0": "t", "日本": "j", "Robert'); DROP TABLE x;--": "s"})).await.unwrap();
        let id = created.id.unwrap();
        assert_eq!(data(&alice.get("Order Details", id.clone()).await.unwrap())["Robert'); DROP TABLE x;--"], "s");
        let ask = Ask { filters: json!({"it's \"so\"": {"contains": "Y"}, "a?b": "q", "c$1": "d", "日本": "j"}), sort: &["-it's \"so\"", "row"], fields: Some(&["Select", "a?b"]), ..Ask::default() };
        assert_eq!(data(&alice.list("Order Details", ask).await.unwrap()), json!([{"Select": id, "a?b": "q"}]));
        alice.create("select", json!({"ORDER": id, "where": "w"})).await.unwrap();
        assert_eq!(failure(alice.create("select", json!({"ORDER": 2})).await).0, "invalid_argument");
        assert_eq!(alice.aggregate("select", &["max where"], &["ORDER"], json!(null), &[]).await.unwrap(), json!([{"ORDER": id, "max_where": "w"}]));
        alice.update("Order Details", id.clone(), json!({"it's \"so\"": "z"})).await.unwrap();
        assert_eq!(failure(alice.delete("Order Details", id).await).0, "conflict");
    }

    credential_like_columns_do_not_exist_for_callers(engine) {
        let world = World::new(engine, "
            CREATE TABLE accounts (id $ID, user_id text NOT NULL, name text, password_hash text, \"apiKey\" text, token_count integer, pin integer, secret_question text, hash_tag_count integer);
            CREATE TABLE \"keys\" (id $ID, user_id text NOT NULL, private_key text NOT NULL);
            CREATE TABLE sessions (token text PRIMARY KEY, user_id text NOT NULL, device text);
            INSERT INTO accounts (id, user_id, name, password_hash, \"apiKey\", pin) VALUES (1, 'alice', 'a', 'hunter2', 'k', 1234);
            INSERT INTO sessions VALUES ('s3cret', 'alice', 'phone');
        ", |_| {}).await;
        let alice = world.as_user("alice").await;
        let shown = json!({"id": 1, "name": "a", "token_count": null, "hash_tag_count": null});
        assert_eq!(alice.all("accounts").await, json!([shown]));
        assert_eq!(data(&alice.get("accounts", json!(1)).await.unwrap()), shown);
        assert_eq!(data(&alice.update("accounts", json!(1), json!({"name": "a"})).await.unwrap()), shown);
        for secret in ["password_hash", "apiKey", "pin", "secret_question"] {
            assert_eq!(failure(alice.matching("accounts", "id", json!({ secret: "x" })).await).0, "invalid_argument");
            assert_eq!(failure(alice.create("accounts", json!({ secret: "x" })).await).0, "invalid_argument");
            assert_eq!(failure(alice.update("accounts", json!(1), json!({ secret: "x" })).await).0, "invalid_argument");
            assert_eq!(failure(alice.aggregate("accounts", &[&format!("max {secret}")], &[], json!(null), &[]).await).0, "invalid_argument");
            assert_eq!(failure(alice.aggregate("accounts", &["count"], &[secret], json!(null), &[]).await).0, "invalid_argument");
            let ask = Ask { sort: Box::leak(Box::new([&*Box::leak(secret.to_owned().into_boxed_str())])), ..Ask::default() };
            assert_eq!(failure(alice.list("accounts", ask).await).0, "invalid_argument");
        }
        let catalog = world.sql.catalog();
        let operations = |name: &str| catalog.collection(name).unwrap().operations.clone();
        assert!(!operations("keys").contains(&OperationKind::Create));
        // The key is a secret, so single sessions cannot be named.
        assert_eq!(operations("sessions").into_iter().collect::<Vec<_>>(), [OperationKind::List, OperationKind::Aggregate]);
        assert_eq!(alice.all("sessions").await, json!([{"device": "phone"}]));
        assert!(!format!("{catalog:?}").contains("password"));

        let world = World::new(engine, "CREATE TABLE files (id $ID, user_id text NOT NULL, content_hash text, colour text)", |config| {
            config.credential_columns = vec!["colour".into(), "*hash".into()];
            config.tables.insert("files".into(), serde_json::from_value(json!({"not_credentials": ["content_hash"]})).unwrap());
        }).await;
        let catalog = world.sql.catalog();
        assert_eq!(catalog.collection("files").unwrap().fields.iter().map(|field| &*field.name).collect::<Vec<_>>(), ["id", "content_hash", "_version"]);
    }

    a_wrong_name_in_the_configuration_is_named(engine) {
        const SCRIPT: &str = "CREATE TABLE products (id bigint PRIMARY KEY, label text); CREATE TABLE orders (id bigint PRIMARY KEY, user_id text)";
        let said = async |configure: fn(&mut Config)| {
            let (kind, message) = failure(World::try_new(engine, SCRIPT, configure).await.map(drop));
            assert_eq!(kind, "invalid_argument");
            message
        };
        assert_eq!(said(|config| config.shared = vec!["product".into()]).await, "`shared` names `product`, and there is no such table. Did you mean `products`?");
        assert_eq!(said(|config| config.hide = vec!["Orders".into()]).await, "`hide` names `Orders`, and there is no such table. Did you mean `orders`?");
        assert_eq!(said(|config| config.users_table = Some("people".into())).await, "`users_table` names `people`, and there is no such table. There are: orders, products.");
        assert_eq!(
            said(|config| { config.tables.insert("products".into(), serde_json::from_value(json!({"owner": "lable"})).unwrap()); }).await,
            "`tables.products.owner` names `lable`, and `products` has no such column. Did you mean `label`?"
        );
        assert_eq!(
            said(|config| { config.tables.insert("products".into(), serde_json::from_value(json!({"via": "label"})).unwrap()); }).await,
            "`tables.products.via` is `label`, and the database declares no foreign key on it. Name the target too, such as \"label -> orders.id\"."
        );
        assert_eq!(
            said(|config| { config.tables.insert("products".into(), serde_json::from_value(json!({"via": "label -> orders.user_id"})).unwrap()); }).await,
            "`tables.products.via` must lead to a key of `orders`: its primary key or columns that a unique constraint covers."
        );
        assert_eq!(
            said(|config| { config.shared = vec!["products".into()]; config.tables.insert("products".into(), serde_json::from_value(json!({"owner": "label"})).unwrap()); }).await,
            "`products` is given more than one owner. Keep one of owner, via, member, shared and shared_writable."
        );
    }

    hidden_and_read_only_are_obeyed(engine) {
        let world = World::new(engine, "CREATE TABLE a (id $ID, user_id text, x text, y text); CREATE TABLE b (id $ID, user_id text); CREATE TABLE c (id $ID, user_id text, x text)", |config| {
            config.hide = vec!["b".into()];
            config.tables.insert("a".into(), serde_json::from_value(json!({"read_only_columns": ["x"], "hide": ["y"], "description": "What a is", "fields": {"x": "What x is"}, "page_default": 7})).unwrap());
            config.tables.insert("c".into(), serde_json::from_value(json!({"read_only": true})).unwrap());
        }).await;
        let catalog = world.sql.catalog();
        let a = catalog.collection("a").unwrap();
        assert_eq!((a.description.as_deref(), a.field("x").unwrap().description.as_deref(), a.page_default), (Some("What a is"), Some("What x is"), Some(7)));
        assert!(a.field("y").is_none() && !a.field("x").unwrap().creatable);
        assert!(catalog.collection("b").is_none());
        assert_eq!(catalog.hidden[0].reason, "the configuration hides it");
        assert_eq!(catalog.collection("c").unwrap().operations.iter().copied().collect::<Vec<_>>(), [OperationKind::List, OperationKind::Get, OperationKind::Aggregate]);
        let alice = world.as_user("alice").await;
        assert_eq!(failure(alice.create("c", json!({"x": "1"})).await).0, "unsupported");
        assert_eq!(failure(alice.create("a", json!({"x": "1"})).await).0, "invalid_argument");
    }

    reload_sees_what_is_new(engine) {
        let world = World::new(engine, "CREATE TABLE a (id $ID, user_id text)", |_| {}).await;
        world.run("CREATE TABLE b (id $ID, user_id text, x text); ALTER TABLE a ADD COLUMN y text").await;
        assert!(world.sql.catalog().collection("b").is_none());
        world.sql.reload().await.unwrap();
        let alice = world.as_user("alice").await;
        alice.create("b", json!({"x": "1"})).await.unwrap();
        alice.create("a", json!({"y": "1"})).await.unwrap();
        world.sql.health().await.unwrap();
    }

    a_look_that_finds_nothing_new_keeps_the_very_catalog(engine) {
        let script = "CREATE TABLE a (id $ID, user_id text, n integer DEFAULT 7 CHECK (n > 3)); CREATE TABLE b (id $ID, a_id bigint REFERENCES a (id), x text UNIQUE)";
        let world = World::new(engine, script, |_| {}).await;
        let before = world.sql.catalog();
        world.run("INSERT INTO a (user_id) VALUES ('alice'), ('bob')").await;
        world.sql.reload().await.unwrap();
        assert!(std::sync::Arc::ptr_eq(&before, &world.sql.catalog()), "rows are no news");
        world.run("CREATE INDEX a_user ON a (user_id); ALTER TABLE b ADD COLUMN y text").await;
        world.sql.reload().await.unwrap();
        assert!(!std::sync::Arc::ptr_eq(&before, &world.sql.catalog()));
    }

    nothing_prints_the_address(engine) {
        let world = World::new(engine, "CREATE TABLE a (id $ID, user_id text)", |_| {}).await;
        let printed = format!("{:?} {:?}", world.sql, Config::new(&world.url));
        assert!(!printed.contains("for-tests-only") && !printed.contains(&world.url), "{printed}");
    }
}

#[tokio::test]
async fn addresses_are_read_in_their_usual_spellings() {
    let world = World::new(Engine::Sqlite, "CREATE TABLE a (id INTEGER PRIMARY KEY, user_id text)", |_| {}).await;
    let path = world.url.strip_prefix("sqlite://").unwrap();
    for url in [format!("sqlite:{path}"), format!("sqlite://{path}?mode=ro"), format!("sqlite+aiosqlite:///{path}")] {
        let sql = Sql::connect("shop", Config::new(&url)).await.unwrap_or_else(|error| panic!("{url}: {error:?}"));
        let read_only = url.ends_with("ro");
        assert_eq!(sql.catalog().collection("a").unwrap().operations.contains(&OperationKind::Create), !read_only);
    }
    Sql::connect("shop", Config::new("sqlite::memory:")).await.unwrap();
    let said = async |url: &str| failure(Sql::connect("shop", Config::new(url)).await.map(drop));
    assert_eq!(said("sqlite:///nowhere/x.db").await, ("invalid_argument",
        "There is no SQLite file at /nowhere/x.db. Give the path of an existing one, or add ?mode=rwc to create it.".into()));
    assert!(!std::path::Path::new("/nowhere").exists());
    for url in ["", "x", "mysql:a", "mongodb://a:b@c/d", "http://x", "/etc/passwd", "postgres"] {
        let said = said(url).await;
        assert_eq!(said.0, "invalid_argument", "{url}: {said:?}");
        assert!(!said.1.contains("b@c"));
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("not.db");
    std::fs::write(&file, "this is not a database, it is a text file that is long enough").unwrap();
    assert_eq!(said(&format!("sqlite://{}", file.display())).await.0, "unavailable");
    let new = folder.path().join("new.db");
    Sql::connect("shop", Config::new(format!("sqlite://{}?mode=rwc", new.display()))).await.unwrap();
    assert!(new.is_file());
}

#[tokio::test]
async fn a_server_that_refuses_says_why() {
    let world = World::new(Engine::Postgres, "CREATE TABLE a (id $ID, user_id text)", |_| {}).await;
    let driver = world.url.replace("postgres://", "postgresql+asyncpg://");
    Sql::connect("shop", Config::new(&driver)).await.unwrap();
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
    assert!(said("postgres://a:b@127.0.0.1:1/c".into()).await.1.contains("nothing answers"));
    let config: Result<Config, _> = serde_json::from_value(json!({"url": "sqlite:x", "sharde": []}));
    assert!(config.unwrap_err().to_string().contains("unknown field `sharde`"));
}

#[tokio::test]
async fn schemas_of_postgres_are_chosen_and_told_apart() {
    const SCRIPT: &str = "
        CREATE SCHEMA sales; CREATE SCHEMA \"Old Sales\";
        CREATE TABLE public.users (id text PRIMARY KEY);
        CREATE TABLE sales.orders (id bigint PRIMARY KEY, user_id text, x text);
        CREATE TABLE \"Old Sales\".orders (id bigint PRIMARY KEY, user_id text, x text);
        CREATE TABLE \"Old Sales\".lines (id bigint PRIMARY KEY, order_id bigint REFERENCES sales.orders(id) ON DELETE CASCADE);
        CREATE TYPE sales.state AS ENUM ('on', 'off');
        ALTER TABLE sales.orders ADD state sales.state DEFAULT 'on';
        INSERT INTO sales.orders VALUES (1, 'alice', 'new'); INSERT INTO \"Old Sales\".orders VALUES (1, 'alice', 'old');
    ";
    let names = |world: &World| world.sql.catalog().collections.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    let world = World::new(Engine::Postgres, SCRIPT, |_| {}).await;
    assert_eq!(names(&world), ["users"]);
    let world =
        World::new(Engine::Postgres, SCRIPT, |config| config.schemas = vec!["sales".into(), "Old Sales".into()]).await;
    assert_eq!(names(&world), ["orders", "lines", "Old Sales.orders"]);
    let alice = world.as_user("alice").await;
    assert_eq!(alice.matching("orders", "x", json!({"state": "on"})).await.unwrap(), [json!("new")]);
    assert_eq!(alice.matching("Old Sales.orders", "x", json!(null)).await.unwrap(), [json!("old")]);
    alice.update("orders", json!(1), json!({"state": "off"})).await.unwrap();
    // A cascade into a schema that is not looked at could take anything along.
    let world = World::new(Engine::Postgres, SCRIPT, |config| config.schemas = vec!["sales".into()]).await;
    assert!(!world.sql.catalog().collection("orders").unwrap().operations.contains(&OperationKind::Delete));
    let said = failure(
        World::try_new(Engine::Postgres, SCRIPT, |config| config.schemas = vec!["slaes".into()]).await.map(drop),
    );
    assert_eq!(said.1, "`schemas` names `slaes`, and there are no tables in it.");
}

#[tokio::test]
async fn what_the_database_user_may_not_do_is_not_offered() {
    let world = World::new(
        Engine::Postgres,
        "
        CREATE TABLE orders (id $ID, user_id text, x text); CREATE TABLE secrets (id $ID, user_id text);
        INSERT INTO orders VALUES (1, 'alice', 'x');
        DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN PASSWORD 'reader'; GRANT SELECT ON orders TO reader;
    ",
        |_| {},
    )
    .await;
    let sql =
        Sql::connect("shop", Config::new(world.url.replace("postgres:for-tests-only", "reader:reader"))).await.unwrap();
    let catalog = sql.catalog();
    assert_eq!(
        catalog.collection("orders").unwrap().operations.iter().copied().collect::<Vec<_>>(),
        [OperationKind::List, OperationKind::Get, OperationKind::Aggregate]
    );
    assert!(catalog.hidden.iter().any(|hidden| hidden.name == "secrets" && hidden.reason.contains("may not read")));
    drop(sql);
    world.run("DROP OWNED BY reader; DROP ROLE reader").await;
}

//! Whose rows a table holds.

use connector::{Connector, OperationKind, Ownership};
use serde_json::json;

use crate::world::{Engine, World, both, failure};

pub(crate) fn by(world: &World, collection: &str) -> Option<String> {
    match &world.sql.catalog().collection(collection)?.ownership {
        Ownership::Owned { by } => Some(by.clone()),
        Ownership::Shared { writable } => Some(format!("shared, writable {writable}")),
    }
}

/// Reason and opening line of what is hidden.
pub(crate) fn hidden(world: &World, name: &str) -> (String, String) {
    let catalog = world.sql.catalog();
    let hidden =
        catalog.hidden.iter().find(|hidden| hidden.name == name).unwrap_or_else(|| panic!("{name} is not hidden"));
    (hidden.reason.clone(), hidden.open_with.clone())
}

both! {
    a_column_named_like_a_user_id_is_the_owner(engine) {
        for column in ["user_id", "userId", "USER_ID", "owner_id", "ownerId", "owner"] {
            let script = format!("CREATE TABLE things (id $ID, \"{column}\" text, x text)");
            let world = World::new(engine, &script, |_| {}).await;
            assert_eq!(by(&world, "things"), Some(format!("column {column}")));
            let catalog = world.sql.catalog();
            let things = catalog.collection("things").unwrap();
            assert_eq!((things.identity.as_slice(), things.field(column).is_none()), ([column.to_owned()].as_slice(), true));
        }
    }

    the_shortest_path_is_taken_and_told(engine) {
        let world = World::new(engine, "
            CREATE TABLE users (id text PRIMARY KEY);
            CREATE TABLE teams (id $ID, user_id text NOT NULL);
            CREATE TABLE projects (id $ID, team_id bigint NOT NULL REFERENCES teams(id));
            CREATE TABLE tasks (id $ID, project_id bigint NOT NULL REFERENCES projects(id), author text REFERENCES users(id));
            CREATE TABLE steps (id $ID, task_id bigint NOT NULL REFERENCES tasks(id), project_id bigint NOT NULL REFERENCES projects(id));
            CREATE TABLE hints (id $ID, task_id bigint NOT NULL REFERENCES tasks(id), about bigint REFERENCES teams(id));
        ", |_| {}).await;
        assert_eq!(by(&world, "users").unwrap(), "column id");
        // What a row may point at says nothing of whose it is.
        assert_eq!(by(&world, "hints").unwrap(), "task_id → tasks.author");
        assert_eq!(by(&world, "projects").unwrap(), "team_id → teams.user_id");
        // One step to the users table is nearer than two by the project, and such a column is the owner's id itself.
        assert_eq!(by(&world, "tasks").unwrap(), "column author");
        assert_eq!(by(&world, "steps"), None);
        assert_eq!(hidden(&world, "steps"), (
            "several foreign keys could say whose its rows are, equally near: project_id → projects; task_id → tasks".into(),
            "tables.steps.via = \"project_id\"  # in [resources.shop]".into(),
        ));
    }

    two_equally_short_paths_are_a_question_that_config_answers(engine) {
        const SCRIPT: &str = "
            CREATE TABLE users (id text PRIMARY KEY);
            CREATE TABLE posts (id $ID, user_id text NOT NULL REFERENCES users(id));
            CREATE TABLE comments (id $ID, post_id bigint NOT NULL REFERENCES posts(id), author text NOT NULL REFERENCES users(id));
            INSERT INTO users VALUES ('alice'), ('bob');
            INSERT INTO posts VALUES (1, 'alice'), (2, 'bob');
            INSERT INTO comments VALUES (1, 1, 'bob'), (2, 2, 'alice');
        ";
        let world = World::new(engine, SCRIPT, |_| {}).await;
        assert_eq!(by(&world, "comments"), None);
        assert!(hidden(&world, "comments").0.contains("author → users; post_id → posts"), "{:?}", hidden(&world, "comments"));
        for (key, value, expected, seen) in
            [("via", "post_id", "post_id → posts.user_id", 1), ("via", "author", "column author", 2), ("owner", "author", "column author", 2)]
        {
            let world = World::new(engine, SCRIPT, |config| {
                config.tables.insert("comments".into(), serde_json::from_value(json!({ key: value })).unwrap());
            }).await;
            assert_eq!(by(&world, "comments").unwrap(), expected);
            let alice = world.as_user("alice").await;
            assert_eq!(alice.matching("comments", "id", json!(null)).await.unwrap(), [json!(seen)]);
        }
    }

    two_columns_named_like_a_user_id_are_a_question(engine) {
        let world = World::new(engine, "CREATE TABLE shares (id $ID, owner_id text, user_id text)", |_| {}).await;
        assert_eq!(hidden(&world, "shares"), (
            "several columns are named like a user id: owner_id, user_id".into(),
            "tables.shares.owner = \"owner_id\"  # in [resources.shop]".into(),
        ));
    }

    an_owner_column_that_refers_elsewhere_is_not_taken(engine) {
        let world = World::new(engine, "
            CREATE TABLE companies (id bigint PRIMARY KEY, name text);
            CREATE TABLE cars (id $ID, owner_id bigint REFERENCES companies(id));
        ", |_| {}).await;
        assert_eq!(hidden(&world, "cars"), (
            "its column owner_id refers to companies, which is not known as the users table".into(),
            "users_table = \"companies\"  # in [resources.shop]".into(),
        ));
        let world = World::new(engine, "
            CREATE TABLE teams (id bigint PRIMARY KEY, user_id text);
            CREATE TABLE cars (id $ID, owner_id bigint REFERENCES teams(id));
        ", |_| {}).await;
        assert_eq!(by(&world, "cars").unwrap(), "owner_id → teams.user_id");
    }

    a_users_table_with_an_outer_id_is_a_path(engine) {
        let world = World::new(engine, "
            CREATE TABLE users (id bigint PRIMARY KEY, subject text UNIQUE, name text);
            CREATE TABLE orders (id $ID, user_id bigint NOT NULL REFERENCES users(id), x text);
            INSERT INTO users VALUES (1, 'alice', 'Alice'), (2, 'bob', 'Bob');
            INSERT INTO orders VALUES (1, 1, 'hers'), (2, 2, 'his');
        ", |config| {
            config.tables.insert("users".into(), serde_json::from_value(json!({"owner": "subject"})).unwrap());
        }).await;
        assert_eq!(by(&world, "orders").unwrap(), "user_id → users.subject");
        let alice = world.as_user("alice").await;
        assert_eq!(alice.all("orders").await, json!([{"id": 1, "user_id": 1, "x": "hers"}]));
        // A number that looks like the inner key is nobody's id.
        assert_eq!(world.as_user("1").await.all("orders").await, json!([]));
        assert_eq!(failure(alice.create("orders", json!({"user_id": 2})).await).0, "invalid_argument");
        assert_eq!(failure(alice.update("orders", json!(1), json!({"user_id": 2})).await).0, "invalid_argument");
    }

    what_nobody_owns_is_hidden_until_it_is_shared(engine) {
        const SCRIPT: &str = "
            CREATE TABLE products (id bigint PRIMARY KEY, name text);
            CREATE TABLE articles (id bigint PRIMARY KEY, author text);
            CREATE TABLE schema_migrations (version text PRIMARY KEY);
            INSERT INTO products VALUES (1, 'Lamp');
        ";
        let world = World::new(engine, SCRIPT, |_| {}).await;
        assert!(world.sql.catalog().collections.is_empty());
        assert_eq!(hidden(&world, "products"), (
            "no column or foreign key ties its rows to a user".into(),
            "shared = [\"products\"]  # in [resources.shop]".into(),
        ));
        assert_eq!(hidden(&world, "articles").1, "tables.articles.owner = \"author\"  # in [resources.shop]");
        assert_eq!(hidden(&world, "schema_migrations").0, "it keeps track of schema changes");
        let alice = world.as_user("alice").await;
        assert_eq!(failure(alice.create("products", json!({"id": 2})).await).0, "not_found");

        let world = World::new(engine, SCRIPT, |config| {
            config.shared = vec!["products".into()];
            config.shared_writable = vec!["articles".into()];
        }).await;
        assert_eq!(by(&world, "products").unwrap(), "shared, writable false");
        let alice = world.as_user("alice").await;
        assert_eq!(alice.all("products").await, json!([{"id": 1, "name": "Lamp"}]));
        assert_eq!(failure(alice.create("products", json!({"id": 2})).await).0, "unsupported");
        assert_eq!(failure(alice.delete("products", json!(1)).await).0, "unsupported");
        alice.create("articles", json!({"id": 2, "author": "anyone"})).await.unwrap();
        assert_eq!(world.as_user("bob").await.all("articles").await, json!([{"id": 2, "author": "anyone"}]));
    }

    the_users_table_may_only_be_read_unless_config_says_more(engine) {
        const SCRIPT: &str = "
            CREATE TABLE users (id text PRIMARY KEY, name text, is_admin $BOOL DEFAULT false);
            INSERT INTO users VALUES ('alice', 'Alice', false), ('bob', 'Bob', false);
        ";
        let world = World::new(engine, SCRIPT, |_| {}).await;
        let operations = |world: &World| world.sql.catalog().collection("users").unwrap().operations.iter().copied().collect::<Vec<_>>();
        assert_eq!(operations(&world), [OperationKind::List, OperationKind::Get, OperationKind::Aggregate]);
        let world = World::new(engine, SCRIPT, |config| {
            let settings = json!({"operations": ["get", "update"], "read_only_columns": ["is_admin"]});
            config.tables.insert("users".into(), serde_json::from_value(settings).unwrap());
        }).await;
        assert_eq!(operations(&world), [OperationKind::Get, OperationKind::Update]);
        let alice = world.as_user("alice").await;
        alice.update("users", json!("alice"), json!({"name": "Alicia"})).await.unwrap();
        assert_eq!(failure(alice.update("users", json!("alice"), json!({"is_admin": true})).await).0, "invalid_argument");
        assert_eq!(failure(alice.update("users", json!("alice"), json!({"id": "bob"})).await).0, "identity_mismatch");
        assert_eq!(failure(alice.update("users", json!("bob"), json!({"name": "x"})).await).0, "not_found");
    }

    a_users_table_that_all_may_read_still_says_who_is_who(engine) {
        let world = World::new(engine, "
            CREATE TABLE users (id text PRIMARY KEY, name text);
            CREATE TABLE orders (id $ID, user_id text NOT NULL REFERENCES users(id));
            CREATE TABLE reviews (id $ID, author text NOT NULL REFERENCES users(id), order_id bigint);
            INSERT INTO users VALUES ('alice', 'Alice'), ('bob', 'Bob');
            INSERT INTO orders VALUES (1, 'alice'), (2, 'bob'); INSERT INTO reviews VALUES (1, 'bob', 1), (2, 'alice', 2);
        ", |config| config.shared = vec!["users".into()]).await;
        assert_eq!((by(&world, "orders").unwrap(), by(&world, "reviews").unwrap()), ("column user_id".into(), "column author".into()));
        let alice = world.as_user("alice").await;
        assert_eq!(alice.all("users").await.as_array().unwrap().len(), 2);
        assert_eq!((alice.all("orders").await, alice.all("reviews").await), (json!([{"id": 1}]), json!([{"id": 2, "order_id": 2}])));
        alice.create("orders", json!({})).await.unwrap();
        assert_eq!(failure(alice.update("users", json!("bob"), json!({"name": "x"})).await).0, "unsupported");
    }

    a_view_is_owned_by_its_owner_column_and_read_only(engine) {
        let world = World::new(engine, "
            CREATE TABLE orders (id $ID, user_id text, total integer);
            CREATE VIEW large AS SELECT id, user_id, total FROM orders WHERE total > 10;
            CREATE VIEW totals AS SELECT sum(total) AS total FROM orders;
            INSERT INTO orders VALUES (1, 'alice', 5), (2, 'alice', 50), (3, 'bob', 500);
        ", |_| {}).await;
        let large = world.sql.catalog().collection("large").cloned().unwrap();
        assert_eq!(large.operations.into_iter().collect::<Vec<_>>(), [OperationKind::List, OperationKind::Aggregate]);
        assert_eq!(world.as_user("alice").await.all("large").await, json!([{"id": 2, "total": 50}]));
        assert_eq!(hidden(&world, "totals").0, "no column or foreign key ties its rows to a user");
    }

    a_null_parent_belongs_to_nobody(engine) {
        let world = World::new(engine, "
            CREATE TABLE orders (id $ID, user_id text);
            CREATE TABLE items (id $ID, order_id bigint REFERENCES orders(id), x text);
            INSERT INTO orders VALUES (1, 'alice'), (2, NULL);
            INSERT INTO items VALUES (1, 1, 'a'), (2, NULL, 'b'), (3, 2, 'c');
        ", |_| {}).await;
        let alice = world.as_user("alice").await;
        assert_eq!(alice.all("items").await, json!([{"id": 1, "order_id": 1, "x": "a"}]));
        assert_eq!(failure(alice.create("items", json!({"x": "d"})).await), ("invalid_argument", "`order_id` is missing: items needs it.".into()));
        assert_eq!(failure(alice.create("items", json!({"order_id": null})).await).1, "`order_id` must have a value.");
        assert_eq!(failure(alice.update("items", json!(1), json!({"order_id": null})).await).1, "`order_id` must have a value.");
        for nobody in ["", "null", "NULL", "0"].iter().filter(|id| !id.is_empty()) {
            assert_eq!(world.as_user(nobody).await.all("items").await, json!([]));
        }
    }

    the_id_is_bound_with_the_columns_type(engine) {
        let world = World::new(engine, "
            CREATE TABLE numbers (id $ID, user_id bigint NOT NULL, x text);
            CREATE TABLE uuids (id $ID, user_id $UUID NOT NULL, x text);
            CREATE TABLE texts (id $ID, user_id text NOT NULL, x text);
            INSERT INTO numbers VALUES (1, 7, 'seven'), (2, 77, 'other');
            INSERT INTO uuids VALUES (1, '123e4567-e89b-12d3-a456-426614174000', 'uuid');
            INSERT INTO texts VALUES (1, '7', 'seven'), (2, '07', 'other'), (3, 'Alice', 'capital'), (4, 'alice', 'small');
        ", |_| {}).await;
        let seen = async |id: &str, collection: &str| world.as_user(id).await.matching(collection, "x", json!(null)).await.unwrap();
        assert_eq!(seen("7", "numbers").await, [json!("seven")]);
        for id in ["07", "+7", "7.0", " 7", "7 ", "7e0", "0x7", "seven", "99999999999999999999", "7 OR 1=1", "٧"] {
            assert!(seen(id, "numbers").await.is_empty(), "{id}");
            let created = world.as_user(id).await.create("numbers", json!({"x": "new"})).await;
            assert_eq!(failure(created).0, "permission_denied", "{id}");
            assert_eq!(failure(world.as_user(id).await.get("numbers", json!(1)).await).0, "not_found");
            assert_eq!(failure(world.as_user(id).await.update("numbers", json!(1), json!({"x": "y"})).await).0, "not_found");
            assert_eq!(failure(world.as_user(id).await.delete("numbers", json!(1)).await).0, "not_found");
            let count = world.as_user(id).await.aggregate("numbers", &["count"], &[], json!(null), &[]).await.unwrap();
            assert_eq!(count, json!([{"count": 0}]));
        }
        let list = world.as_user("seven").await.list("numbers", crate::world::Ask::default()).await.unwrap();
        assert_eq!(list.notices.len(), 1);
        assert_eq!(seen("123e4567-e89b-12d3-a456-426614174000", "uuids").await, [json!("uuid")]);
        for id in ["123E4567-E89B-12D3-A456-426614174000", "{123e4567-e89b-12d3-a456-426614174000}", "123e4567e89b12d3a456426614174000", "nobody"] {
            assert!(seen(id, "uuids").await.is_empty(), "{id}");
        }
        assert_eq!(seen("7", "texts").await, [json!("seven")]);
        assert_eq!(seen("07", "texts").await, [json!("other")]);
        assert_eq!(seen("alice", "texts").await, [json!("small")]);
        for id in ["ALICE", "alice ", " alice", "alice\u{0}", "%", "_", "alic_", "*", "ａlice"] {
            assert!(seen(id, "texts").await.is_empty(), "{id}");
        }
        let created = world.as_user("7").await.create("numbers", json!({"x": "mine"})).await.unwrap();
        assert_eq!(created.id, world.as_user("7").await.get("numbers", created.id.clone().unwrap()).await.unwrap().id);
    }

    columns_that_compare_loosely_do_not_mix_users(engine) {
        let script = match engine {
            Engine::Sqlite => "
                CREATE TABLE a (id $ID, user_id text COLLATE NOCASE, x text);
                CREATE TABLE b (id $ID, user_id text COLLATE RTRIM, x text);
                CREATE TABLE c (id $ID, user_id NUMERIC, x text);
                CREATE TABLE d (id $ID, user_id, x text);
                INSERT INTO a VALUES (1, 'alice', 'x'); INSERT INTO b VALUES (1, 'alice', 'x');
                INSERT INTO c VALUES (1, 7, 'x'), (2, 'alice', 'x'); INSERT INTO d VALUES (1, 7, 'x'), (2, 'alice', 'x'), (3, '7', 'x');
            ",
            Engine::MySql => "
                CREATE TABLE a (id $ID, user_id varchar(50) COLLATE utf8mb4_general_ci, x text);
                CREATE TABLE b (id $ID, user_id char(10) CHARACTER SET latin1, x text);
                CREATE TABLE c (id $ID, user_id numeric(20, 2), x text);
                CREATE TABLE d (id $ID, user_id enum('alice', '7'), x text);
                INSERT INTO a VALUES (1, 'alice', 'x'); INSERT INTO b VALUES (1, 'alice', 'x');
                INSERT INTO c VALUES (1, 7, 'x'); INSERT INTO d VALUES (1, 'alice', 'x'), (2, '7', 'x');
            ",
            Engine::Postgres => "
                CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
                CREATE DOMAIN person AS text;
                CREATE TABLE a (id $ID, user_id text COLLATE loose, x text);
                CREATE TABLE b (id $ID, user_id char(10), x text);
                CREATE TABLE c (id $ID, user_id numeric, x text);
                CREATE TABLE d (id $ID, user_id person, x text);
                CREATE TABLE e (id $ID, user_id name, x text);
                INSERT INTO a VALUES (1, 'alice', 'x'); INSERT INTO b VALUES (1, 'alice', 'x');
                INSERT INTO c VALUES (1, 7, 'x'); INSERT INTO d VALUES (1, 'alice', 'x'), (2, '7', 'x');
                INSERT INTO e VALUES (1, repeat('a', 63), 'x');
            ",
        };
        let world = World::new(engine, script, |_| {}).await;
        let seen = async |id: &str, collection: &str| world.as_user(id).await.matching(collection, "x", json!(null)).await.unwrap().len();
        for table in ["a", "b", "d"] {
            assert_eq!(seen("alice", table).await, 1, "{table}");
            for id in ["Alice", "ALICE", "alice ", "alice  "] {
                assert_eq!(seen(id, table).await, 0, "{id:?} in {table}");
            }
        }
        assert_eq!(seen("7", "c").await, 1);
        for id in ["7.0", "07", "7e0", " 7", "+7", "7."] {
            assert_eq!((seen(id, "c").await, seen(id, "d").await), (0, 0), "{id:?}");
        }
        if engine == Engine::Sqlite {
            assert_eq!(seen("alice", "c").await, 1);
            assert_eq!(seen("7", "d").await, 2);
        } else if engine == Engine::MySql {
            assert_eq!((seen("7", "d").await, seen("李😀", "b").await, seen("álice", "a").await), (1, 0, 0));
        } else {
            assert_eq!(seen(&"a".repeat(63), "e").await, 1);
            assert_eq!(seen(&"a".repeat(64), "e").await, 0);
            let long = world.as_user(&"a".repeat(64)).await;
            assert_eq!(failure(long.create("e", json!({"x": "y"})).await).0, "permission_denied");
            assert_eq!(failure(world.as_user("much longer than ten").await.create("b", json!({"x": "y"})).await).0, "invalid_argument");
        }
    }

    composite_paths_are_followed(engine) {
        let world = World::new(engine, "
            CREATE TABLE orders (region text, number integer, user_id text NOT NULL, PRIMARY KEY (region, number));
            CREATE TABLE items (id $ID, region text NOT NULL, number integer NOT NULL, x text,
                FOREIGN KEY (region, number) REFERENCES orders (region, number));
            INSERT INTO orders VALUES ('eu', 1, 'alice'), ('us', 1, 'bob'), ('eu', 2, 'bob');
            INSERT INTO items VALUES (1, 'eu', 1, 'hers'), (2, 'us', 1, 'his'), (3, 'eu', 2, 'his too');
        ", |_| {}).await;
        assert_eq!(by(&world, "items").unwrap(), "region, number → orders.user_id");
        let alice = world.as_user("alice").await;
        assert_eq!(alice.matching("items", "x", json!(null)).await.unwrap(), [json!("hers")]);
        alice.create("items", json!({"id": 10, "region": "eu", "number": 1})).await.unwrap_err();
        alice.create("items", json!({"region": "eu", "number": 1, "x": "new"})).await.unwrap();
        let foreign = failure(alice.create("items", json!({"region": "us", "number": 1})).await);
        assert_eq!(foreign, ("invalid_argument", "`region` and `number` do not name an item of orders that you can refer to.".into()));
        assert_eq!(failure(alice.create("items", json!({"region": "mars", "number": 1})).await), foreign);
        // Half of a new reference, half of the old one.
        assert_eq!(failure(alice.update("items", json!(1), json!({"region": "us"})).await), foreign);
        assert_eq!(failure(alice.update("items", json!(1), json!({"number": 2})).await), foreign);
        alice.update("items", json!(1), json!({"region": "eu", "x": "same"})).await.unwrap();
        assert_eq!(world.ask("SELECT count(*) || '' FROM items WHERE region = 'us' OR number = 2").await, "2");
    }

    an_undeclared_foreign_key_can_be_named_in_config(engine) {
        let world = World::new(engine, "
            CREATE TABLE orders (id $ID, user_id text);
            CREATE TABLE items (id $ID, order_id bigint, x text);
            INSERT INTO orders VALUES (1, 'alice'), (2, 'bob');
            INSERT INTO items VALUES (1, 1, 'hers'), (2, 2, 'his'), (3, 99, 'dangling');
        ", |config| {
            config.tables.insert("items".into(), serde_json::from_value(json!({"via": "order_id -> orders.id"})).unwrap());
        }).await;
        let alice = world.as_user("alice").await;
        assert_eq!(alice.matching("items", "x", json!(null)).await.unwrap(), [json!("hers")]);
        assert_eq!(failure(alice.create("items", json!({"order_id": 2})).await), failure(alice.create("items", json!({"order_id": 98})).await));
        alice.create("items", json!({"order_id": 1})).await.unwrap();
    }
}

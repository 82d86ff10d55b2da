//! Rows owned by several columns and by claims.

use std::sync::Arc;

use bellhop_connector_sql::Config;
use connector::{Connector, OperationKind};
use serde_json::{Value, json};
use testkit::suite::{Subject, run};

use crate::ownership::by;
use crate::world::{Ask, Engine, World, both, failure};

const OFFICE: &str = "
    CREATE TABLE orgs (id text PRIMARY KEY, name text);
    CREATE TABLE projects (
        id $ID, org_id text NOT NULL REFERENCES orgs(id), user_id text NOT NULL, name text NOT NULL, UNIQUE (org_id, id));
    CREATE TABLE tasks (id $ID, project_id bigint NOT NULL REFERENCES projects(id) ON DELETE CASCADE, title text NOT NULL);
    CREATE TABLE steps (
        id $ID, org_id text NOT NULL, project_id bigint NOT NULL, title text NOT NULL,
        FOREIGN KEY (org_id, project_id) REFERENCES projects(org_id, id));
    CREATE TABLE templates (id $ID, \"orgId\" text NOT NULL, name text NOT NULL);
    CREATE TABLE template_lines (id $ID, template_id bigint NOT NULL REFERENCES templates(id), body text NOT NULL);
    CREATE TABLE products (id $ID, org_id text NOT NULL, name text NOT NULL);
    CREATE TABLE uses (id $ID, user_id text NOT NULL, product_id bigint REFERENCES products(id), note text);
    CREATE TABLE seats (org_id text NOT NULL, number integer NOT NULL, user_id text NOT NULL, label text, PRIMARY KEY (org_id, number));
    INSERT INTO orgs VALUES ('acme', 'Acme'), ('umbrella', 'Umbrella');
    INSERT INTO projects (id, org_id, user_id, name) VALUES
        (1, 'acme', 'alice', 'rocket skates'), (2, 'umbrella', 'alice', 'her other life'),
        (3, 'umbrella', 'bob', 'parasols for bob'), (4, 'acme', 'carol', 'anvils by carol');
    INSERT INTO tasks (id, project_id, title) VALUES (1, 1, 'fit the wheels'), (2, 2, 'hide'), (3, 3, 'sew it well'), (4, 4, 'drop it');
    INSERT INTO steps (id, org_id, project_id, title) VALUES (1, 'acme', 1, 'first wheel'), (2, 'umbrella', 2, 'hat'), (3, 'umbrella', 3, 'needle of bob');
    INSERT INTO templates (id, \"orgId\", name) VALUES (1, 'acme', 'acme letter'), (2, 'umbrella', 'umbrella letter');
    INSERT INTO template_lines (id, template_id, body) VALUES (1, 1, 'dear coyote'), (2, 2, 'dear weather');
    INSERT INTO products (id, org_id, name) VALUES (1, 'acme', 'dynamite of acme'), (2, 'umbrella', 'a walking stick');
    INSERT INTO uses (id, user_id, product_id, note) VALUES (1, 'alice', 1, 'boom in the desert'), (2, 'bob', 2, 'walks at night');
    INSERT INTO seats (org_id, number, user_id, label) VALUES
        ('acme', 1, 'alice', 'by the window'), ('umbrella', 1, 'bob', 'by the door'), ('umbrella', 2, 'alice', 'in the cellar');
";

fn tenants(config: &mut Config) {
    config.tenant_columns.insert("org_id".into(), "claim:org_id".into());
    config.shared = vec!["products".into()];
    config.tables.insert(
        "orgs".into(),
        serde_json::from_value(json!({"owner": {"id": "claim:org_id"}, "read_only": true})).unwrap(),
    );
}

fn settings(value: Value) -> bellhop_connector_sql::TableConfig {
    serde_json::from_value(value).unwrap()
}

both! {
    a_tenants_column_binds_whatever_has_it(engine) {
        let world = World::new(engine, OFFICE, tenants).await;
        for (table, expected) in [
            ("orgs", "column id of claim org_id"),
            ("projects", "column user_id and claim org_id"),
            ("tasks", "project_id → projects.user_id and org_id"),
            ("steps", "org_id, project_id → projects.user_id and org_id and claim org_id"),
            ("templates", "claim org_id"),
            ("template_lines", "template_id → templates.orgId"),
            ("products", "claim org_id"),
            ("uses", "column user_id"),
        ] {
            assert_eq!(by(&world, table).as_deref(), Some(expected), "{table}");
        }
        let alice = world.as_user_with("alice", json!({"org_id": "acme"})).await;
        let seen = async |table: &str| alice.matching(table, "id", json!(null)).await.unwrap();
        assert_eq!(seen("orgs").await, [json!("acme")]);
        for table in ["projects", "tasks", "steps", "templates", "template_lines", "products", "uses"] {
            assert_eq!(seen(table).await, [json!(1)], "{table}");
        }
        // The same user, signed in to the other tenant.
        let there = world.as_user_with("alice", json!({"org_id": "umbrella"})).await;
        assert_eq!(there.matching("tasks", "id", json!(null)).await.unwrap(), [json!(2)]);
        assert_eq!(there.matching("products", "id", json!(null)).await.unwrap(), [json!(2)]);
    }

    what_a_tenant_has_is_set_and_cannot_be_named_otherwise(engine) {
        let world = World::new(engine, OFFICE, tenants).await;
        let alice = world.as_user_with("alice", json!({"org_id": "acme"})).await;
        let projects = world.sql.catalog().collection("projects").cloned().unwrap();
        assert_eq!(projects.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>(), ["id", "name", "_version"]);
        assert_eq!(projects.identity, ["user_id", "org_id"]);
        let id = alice.create("projects", json!({"name": "new", "org_id": "acme"})).await.unwrap().id.unwrap();
        let kept = world.ask(&format!("SELECT org_id || ' ' || user_id FROM projects WHERE id = {id}")).await;
        assert_eq!(kept, "acme alice");
        for (name, value) in [("org_id", json!("umbrella")), ("org_id", json!(["acme"])), ("org_id", json!(null)), ("user_id", json!("bob"))] {
            for table in ["projects", "steps"].iter().take(if name == "org_id" { 2 } else { 1 }) {
                let named = json!({name: value, "name": "x", "title": "x", "project_id": 1});
                assert_eq!(failure(alice.create(table, named).await).0, "identity_mismatch", "{table} {name} {value}");
                assert_eq!(failure(alice.update(table, json!(1), json!({name: value})).await).0, "identity_mismatch");
            }
        }
        // A parent of the same user in another tenant, one of another user in the same, and none at all.
        for foreign in [2, 4, 4711] {
            let expected = ("invalid_argument", "`project_id` does not name an item of projects that you can refer to.".to_owned());
            assert_eq!(failure(alice.create("tasks", json!({"project_id": foreign, "title": "x"})).await), expected);
            assert_eq!(failure(alice.update("tasks", json!(1), json!({"project_id": foreign})).await), expected);
            assert_eq!(failure(alice.delete("projects", json!(foreign)).await).0, "not_found");
        }
        let step = alice.create("steps", json!({"project_id": 1, "title": "x"})).await.unwrap().id.unwrap();
        assert_eq!(world.ask(&format!("SELECT org_id FROM steps WHERE id = {step}")).await, "acme");
        let expected = "`org_id` and `project_id` do not name an item of projects that you can refer to.";
        assert_eq!(failure(alice.create("steps", json!({"project_id": 2, "title": "x"})).await).1, expected);
        // Another tenant's shared row is as missing as none.
        for foreign in [2, 4711] {
            assert_eq!(failure(alice.create("uses", json!({"product_id": foreign})).await).1, "`product_id` does not name an item of products that you can refer to.");
        }
        assert_eq!(failure(alice.create("products", json!({"name": "x"})).await).0, "unsupported");
    }

    a_claim_that_is_missing_or_no_name_owns_nothing(engine) {
        let world = World::new(engine, OFFICE, tenants).await;
        for claims in [
            json!({}), json!({"org_id": null}), json!({"org_id": ""}), json!({"org_id": []}), json!({"org_id": [[]]}), json!({"org_id": true}),
            json!({"org_id": {"acme": 1}}), json!({"org_id": 1.5}), json!({"ORG_ID": "acme"}), json!({"org": "acme"}),
        ] {
            let alice = world.as_user_with("alice", claims.clone()).await;
            for table in ["orgs", "projects", "tasks", "steps", "templates", "template_lines", "products", "seats"] {
                let list = alice.list(table, Ask::default()).await.unwrap();
                assert_eq!((list.count, list.notices.len()), (Some(0), 1), "{table} {claims}");
                assert!(list.notices[0].starts_with("Your sign-in says nothing of `org_id`"), "{:?}", list.notices);
                let count = alice.aggregate(table, &["count"], &[], json!(null), &[]).await.unwrap();
                assert_eq!(count, json!([{"count": 0}]));
            }
            assert_eq!(failure(alice.get("projects", json!(1)).await).0, "not_found");
            assert_eq!(failure(alice.create("projects", json!({"name": "x"})).await).0, "permission_denied");
        }
        for other in ["ACME", "acme ", "acm_", "%", "acme\u{0}", "acme' OR '1'='1"] {
            let alice = world.as_user_with("alice", json!({"org_id": other})).await;
            assert_eq!(alice.all("projects").await, json!([]), "{other}");
        }
    }

    of_a_list_any_one_counts_and_create_says_which(engine) {
        let configure = |holds: &'static str| move |config: &mut Config| {
            tenants(config);
            config.tenant_columns.insert("org_id".into(), holds.into());
            config.tables.insert("orgs".into(), settings(json!({"owner": {"id": holds}, "read_only": true})));
        };
        let both_orgs = json!({"app": {"orgs": ["umbrella", "acme", 7]}});
        // Not known to be a list: it is read as one, and new rows are refused.
        let world = World::new(engine, OFFICE, configure("claim:app.orgs")).await;
        let alice = world.as_user_with("alice", both_orgs.clone()).await;
        assert_eq!(alice.matching("projects", "id", json!(null)).await.unwrap(), [json!(1), json!(2)]);
        let (code, said) = failure(alice.create("projects", json!({"name": "x"})).await);
        assert!(code == "invalid_argument" && said.contains("needs [] at its end"), "{said}");
        let one = world.as_user_with("alice", json!({"app": {"orgs": ["acme"]}})).await;
        one.create("projects", json!({"name": "x"})).await.unwrap();
        // A key of several columns says which, or one name would stand for two rows.
        assert_eq!(world.sql.catalog().collection("seats").unwrap().key, ["org_id", "number"]);
        alice.delete("seats", json!({"org_id": "umbrella", "number": 2})).await.unwrap();
        assert_eq!(failure(alice.get("seats", json!({"org_id": "umbrella", "number": 1})).await).0, "not_found");

        let world = World::new(engine, OFFICE, configure("claim:app.orgs[]")).await;
        let alice = world.as_user_with("alice", both_orgs).await;
        assert_eq!(alice.all("projects").await, json!([
            {"id": 1, "org_id": "acme", "name": "rocket skates"}, {"id": 2, "org_id": "umbrella", "name": "her other life"},
        ]));
        assert_eq!(
            failure(alice.create("projects", json!({"name": "x"})).await),
            ("invalid_argument", "`org_id` is missing. It must be one of yours: 7, acme, umbrella.".into())
        );
        let id = alice.create("projects", json!({"name": "x", "org_id": "umbrella"})).await.unwrap().id.unwrap();
        assert_eq!(world.ask(&format!("SELECT org_id FROM projects WHERE id = {id}")).await, "umbrella");
        for other in [json!("nobodys"), json!("ACME"), json!(null), json!(["acme"])] {
            assert_eq!(failure(alice.create("projects", json!({"name": "x", "org_id": other})).await).0, "identity_mismatch");
        }
        assert_eq!(failure(alice.update("projects", json!(1), json!({"org_id": "umbrella"})).await).0, "invalid_argument");
        // A task goes with its project into another tenant of the same user.
        alice.update("tasks", json!(1), json!({"project_id": 2})).await.unwrap();
        let one = world.as_user_with("alice", json!({"app": {"orgs": "acme"}})).await;
        one.create("projects", json!({"name": "x"})).await.unwrap();
        assert_eq!(failure(one.create("projects", json!({"name": "x", "org_id": "umbrella"})).await).0, "identity_mismatch");
    }

    a_tables_own_columns_are_configured_together(engine) {
        let world = World::new(engine, OFFICE, |config| {
            config.tables.insert("projects".into(), settings(json!({"owner": {"user_id": "id", "org_id": "claim:org_id"}})));
        }).await;
        assert_eq!(by(&world, "projects").unwrap(), "claim org_id and column user_id");
        let alice = world.as_user_with("alice", json!({"org_id": "acme"})).await;
        assert_eq!(alice.matching("tasks", "id", json!(null)).await.unwrap(), [json!(1)]);
        for (owner, expected) in [
            (json!({"nope": "id"}), "`tables.projects.owner` names `nope`, and `projects` has no such column. Did you mean `name`?"),
            (json!({"org_id": "org_id"}), "`tables.projects.owner.org_id` is `org_id`, and that is nothing of the caller's. Use \"id\" for the user's id or \"claim:NAME\" for a claim of the token."),
            (json!({}), "`tables.projects.owner` is empty. Name a column."),
        ] {
            let failed = World::try_new(engine, OFFICE, |config| {
                config.tables.insert("projects".into(), settings(json!({ "owner": owner })));
            }).await;
            assert_eq!(failure(failed.map(|_| ())).1, expected);
        }
        let failed = World::try_new(engine, OFFICE, |config| { config.tenant_columns.insert("tenant".into(), "claim:x".into()); }).await;
        assert!(failure(failed.map(|_| ())).1.starts_with("`tenant_columns` names `tenant`, and no table has such a column."));
    }

    what_would_go_along_counts_by_every_column(engine) {
        let world = World::new(engine, "
            CREATE TABLE boards (id $ID, org_id text NOT NULL, name text);
            CREATE TABLE pins (id $ID, board_id bigint REFERENCES boards(id) ON DELETE CASCADE, org_id text NOT NULL, user_id text NOT NULL);
            INSERT INTO boards (id, org_id, name) VALUES (1, 'acme', 'a'), (2, 'acme', 'b'), (3, 'acme', 'c');
            INSERT INTO pins (id, board_id, org_id, user_id) VALUES (1, 1, 'acme', 'alice'), (2, 2, 'acme', 'bob'), (3, 3, 'umbrella', 'alice');
        ", |config| { config.tenant_columns.insert("org_id".into(), "claim:org_id".into()); }).await;
        let alice = world.as_user_with("alice", json!({"org_id": "acme"})).await;
        for others in [2, 3] {
            assert_eq!(failure(alice.delete("boards", json!(others)).await).0, "conflict", "{others}");
        }
        alice.delete("boards", json!(1)).await.unwrap();
        assert_eq!(world.ask("SELECT CAST(count(*) AS text) FROM pins").await, "2");
    }

    nothing_of_another_tenant_is_ever_seen(engine) {
        let world = World::new(engine, OFFICE, |config| {
            tenants(config);
            config.tables.insert("orgs".into(), settings(json!({"owner": {"id": "claim:org_id"}, "operations": ["list", "get"]})));
        }).await;
        let World { sql, url, _folder, .. } = world;
        // The same user id on both sides: only the tenant differs.
        for bob in ["bob", "alice"] {
            let caller = testkit::caller_with("alice", json!({"org_id": "acme"})).await;
            let other = testkit::caller_with(bob, json!({"org_id": "umbrella"})).await;
            let config = {
                let mut config = Config::new(&url);
                tenants(&mut config);
                if bob == "alice" {
                    // These two are by user alone, or shared.
                    config.hide = vec!["uses".into()];
                }
                config
            };
            let connector = bellhop_connector_sql::Sql::connect("shop", config).await.unwrap();
            let mut subject = Subject::new(Arc::new(connector), "shop", caller, other);
            let first = if bob == "bob" { 1_000 } else { 5_000 };
            subject.sample_create = Box::new(move |collection, at| match collection {
                "seats" => json!({"number": i64::try_from(at).unwrap() + first, "label": "somewhere else"}).as_object().cloned(),
                _ => None,
            });
            subject.secrets = vec!["for-tests-only".into(), url.clone()];
            let report = run(subject).await;
            assert!(report.calls > 500, "{report}");
        }
        let kinds = sql.catalog().collection("orgs").unwrap().operations.clone();
        assert!(!kinds.contains(&OperationKind::Create));
        drop(_folder);
    }
}

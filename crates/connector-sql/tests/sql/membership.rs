//! Rows that are everybody's who is a member.

use std::sync::Arc;

use bellhop_connector_sql::{Config, TableConfig};
use connector::{Connector, OperationKind};
use serde_json::{Value, json};
use testkit::suite::{Subject, run};

use crate::ownership::{by, hidden};
use crate::world::{Engine, World, both, failure};

const TEAMS: &str = "
    CREATE TABLE users (id text PRIMARY KEY, name text);
    CREATE TABLE teams (id $ID, name text NOT NULL);
    CREATE TABLE team_members (
        team_id bigint NOT NULL REFERENCES teams(id) ON DELETE CASCADE, user_id text NOT NULL REFERENCES users(id),
        role text NOT NULL DEFAULT 'member', PRIMARY KEY (team_id, user_id));
    CREATE TABLE documents (id $ID, team_id bigint REFERENCES teams(id) ON DELETE CASCADE, title text NOT NULL);
    CREATE TABLE pages (id $ID, document_id bigint NOT NULL REFERENCES documents(id) ON DELETE CASCADE, body text NOT NULL);
    INSERT INTO users VALUES ('alice', 'Alice'), ('bob', 'Bob'), ('carol', 'Carol');
    INSERT INTO teams (id, name) VALUES (1, 'her team'), (2, 'their team'), (3, 'his team'), (4, 'an empty team'), (5, 'her second');
    INSERT INTO team_members (team_id, user_id) VALUES (1, 'alice'), (2, 'alice'), (2, 'bob'), (3, 'bob'), (5, 'alice');
    INSERT INTO documents (id, team_id, title) VALUES
        (1, 1, 'of her team'), (2, 2, 'of their team'), (3, 3, 'of his team'), (4, NULL, 'of none'), (5, 4, 'of nobody');
    INSERT INTO pages (id, document_id, body) VALUES (1, 1, 'a page of hers'), (2, 2, 'a page of theirs'), (3, 3, 'a page of his');
";

fn settings(value: Value) -> TableConfig {
    serde_json::from_value(value).unwrap()
}

fn members(config: &mut Config) {
    config.tables.insert("teams".into(), settings(json!({"member": "id -> team_members.team_id"})));
}

fn operations(world: &World, collection: &str) -> Vec<OperationKind> {
    world.sql.catalog().collection(collection).unwrap().operations.iter().copied().collect()
}

both! {
    a_row_is_every_members_and_what_refers_to_it_follows(engine) {
        let world = World::new(engine, TEAMS, members).await;
        for (table, expected) in [
            ("team_members", "column user_id"), ("teams", "id → team_members.user_id"),
            ("documents", "team_id → teams.id → team_members.user_id"),
            ("pages", "document_id → documents.team_id → teams.id → team_members.user_id"),
        ] {
            assert_eq!(by(&world, table).as_deref(), Some(expected));
        }
        let (alice, bob, carol) = (world.as_user("alice").await, world.as_user("bob").await, world.as_user("carol").await);
        let ids = |ids: &[i64]| ids.iter().map(|id| json!(id)).collect::<Vec<_>>();
        for (table, hers, his) in [("teams", ids(&[1, 2, 5]), ids(&[2, 3])), ("documents", ids(&[1, 2]), ids(&[2, 3])), ("pages", ids(&[1, 2]), ids(&[2, 3]))] {
            assert_eq!(alice.matching(table, "id", json!(null)).await.unwrap(), hers);
            assert_eq!(bob.matching(table, "id", json!(null)).await.unwrap(), his);
            assert_eq!(carol.all(table).await, json!([]));
        }
        world.run("DELETE FROM team_members WHERE user_id = 'bob' AND team_id = 2").await;
        assert_eq!(bob.matching("pages", "id", json!(null)).await.unwrap(), ids(&[3]));
    }

    nobody_invites_themselves(engine) {
        use OperationKind::{Aggregate, Delete, Get, List, Update};
        let world = World::new(engine, TEAMS, members).await;
        assert_eq!(operations(&world, "team_members"), [List, Get, Aggregate]);
        // A new team would have no members; its maker is none.
        assert_eq!(operations(&world, "teams"), [List, Get, Update, Delete, Aggregate]);
        let alice = world.as_user("alice").await;
        assert_eq!(failure(alice.create("team_members", json!({"team_id": 3})).await).0, "unsupported");

        let world = World::new(engine, TEAMS, |config| {
            members(config);
            config.tables.insert("team_members".into(), settings(json!({"operations": ["list", "create", "update", "delete"]})));
        }).await;
        let alice = world.as_user("alice").await;
        // Even where config lets members write, the team must be theirs to refer to.
        for team in [3, 4, 4711] {
            assert_eq!(
                failure(alice.create("team_members", json!({"team_id": team})).await),
                ("invalid_argument", "`team_id` does not name an item of teams that you can refer to.".into())
            );
        }
        assert_eq!(failure(alice.create("team_members", json!({"team_id": 1, "user_id": "bob"})).await).0, "identity_mismatch");
        assert_eq!(failure(alice.delete("team_members", json!(3)).await).0, "not_found");
        alice.delete("team_members", json!(2)).await.unwrap();
        assert_eq!(failure(alice.get("documents", json!(2)).await).0, "not_found");
        assert_eq!(failure(alice.create("team_members", json!({"team_id": 2})).await).0, "invalid_argument");
    }

    a_document_goes_only_where_its_writer_is_a_member(engine) {
        let world = World::new(engine, TEAMS, members).await;
        let alice = world.as_user("alice").await;
        let refused = ("invalid_argument", "`team_id` does not name an item of teams that you can refer to.".to_owned());
        for foreign in [3, 4, 4711] {
            assert_eq!(failure(alice.create("documents", json!({"team_id": foreign, "title": "x"})).await), refused);
            assert_eq!(failure(alice.update("documents", json!(1), json!({"team_id": foreign})).await), refused);
        }
        assert_eq!(failure(alice.create("documents", json!({"title": "x"})).await).1, "`team_id` is missing: documents needs it.");
        assert_eq!(failure(alice.update("documents", json!(1), json!({"team_id": null})).await).1, "`team_id` must have a value.");
        for foreign in [3, 4, 5, 4711] {
            assert_eq!(failure(alice.update("documents", json!(foreign), json!({"title": "x"})).await).0, "not_found");
            assert_eq!(failure(alice.delete("documents", json!(foreign)).await).0, "not_found");
            assert_eq!(failure(alice.create("pages", json!({"document_id": foreign, "body": "x"})).await).0, "invalid_argument");
        }
        alice.update("documents", json!(1), json!({"team_id": 2})).await.unwrap();
        alice.create("documents", json!({"team_id": 2, "title": "x"})).await.unwrap();
        assert_eq!(world.as_user("bob").await.matching("documents", "id", json!({"id": 1})).await.unwrap(), [json!(1)]);
        assert_eq!(world.ask("SELECT CAST(count(*) AS text) FROM documents").await, "6");
    }

    a_delete_takes_no_other_member_along(engine) {
        let world = World::new(engine, TEAMS, members).await;
        let alice = world.as_user("alice").await;
        let (code, said) = failure(alice.delete("teams", json!(2)).await);
        assert_eq!((code, said.as_str()), ("conflict", "Items that are not yours depend on this one and would go with it, so it was not deleted."));
        alice.delete("teams", json!(1)).await.unwrap();
        assert_eq!(world.ask("SELECT CAST(count(*) AS text) FROM documents").await, "4");
        assert_eq!(failure(alice.delete("teams", json!(3)).await).0, "not_found");
    }

    a_row_can_say_its_team_without_any_table_of_teams(engine) {
        let world = World::new(engine, "
            CREATE TABLE memberships (id $ID, person text NOT NULL, club text NOT NULL);
            CREATE TABLE boats (id $ID, club text, name text NOT NULL);
            INSERT INTO memberships (id, person, club) VALUES (1, 'alice', 'north'), (2, 'bob', 'north'), (3, 'bob', 'south'), (4, 'bob', 'south');
            INSERT INTO boats (id, club, name) VALUES (1, 'north', 'a'), (2, 'south', 'b'), (3, NULL, 'c');
        ", |config| {
            config.tables.insert("memberships".into(), settings(json!({"owner": "person"})));
            config.tables.insert("boats".into(), settings(json!({"member": "club → memberships.club"})));
        }).await;
        let (alice, bob) = (world.as_user("alice").await, world.as_user("bob").await);
        assert_eq!(alice.all("boats").await, json!([{"id": 1, "club": "north", "name": "a"}]));
        // Two memberships of one club do not show its boats twice.
        let list = bob.list("boats", crate::world::Ask::default()).await.unwrap();
        assert_eq!(list.count, Some(2));
        let refused = ("invalid_argument", "`club` does not name an item of memberships that you can refer to.".to_owned());
        for foreign in ["south", "west"] {
            assert_eq!(failure(alice.create("boats", json!({"club": foreign, "name": "x"})).await), refused);
            assert_eq!(failure(alice.update("boats", json!(1), json!({"club": foreign})).await), refused);
        }
        assert_eq!(failure(alice.update("boats", json!(1), json!({"club": null})).await).0, "invalid_argument");
        assert_eq!(failure(alice.create("boats", json!({"name": "x"})).await).0, "invalid_argument");
        bob.update("boats", json!(1), json!({"club": "south"})).await.unwrap();
        assert_eq!(alice.all("boats").await, json!([]));
    }

    check_says_how_a_table_of_members_would_open_it(engine) {
        let world = World::new(engine, TEAMS, |_| {}).await;
        assert_eq!(hidden(&world, "teams").1, "tables.teams.member = \"id -> team_members.team_id\"  # in [resources.shop]");
        assert_eq!(hidden(&world, "documents").0, "no column or foreign key ties its rows to a user");
    }

    a_membership_that_leads_nowhere_is_told(engine) {
        let attempt = async |table: &'static str, member: &'static str| {
            let failed = World::try_new(engine, TEAMS, |config| { config.tables.insert(table.into(), settings(json!({ "member": member }))); }).await;
            failure(failed.map(|_| ())).1
        };
        assert!(attempt("teams", "id").await.starts_with("`tables.teams.member` is `id`. Name a column, an arrow, and"));
        assert!(attempt("teams", "id -> team_member.team_id").await.contains("Did you mean `team_members`?"));
        assert!(attempt("teams", "id -> team_members.team").await.contains("`team_members` has no such column"));
        assert!(attempt("teams", "id, name -> team_members.team_id").await.contains("as many of its columns"));
        assert!(attempt("teams", "id -> teams.id").await.contains("another table"));
        // Each would be owned by the other.
        assert!(attempt("teams", "id -> documents.team_id").await.contains("is not known to be anybody's"));
        let failed = World::try_new(engine, TEAMS, |config| {
            config.tables.insert("teams".into(), settings(json!({"member": "id -> team_members.team_id", "shared": true})));
        }).await;
        assert_eq!(failure(failed.map(|_| ())).1, "`teams` is given more than one owner. Keep one of owner, via, member, shared and shared_writable.");
    }

    nothing_of_a_team_one_is_not_in_is_ever_seen(engine) {
        let world = World::new(engine, TEAMS, |config| {
            members(config);
            config.tables.insert("team_members".into(), settings(json!({"operations": ["list", "get", "aggregate", "update"]})));
        }).await;
        let World { sql, url, _folder, .. } = world;
        let (alice, bob) = (testkit::caller("alice").await, testkit::caller("bob").await);
        let mut subject = Subject::new(Arc::new(sql), "shop", alice, bob);
        subject.secrets = vec!["for-tests-only".into(), url];
        subject.internals = vec!["SELECT ".into(), "sqlx".into(), "test.db".into()];
        let report = run(subject).await;
        assert!(report.calls > 500, "{report}");
        drop(_folder);
    }
}

//! Items that come along with others are the caller's at every level.

use connector::{Connector, Get, Identifier, List, Operation, OperationKind, Outcome, Result, Start};
use serde_json::{Value, json};

use crate::world::{As, Engine, World, both, data, failure};

const CLINIC: &str = r#"
    CREATE TABLE users (id text PRIMARY KEY, name text NOT NULL, password_hash text);
    CREATE TABLE drugs (id $ID, name text NOT NULL, api_token text);
    CREATE TABLE vaults (id $ID, body text);
    CREATE TABLE patients (id $ID, user_id text NOT NULL REFERENCES users(id), name text NOT NULL, pin text, photo $BYTES);
    CREATE TABLE visits (
        id $ID, user_id text NOT NULL REFERENCES users(id), patient_id bigint REFERENCES patients(id),
        referred_by bigint REFERENCES visits(id), vault_id bigint REFERENCES vaults(id), note text);
    CREATE TABLE doses (
        visit_id bigint NOT NULL REFERENCES visits(id), line integer NOT NULL, drug_id bigint NOT NULL REFERENCES drugs(id),
        replaces bigint REFERENCES drugs(id), amount numeric(12,4), PRIMARY KEY (visit_id, line));
    INSERT INTO users VALUES ('alice', 'Alice', 'x'), ('bob', 'Bob', 'y');
    INSERT INTO drugs VALUES (1, 'Aspirin', 't'), (2, 'Placebo "forte"', 't');
    INSERT INTO vaults VALUES (1, 'hidden');
    INSERT INTO patients (id, user_id, name, pin) VALUES (1, 'alice', 'Ann', '1234'), (2, 'bob', 'Ben', '4321');
    -- Whatever wrote these did not care whose patient, visit or dose it was.
    INSERT INTO visits VALUES
        (1, 'alice', 1, NULL, 1, 'first'), (2, 'alice', 2, 4, NULL, 'with his patient'), (3, 'alice', NULL, 1, NULL, NULL),
        (4, 'bob', 1, 1, NULL, 'his own'), (5, 'bob', 2, NULL, NULL, 'his too');
    INSERT INTO doses VALUES (1, 1, 1, NULL, 1.5), (1, 2, 2, 1, 20.50), (4, 1, 1, NULL, 99);
"#;

async fn clinic(engine: Engine) -> World {
    World::new(engine, CLINIC, |config| config.shared = vec!["drugs".into()]).await
}

async fn list(who: &As<'_>, collection: &str, expand: &[&str], fields: &[&str]) -> Result<Outcome> {
    who.call(Operation::List(List {
        collection: collection.into(),
        filter: None,
        sort: Vec::new(),
        fields: (!fields.is_empty()).then(|| fields.iter().map(|field| (*field).into()).collect()),
        limit: 50,
        start: Start::Offset(0),
        options: json!({ "expand": expand }).as_object().unwrap().clone(),
    }))
    .await
}

async fn get(who: &As<'_>, collection: &str, id: Value, expand: &[&str]) -> Result<Outcome> {
    let catalog = who.world.sql.catalog();
    who.call(Operation::Get(Get {
        collection: collection.into(),
        identifier: Identifier::parse(&id, catalog.collection(collection).unwrap()).unwrap(),
        fields: None,
        options: json!({ "expand": expand }).as_object().unwrap().clone(),
    }))
    .await
}

both! {
    parents_and_children_come_along_where_they_are_the_callers(engine) {
        let world = clinic(engine).await;
        let alice = world.as_user("alice").await;
        let listed = list(&alice, "visits", &["patient", "visits_by_referred_by", "visits", "doses.drug"], &["id"]).await.unwrap();
        let ann = json!({"id": 1, "name": "Ann"});
        let visit = |id: i64, patient: Value, from: Value, note: Value| {
            json!({"id": id, "patient_id": patient, "referred_by": from, "vault_id": null, "note": note})
        };
        let mut first = visit(1, json!(1), json!(null), json!("first"));
        first["vault_id"] = json!(1);
        let third = visit(3, json!(null), json!(1), json!(null));
        assert_eq!(data(&listed), json!([
            {"id": 1, "patient": ann, "visits_by_referred_by": null, "visits": [third], "doses": [
                {"visit_id": 1, "line": 1, "drug_id": 1, "replaces": null, "amount": 1.5, "drug": {"id": 1, "name": "Aspirin"}},
                {"visit_id": 1, "line": 2, "drug_id": 2, "replaces": 1, "amount": 20.5, "drug": {"id": 2, "name": "Placebo \"forte\""}},
            ]},
            {"id": 2, "patient": null, "visits_by_referred_by": null, "visits": [], "doses": []},
            {"id": 3, "patient": null, "visits_by_referred_by": first, "visits": [], "doses": []},
        ]));
        assert_eq!((listed.count, listed.notices.len()), (Some(3), 0));
    }

    every_level_holds_own_rows_only(engine) {
        let world = clinic(engine).await;
        let alice = world.as_user("alice").await;
        let drug = data(&get(&alice, "drugs", json!(1), &["doses_by_drug_id.visit.patient", "doses_by_replaces"]).await.unwrap());
        let lines = drug["doses_by_drug_id"].as_array().unwrap();
        assert_eq!(lines.iter().map(|it| it["visit_id"].clone()).collect::<Vec<_>>(), [json!(1)]);
        assert_eq!(lines[0]["visit"]["patient"], json!({"id": 1, "name": "Ann"}));
        assert_eq!(drug["doses_by_replaces"][0]["line"], 2);
        // His visit is of her patient, and hers of his: neither shows the other's.
        let patient = data(&get(&alice, "patients", json!(1), &["visits.patient"]).await.unwrap());
        assert_eq!(patient["visits"].as_array().unwrap().len(), 1);
        let bob = world.as_user("bob").await;
        let his = data(&get(&bob, "visits", json!(4), &["patient", "visits_by_referred_by", "doses"]).await.unwrap());
        assert_eq!((&his["patient"], &his["visits_by_referred_by"], &his["doses"][0]["amount"]), (&json!(null), &json!(null), &json!(99)));
        let all = format!("{drug}{patient}{his}");
        for hidden in ["Ben", "1234", "4321", "hidden", "\"t\""] {
            assert!(!all.contains(hidden), "{hidden}: {all}");
        }
    }

    what_does_not_lead_anywhere_is_refused(engine) {
        let world = clinic(engine).await;
        let alice = world.as_user("alice").await;
        for (expand, said) in [
            (&["vault"][..], "`expand` names `vault`, which visits does not lead to. It leads to: patient, visits_by_referred_by, doses, visits."),
            (&["patient.visits.doses.drug"], "`expand` leads deeper than 3 steps: `patient.visits.doses.drug`."),
            (&["patient."], "`expand` names ``, which patients does not lead to. It leads to: visits."),
            (&["doses", "doses.user"], "`expand` names `user`, which doses does not lead to. It leads to: visit, drug, drugs_by_replaces."),
            (&["x\"'); DROP TABLE visits; --"], "`expand` names `x\"'); DROP TABLE visits; --`, which visits does not lead to. It leads to: patient, visits_by_referred_by, doses, visits."),
        ] {
            assert_eq!(failure(list(&alice, "visits", expand, &[]).await), ("invalid_argument", said.into()));
        }
        assert_eq!(failure(list(&alice, "visits", &["patient"; 11], &[]).await).1, "`expand` has more than 10 names.");
    }

    long_lists_are_cut_and_say_how_to_go_on(engine) {
        let world = clinic(engine).await;
        world.run(&(10..40).map(|id| format!("INSERT INTO visits (id, user_id, patient_id) VALUES ({id}, 'alice', 1);")).collect::<String>()).await;
        let alice = world.as_user("alice").await;
        let listed = list(&alice, "patients", &["visits"], &[]).await.unwrap();
        let visits = data(&listed)[0]["visits"].clone();
        assert_eq!((visits.as_array().unwrap().len(), &visits[0]["id"], &visits[19]["id"]), (20, &json!(1), &json!(28)));
        assert_eq!(listed.notices, ["`visits` holds the first 20 of each item. For the rest list visits with `filters` on `patient_id`."]);
        let got = get(&alice, "visits", json!(1), &["patient.visits"]).await.unwrap();
        assert_eq!(got.notices, ["`patient.visits` holds the first 20 of each item. For the rest list visits with `filters` on `patient_id`."]);
        assert_eq!(data(&got)["patient"]["visits"].as_array().unwrap().len(), 20);
        assert!(list(&alice, "visits", &["patient"], &[]).await.unwrap().notices.is_empty());
    }

    names_come_from_columns_and_collections(engine) {
        let world = clinic(engine).await;
        let catalog = world.sql.catalog();
        let names = |collection: &str| {
            let parameters = &catalog.collection(collection).unwrap().parameters[&OperationKind::List];
            parameters.iter().find(|it| it.name == "expand").unwrap().description.clone()
        };
        let about = |names: &str| format!("Related items to bring along, dotted for deeper ones: {names}.");
        assert_eq!(names("visits"), about("patient, visits_by_referred_by, doses, visits"));
        assert_eq!(names("doses"), about("visit, drug, drugs_by_replaces"));
        assert_eq!(names("drugs"), about("doses_by_drug_id, doses_by_replaces"));
        assert_eq!(names("patients"), about("visits"));
        assert!(catalog.collection("users").unwrap().parameters[&OperationKind::List].iter().all(|it| it.name != "expand"));
    }
}

//! The suite that every connector must pass, over graphql-yoga. Actions have no keys of their own: the test shows a user's
//! notes as a collection too, so that the suite tries each of hers with every action as him.

use std::collections::BTreeSet;
use std::sync::Arc;

use access::Effect;
use bellhop_connector_graphql::Graphql;
use connector::{
    Abilities, Catalog, Collection, Connector, Context, Field, Operation, OperationKind, Outcome, Ownership, Permit,
    Result, Start,
};
use serde_json::{Value, json};
use testkit::graphql::key;
use testkit::suite::{Subject, run};

use crate::world::{World, call, data};

#[tokio::test]
async fn nothing_of_another_user_is_ever_seen() {
    let world = World::new(json!({"exclude": ["failing", "failAfterwards", "slow", "note_mutation"]})).await;
    let World { server, api, alice, bob } = world;
    let readers = [alice.clone(), bob.clone()];
    let mut subject = Subject::new(Arc::new(WithNotes { api, readers }), "notes", alice, bob);
    subject.secrets = ["alice", "bob"].map(|user| key(user).to_owned()).into();
    subject.internals = vec![server.url(), "reqwest".into(), "hyper".into(), "Bellhop(".into()];
    let report = run(subject).await;
    assert!(report.calls > 100, "{report}");
    assert_eq!(server.notes("alice").await.len(), 4, "hers are as they were");
}

/// The API with the notes of whoever asks as a collection.
#[derive(Debug)]
struct WithNotes {
    api: Graphql,
    readers: [access::Caller; 2],
}

#[async_trait::async_trait]
impl Connector for WithNotes {
    fn catalog(&self) -> Arc<Catalog> {
        let mut catalog = Catalog::clone(&self.api.catalog());
        let field =
            |name: &str| Field { filterable: false, sortable: false, ..Field::new(name, json!({"type": "string"})) };
        catalog.collections.push(Collection {
            name: "all_notes".into(),
            description: None,
            fields: vec![field("id"), field("title"), field("text"), field("state")],
            key: vec!["id".into()],
            operations: BTreeSet::from([OperationKind::List]),
            identity: Vec::new(),
            ownership: Ownership::Owned { by: "the key".into() },
            parameters: Default::default(),
            page_default: None,
            abilities: Abilities::default(),
        });
        Arc::new(catalog)
    }

    async fn execute(&self, permit: Permit, operation: Operation, context: &Context) -> Result<Outcome> {
        let Operation::List(list) = &operation else { return self.api.execute(permit, operation, context).await };
        let spent = connector::spend(permit, "notes", &operation, Effect::Read)?;
        let caller = self.readers.iter().find(|it| it.id() == spent.id()).unwrap();
        let page = call(&self.api, caller, "notes", json!({"first": 50})).await?;
        let edges = data(&page)["edges"].as_array().unwrap().clone();
        let wanted = ["id", "title", "text", "state"];
        let wanted =
            wanted.into_iter().filter(|name| list.fields.as_ref().is_none_or(|it| it.iter().any(|it| it == name)));
        let item = |edge: &Value| {
            Value::Object(wanted.clone().map(|name| (name.to_owned(), edge["node"][name].clone())).collect())
        };
        let start = match &list.start {
            Start::Offset(start) => usize::try_from(*start).unwrap(),
            Start::After(next) => next.parse().unwrap(),
        };
        let end = start + usize::try_from(list.limit).unwrap();
        let mut items: Vec<Value> = edges.iter().skip(start).take(end - start).map(item).collect();
        let mut outcome = Outcome { count: Some(edges.len() as u64), ..Outcome::default() };
        while json!(items).to_string().len() > context.result_bytes_max {
            items.pop();
            outcome.notices = vec!["The page was cut.".into()];
        }
        let end = start + items.len();
        outcome.next = (end < edges.len()).then(|| end.to_string());
        outcome.has_more = Some(outcome.next.is_some());
        outcome.data = Outcome::of(&items)?.data;
        Ok(outcome)
    }

    async fn health(&self) -> Result<()> {
        self.api.health().await
    }
}

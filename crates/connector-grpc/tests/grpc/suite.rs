//! The suite that every connector must pass.

use std::collections::BTreeSet;
use std::sync::Arc;

use bellhop_connector_grpc::Grpc;
use connector::{
    Caller, Catalog, Collection, Connector, Context, Error, Field, Get, Invoke, List, Operation, OperationKind,
    Outcome, Ownership, Permit, Start,
};
use serde_json::{Map, Value, json};
use testkit::grpc::{Notes, key};
use testkit::suite::{Subject, run};

use crate::support::{NAME, World, data};

#[tokio::test]
async fn nothing_of_another_user_is_ever_seen() {
    let mut server = Notes::start().await;
    let mut kept = Vec::new();
    for nth in 0..4 {
        for user in ["alice", "bob"] {
            let note = json!({"id": format!("{user}-note-{nth}"), "title": format!("{user} {nth}"), "body": "", "revision": 1});
            kept.push((user, note));
        }
    }
    server.begin_with(&kept).await;
    let more = json!({
        "credential": {"claim": "notes"}, "bind": {"user_id": "{caller.id}", "field:account.user_id": "{caller.id}"},
        "include": {"services": ["notes.v1.Notes", "notes.v1.Ledger"]}, "stream_ms": 300,
        // Its answers have an id that is another one each time.
        "exclude": {"methods": ["CreateNote"]}
    });
    let World { resource, alice, bob } = World::open(&server, more).await;
    let mut subject = Subject::new(Arc::new(WithNotes(resource)), NAME, alice, bob);
    subject.secrets = vec![key("alice"), key("bob")];
    subject.internals = vec![server.url(), "tonic".into(), "hyper".into(), "/var/lib".into()];
    let before = server.kept("alice");
    let report = run(subject).await;
    assert!(report.calls > 200, "{report}");
    assert_eq!(server.kept("alice"), before);
}

/// The methods, and what two of them list and get as a collection: the suite learns from it what is whose, and tries the
/// methods with that.
#[derive(Debug)]
struct WithNotes(Grpc);

impl WithNotes {
    async fn call(&self, caller: &Caller, action: &str, input: Value, context: &Context) -> Result<Outcome, Error> {
        let input: Map<String, Value> = serde_json::from_value(input).expect("an object");
        let operation = Operation::Invoke(Invoke { action: action.to_owned(), input, answers: None });
        let permit = testkit::permit(caller, NAME, &operation, connector::Effect::Read);
        self.0.execute(permit, operation, context).await
    }

    async fn list(&self, caller: &Caller, list: &List, context: &Context) -> Result<Outcome, Error> {
        let answer = self.call(caller, "Notes_ListNotes", json!({}), &testkit::context()).await?;
        let notes = data(&answer)["notes"].as_array().cloned().unwrap_or_default();
        let Start::Offset(from) = list.start else { panic!("no cursor was given") };
        let from = usize::try_from(from).unwrap();
        let mut page: Vec<&Value> = notes.iter().skip(from).take(list.limit as usize).collect();
        let whole = page.len();
        while serde_json::to_string(&page).unwrap().len() > context.result_bytes_max {
            page.pop();
        }
        let mut outcome = Outcome::of(&page)?;
        outcome.has_more = Some(from + page.len() < notes.len());
        if page.len() < whole {
            outcome.notices.push("There is more.".to_owned());
        }
        Ok(outcome)
    }
}

#[async_trait::async_trait]
impl Connector for WithNotes {
    fn catalog(&self) -> Arc<Catalog> {
        let mut catalog = Catalog::clone(&self.0.catalog());
        let field = |name: &str| {
            let mut field = Field::new(name, json!({"type": "string"}));
            (field.filterable, field.sortable) = (false, false);
            field
        };
        catalog.collections.push(Collection {
            name: "notes".to_owned(),
            description: None,
            fields: ["id", "title", "body", "revision"].map(field).into(),
            key: vec!["id".to_owned()],
            operations: BTreeSet::from([OperationKind::List, OperationKind::Get]),
            identity: Vec::new(),
            ownership: Ownership::Owned { by: "the key".to_owned() },
            parameters: Default::default(),
            page_default: None,
            abilities: Default::default(),
        });
        Arc::new(catalog)
    }

    async fn execute(&self, permit: Permit, operation: Operation, context: &Context) -> Result<Outcome, Error> {
        match &operation {
            Operation::List(list) => {
                let caller = connector::spend(permit, NAME, &operation, connector::Effect::Read)?;
                self.list(&caller, list, context).await
            }
            Operation::Get(Get { identifier, .. }) => {
                let caller = connector::spend(permit, NAME, &operation, connector::Effect::Read)?;
                let id = identifier.single().cloned().unwrap_or_default();
                let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
                self.call(&caller, "Notes_GetNote", json!({"id": id}), context).await
            }
            _ => self.0.execute(permit, operation, context).await,
        }
    }

    async fn health(&self) -> Result<(), Error> {
        self.0.health().await
    }
}

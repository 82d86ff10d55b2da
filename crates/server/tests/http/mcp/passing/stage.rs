//! A resource that was made for models, in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use access::{Policy, ResourcePolicy};
use connector::{
    Action, Asked, Catalog, Collection, Completed, Connector, Content, Context, Documents, Effect, Error, Field,
    Happening, Invoke, Line, List, Operation, OperationKind, Outcome, Ownership, Permit, Progress, Prompt,
    PromptArgument, Result, Shown, Start, spend,
};
use gateway::{Audit, Gateway, Names, Options};
use serde_json::{Map, Value, json};
use tokio::sync::broadcast::{Receiver, Sender, channel};

#[derive(Debug)]
pub struct Stage {
    name: String,
    catalog: Arc<Catalog>,
    happens: Sender<Happening>,
}

/// A house with one such resource of each name.
pub fn gateway(stages: &[(&str, Names)], options: Options) -> Gateway {
    let resources = stages.iter().map(|(name, _)| {
        let stage: Arc<dyn Connector> = Arc::new(Stage::new(name));
        ((*name).to_owned(), stage)
    });
    let policy = Policy::new(stages.iter().map(|(name, _)| ((*name).to_owned(), ResourcePolicy::default())));
    let gateway = Gateway::new(resources, policy, options, Audit::default(), None).unwrap();
    gateway.naming(stages.iter().map(|(name, names)| ((*name).to_owned(), *names)))
}

impl Stage {
    fn new(name: &str) -> Self {
        Self { name: name.into(), catalog: Arc::new(catalog()), happens: channel(16).0 }
    }
}

fn action(name: &str, properties: Value, output: Option<Value>) -> Action {
    let shown = Shown {
        title: Some(format!("To {name}")),
        icons: vec![json!({"src": "https://stage.test/icon.png", "mimeType": "image/png"})],
        open_world: Some(true),
        meta: json!({"stage/act": 1}).as_object().unwrap().clone(),
    };
    Action {
        name: name.into(),
        description: Some(format!("{name}:\nin two lines.")),
        input: json!({"type": "object", "properties": properties, "$comment": "kept"}).into(),
        output: output.map(Into::into),
        effect: Effect::Read,
        idempotent: true,
        identity: vec!["tenant".into()],
        own: BTreeMap::new(),
        shown: Some(Box::new(shown)),
        ownership: Ownership::Owned { by: "the stage".into() },
    }
}

fn catalog() -> Catalog {
    let argument = |name: &str, required| PromptArgument { name: name.into(), required, ..PromptArgument::default() };
    Catalog {
        actions: vec![
            action("draw", json!({}), Some(json!({"type": "object", "properties": {"n": {"type": "integer"}}}))),
            action("fail", json!({}), None),
            action("ask", json!({"what": {"type": "string"}}), None),
            action("book", json!({"region": {"type": "string", "x-mcp-header": "Region"}}), None),
            action("talk", json!({}), None),
            action("change", json!({}), None),
            action("need", json!({}), None),
        ],
        collections: vec![Collection {
            name: "papers".into(),
            description: None,
            fields: vec![Field::new("uri", json!({"type": "string"}))],
            key: vec!["uri".into()],
            operations: BTreeSet::from([OperationKind::List]),
            identity: Vec::new(),
            ownership: Ownership::Owned { by: "the stage".into() },
            parameters: BTreeMap::new(),
            page_default: None,
            abilities: Default::default(),
        }],
        prompts: vec![Prompt {
            name: "greet".into(),
            title: Some("Greeting".into()),
            arguments: vec![argument("name", true), argument("tone", false)],
            identity: vec!["tenant".into()],
            ..Prompt::default()
        }],
        documents: Some(Documents {
            collection: "papers".into(),
            templates: vec![json!({"uriTemplate": "stage://act/{n}", "name": "act"})],
        }),
        ..Catalog::default()
    }
}

#[async_trait::async_trait]
impl Connector for Stage {
    fn catalog(&self) -> Arc<Catalog> {
        self.catalog.clone()
    }

    async fn execute(&self, permit: Permit, operation: Operation, context: &Context) -> Result<Outcome> {
        let caller = spend(permit, &self.name, &operation, Effect::Read)?;
        let user = caller.id().as_str();
        match operation {
            Operation::Invoke(invoke) => self.invoke(user, invoke, context).await,
            Operation::List(list) => papers(user, &list),
            Operation::Recite(recite) => Outcome::of(&json!({
                "description": "a greeting",
                "messages": [{"role": "user", "content": {"type": "text", "text": format!("{user} greets {}", recite.arguments["name"])}}]
            })),
            Operation::Read(read) if read.uri.starts_with("stage://") => {
                Outcome::of(&json!([{"uri": read.uri, "mimeType": "text/plain", "text": format!("for {user}")}]))
            }
            Operation::Complete(complete) => {
                let of = match complete.of {
                    Completed::Prompt(name) | Completed::Template(name) => name,
                };
                Outcome::of(&json!({"values": [of, complete.value], "total": 2, "hasMore": false}))
            }
            _ => Err(Error::not_found("the stage")),
        }
    }

    async fn health(&self) -> Result<()> {
        Ok(())
    }

    fn happenings(&self) -> Option<Receiver<Happening>> {
        Some(self.happens.subscribe())
    }
}

fn papers(user: &str, list: &List) -> Result<Outcome> {
    let Start::Offset(offset) = list.start else { return Err(Error::not_found("papers")) };
    let all: Vec<_> =
        (1..=3).map(|n| json!({"uri": format!("stage://{user}/{n}"), "name": "paper", "size": null})).collect();
    let end = (offset as usize + list.limit as usize).min(all.len());
    let mut outcome = Outcome::of(&&all[(offset as usize).min(end)..end])?;
    outcome.has_more = Some(end < all.len());
    Ok(outcome)
}

fn text(text: impl Into<String>) -> Value {
    json!({"type": "text", "text": text.into()})
}

fn content(blocks: Vec<Value>) -> Result<Outcome> {
    Ok(Outcome { content: Some(Content { blocks, ..Content::default() }), ..Outcome::default() })
}

impl Stage {
    async fn invoke(&self, user: &str, invoke: Invoke, context: &Context) -> Result<Outcome> {
        match (&*invoke.action, invoke.answers) {
            ("draw", _) => {
                let link = json!({"type": "resource_link", "uri": "stage://act/1", "name": "act 1"});
                let blocks = vec![
                    text(format!("drawn\u{1b} for {user}")),
                    json!({"type": "image", "data": "AAAA", "mimeType": "image/png"}),
                    link,
                ];
                let meta =
                    json!({"stage/act": 2, "io.modelcontextprotocol/serverInfo": {"name": "stage", "version": "1"}});
                let meta = meta.as_object().unwrap().clone();
                let content = Content { blocks, structured: Some(json!({"n": 7})), failed: false, meta };
                Ok(Outcome { content: Some(content), ..Outcome::default() })
            }
            ("fail", _) => {
                let content =
                    Content { blocks: vec![text("The curtain is stuck.")], failed: true, ..Content::default() };
                Ok(Outcome { content: Some(content), ..Outcome::default() })
            }
            ("ask", None) => {
                let form = json!({"method": "elicitation/create", "params": {"mode": "form", "message": "Which?", "requestedSchema": {"type": "object", "properties": {"which": {"type": "string"}}}}});
                let requests = Map::from_iter([("which".to_owned(), form)]);
                Ok(Outcome { asked: Some(Asked { requests, state: Some("round one".into()) }), ..Outcome::default() })
            }
            ("ask", Some(answers)) => content(vec![text(format!(
                "{user}: {} after {}",
                Value::Object(answers.responses),
                answers.state.unwrap_or_default()
            ))]),
            ("book", _) => content(vec![text(invoke.input["region"].as_str().unwrap_or("nowhere"))]),
            ("talk", _) => {
                for done in [0.0, 50.0, 100.0] {
                    context.progress(Progress { done, total: Some(100.0), message: None });
                    let level = if done > 0.0 { "warning" } else { "debug" };
                    context.line(Line { level: level.into(), logger: Some("stage".into()), data: json!(done) });
                }
                content(vec![text("said")])
            }
            ("change", _) => {
                let _ = self.happens.send(Happening::Actions);
                content(vec![text("changed")])
            }
            ("need", _) => {
                let needs = json!({"sampling": {}}).as_object().unwrap().clone();
                Err(Error::new(connector::ErrorKind::Unsupported, "This needs a client that samples.")
                    .with_client_needs(needs))
            }
            _ => Err(Error::not_found("the stage")),
        }
    }
}

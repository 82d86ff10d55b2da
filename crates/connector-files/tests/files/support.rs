//! A real folder, a real connector over it, and operations written as they come in.

use std::path::PathBuf;

use bellhop_connector_files::{Config, Files, folder_name};
use connector::{
    Aggregate, Connector, Context, Create, Delete, Effect, Error, Filter, FilterLimits, Get, Identifier, Invoke, List,
    Metric, Operation, Outcome, Sort, Start, Update,
};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

pub(crate) const RESOURCE: &str = "notes";

pub(crate) struct Bench {
    pub(crate) root: TempDir,
    pub(crate) files: Files,
    /// Where [`ON_STORE`](crate::ON_STORE).
    #[allow(dead_code, reason = "the tests of folders have none")]
    pub(crate) store: Option<crate::store::Store>,
}

/// Users' folders in a fresh root.
pub(crate) async fn bench() -> Bench {
    bench_with(|_| {}).await
}

pub(crate) async fn bench_with(change: impl FnOnce(&mut Config)) -> Bench {
    bench_in(TempDir::new().unwrap(), change).await
}

/// Over what is there already.
pub(crate) async fn bench_in(root: TempDir, change: impl FnOnce(&mut Config)) -> Bench {
    let store = if crate::ON_STORE { Some(crate::store::Store::start(root.path()).await) } else { None };
    let mut config = store.as_ref().map_or_else(|| Config::new(root.path().join("users")), |store| store.config());
    config.create_root = true;
    change(&mut config);
    let files = Files::open(RESOURCE, config).await.unwrap();
    Bench { root, files, store }
}

/// What a test names and what it leaves out.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) filters: Value,
    pub(crate) sort: Vec<Sort>,
    pub(crate) fields: Option<Vec<String>>,
    pub(crate) limit: u32,
    pub(crate) start: Start,
    pub(crate) options: Value,
}

impl Default for Ask {
    fn default() -> Self {
        Self {
            filters: json!({}),
            sort: Vec::new(),
            fields: None,
            limit: 1000,
            start: Start::Offset(0),
            options: json!({}),
        }
    }
}

impl Bench {
    /// Where the operator finds all users' folders: a store keeps its objects as files too.
    pub(crate) fn users(&self) -> PathBuf {
        self.root.path().join(if crate::ON_STORE { "bucket/users" } else { "users" })
    }

    /// Where the operator finds a user's folder.
    pub(crate) fn home(&self, user: &str) -> PathBuf {
        self.users().join(folder_name(user))
    }

    /// Puts a file there as the operator would.
    pub(crate) fn put(&self, user: &str, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        put(&self.home(user).join(path), content)
    }

    pub(crate) async fn run(&self, user: &str, operation: Operation) -> Result<Outcome, Error> {
        self.run_in(user, operation, &testkit::context()).await
    }

    pub(crate) async fn run_in(&self, user: &str, operation: Operation, context: &Context) -> Result<Outcome, Error> {
        let effect = match &operation {
            Operation::Invoke(it) => self.files.catalog().action(&it.action).map_or(Effect::Read, |it| it.effect),
            other => other.kind().unwrap().effect(),
        };
        let caller = testkit::caller(user).await;
        let permit = testkit::permit(&caller, RESOURCE, &operation, effect);
        self.files.execute(permit, operation, context).await
    }

    pub(crate) async fn list(&self, user: &str, ask: Ask) -> Result<Outcome, Error> {
        self.run(user, self.list_operation(ask)).await
    }

    pub(crate) fn list_operation(&self, ask: Ask) -> Operation {
        Operation::List(List {
            collection: "files".into(),
            filter: self.filter(&ask.filters),
            sort: ask.sort,
            fields: ask.fields,
            limit: ask.limit,
            start: ask.start,
            options: object(ask.options),
        })
    }

    pub(crate) fn filter(&self, filters: &Value) -> Option<Filter> {
        Filter::parse(filters, &self.files.catalog().collections[0], FilterLimits::default()).unwrap()
    }

    /// The paths that a list gives, in its order.
    pub(crate) async fn paths(&self, user: &str, ask: Ask) -> Vec<String> {
        let data = data(&self.list(user, ask).await.unwrap());
        data.as_array().unwrap().iter().map(|item| item["path"].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) async fn get(&self, user: &str, path: &str) -> Result<Outcome, Error> {
        self.get_with(user, path, json!({})).await
    }

    pub(crate) async fn get_with(&self, user: &str, path: &str, options: Value) -> Result<Outcome, Error> {
        self.run(user, get(path, options)).await
    }

    /// The text of a file as its user reads it.
    pub(crate) async fn text(&self, user: &str, path: &str) -> String {
        data(&self.get(user, path).await.unwrap())["content"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn create(&self, user: &str, path: &str, content: &str) -> Result<Outcome, Error> {
        self.create_with(user, json!({"path": path, "content": content})).await
    }

    pub(crate) async fn create_with(&self, user: &str, values: Value) -> Result<Outcome, Error> {
        self.run(user, create(values)).await
    }

    pub(crate) async fn update(&self, user: &str, path: &str, values: Value) -> Result<Outcome, Error> {
        self.run(user, update(path, values, json!({}))).await
    }

    pub(crate) async fn delete(&self, user: &str, path: &str, options: Value) -> Result<Outcome, Error> {
        self.run(user, delete(path, options)).await
    }

    pub(crate) async fn invoke(&self, user: &str, action: &str, input: Value) -> Result<Outcome, Error> {
        self.run(user, invoke(action, input)).await
    }

    pub(crate) async fn aggregate(&self, user: &str, group_by: &[&str], metrics: Vec<Metric>, filters: Value) -> Value {
        let operation = Operation::Aggregate(Aggregate {
            collection: "files".into(),
            filter: self.filter(&filters),
            group_by: group_by.iter().map(|field| (*field).into()).collect(),
            metrics,
            sort: Vec::new(),
            limit: 100,
            ..Aggregate::default()
        });
        data(&self.run(user, operation).await.unwrap())
    }
}

pub(crate) fn put(file: &std::path::Path, content: impl AsRef<[u8]>) -> PathBuf {
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, content).unwrap();
    file.to_owned()
}

pub(crate) fn get(path: &str, options: Value) -> Operation {
    Operation::Get(Get {
        collection: "files".into(),
        identifier: identifier(path),
        fields: None,
        options: object(options),
    })
}

pub(crate) fn create(values: Value) -> Operation {
    Operation::Create(Create { collection: "files".into(), data: object(values), options: Map::new() })
}

pub(crate) fn update(path: &str, values: Value, options: Value) -> Operation {
    Operation::Update(Update {
        collection: "files".into(),
        identifier: identifier(path),
        data: object(values),
        options: object(options),
    })
}

pub(crate) fn delete(path: &str, options: Value) -> Operation {
    Operation::Delete(Delete { collection: "files".into(), identifier: identifier(path), options: object(options) })
}

pub(crate) fn invoke(action: &str, input: Value) -> Operation {
    Operation::Invoke(Invoke { action: action.into(), input: object(input), answers: None })
}

pub(crate) fn identifier(path: &str) -> Identifier {
    Identifier::parse(&json!(path), &collection()).unwrap()
}

fn collection() -> connector::Collection {
    connector::Collection {
        name: "files".into(),
        description: None,
        fields: Vec::new(),
        key: vec!["path".into()],
        operations: Default::default(),
        identity: Vec::new(),
        ownership: connector::Ownership::Owned { by: String::new() },
        parameters: Default::default(),
        page_default: None,
        abilities: Default::default(),
    }
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

/// The answer's data, decoded.
pub(crate) fn data(outcome: &Outcome) -> Value {
    serde_json::from_str(outcome.data.as_ref().expect("the answer has data").get()).unwrap()
}

/// The kind and sentence of a refusal.
pub(crate) fn refusal(result: Result<Outcome, Error>) -> (&'static str, String) {
    match result {
        Ok(outcome) => panic!("should have been refused, but: {outcome:?}"),
        Err(error) => (error.kind().code(), error.message().to_owned()),
    }
}

pub(crate) fn not_found() -> (&'static str, String) {
    ("not_found", "There is no such item in files.".to_owned())
}

pub(crate) fn by(field: &str, descending: bool) -> Vec<Sort> {
    vec![Sort { field: field.into(), descending }]
}

/// Everything below a folder: path and content, links as what they say.
pub(crate) fn snapshot(folder: &std::path::Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        let Ok(items) = std::fs::read_dir(&folder) else { continue };
        for item in items {
            let path = item.unwrap().path();
            // What the store of the tests notes about its objects.
            if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".bucket-")) {
                continue;
            }
            let Ok(metadata) = std::fs::symlink_metadata(&path) else { continue };
            if metadata.is_dir() {
                waiting.push(path.clone());
                found.push((path, b"folder".to_vec()));
            } else if metadata.is_symlink() {
                let to = std::fs::read_link(&path).unwrap();
                found.push((path, to.into_os_string().into_encoded_bytes()));
            } else {
                let content = if metadata.is_file() { std::fs::read(&path).unwrap() } else { b"special".to_vec() };
                found.push((path, content));
            }
        }
    }
    found.sort();
    found
}

//! An API with a description, and users who call it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use access::{Caller, IdentitySigner};
use bellhop_connector_openapi::{Config, OpenApi};
use connector::{Action, Catalog, Connector, Error, Invoke, Operation, Outcome, Result};
use serde_json::{Value, json};
use testkit::Recorder;
use upstream::{ConnectConfig, Credential, CredentialSource, IdentityConfig, Secret, Sources};

/// The API and what a caller may do with it.
pub(crate) struct World {
    pub(crate) server: Recorder,
    pub(crate) api: OpenApi,
}

/// A document of these paths and security schemes.
pub(crate) fn document(paths: Value, schemes: Value) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1"},
        "paths": paths,
        "components": {"securitySchemes": schemes, "schemas": {
            "Owner": {"type": "object", "required": ["id", "name"],
                "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}},
            "Order": {"type": "object", "required": ["user_id", "title"], "minProperties": 2,
                "example": {"user_id": "bob", "title": "x"},
                "properties": {"user_id": {"type": "string"}, "title": {"type": "string"},
                    "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}}}},
            "Line": {"type": "object", "properties": {"userId": {"type": "string"}, "count": {"type": "integer"}}},
            "Both": {"allOf": [{"$ref": "#/components/schemas/Owned"},
                {"type": "object", "properties": {"title": {"type": "string"}}}]},
            "Owned": {"type": "object", "required": ["owner"],
                "properties": {"owner": {"$ref": "#/components/schemas/Owner"}}},
        }},
    })
}

/// One operation without a body.
pub(crate) fn get(id: &str, parameters: Value, security: Value) -> Value {
    json!({"operationId": id, "parameters": parameters, "security": security,
        "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {}}}}}})
}

/// One operation with a JSON body of a named schema.
pub(crate) fn post(id: &str, schema: &Value) -> Value {
    json!({"operationId": id, "requestBody": {"required": true, "content": {"application/json": {"schema": schema}}},
        "responses": {"200": {"description": "ok"}}})
}

impl World {
    pub(crate) async fn new(document: &Value, identity: IdentityConfig, sources: &dyn Sources) -> Self {
        Self::with(Recorder::start().await, document, identity, sources).await.unwrap()
    }

    pub(crate) async fn with(
        server: Recorder,
        document: &Value,
        identity: IdentityConfig,
        sources: &dyn Sources,
    ) -> Result<Self> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("openapi.json");
        std::fs::write(&path, document.to_string()).unwrap();
        let config = Config {
            url: Some(server.url().to_owned()),
            shared: identity.shared,
            public: identity.public,
            bind: identity.bind,
            credential: identity.credential,
            credentials: identity.credentials,
            exchange: identity.exchange,
            signed: identity.signed,
            connect: identity.connect,
            ..Config::new(path.to_string_lossy())
        };
        let api = OpenApi::connect("things", config, sources).await?;
        Ok(Self { server, api })
    }

    pub(crate) fn catalog(&self) -> Arc<Catalog> {
        self.api.catalog()
    }

    pub(crate) fn action(&self, name: &str) -> Action {
        let catalog = self.catalog();
        catalog.action(name).cloned().unwrap_or_else(|| panic!("{name} is closed: {:?}", catalog.hidden))
    }

    /// Names of what is offered.
    pub(crate) fn offered(&self) -> Vec<String> {
        let mut names: Vec<_> = self.api.catalog().actions.iter().map(|action| action.name.clone()).collect();
        names.sort();
        names
    }

    pub(crate) async fn call(&self, caller: &Caller, action: &str, input: Value) -> Result<Outcome> {
        let Value::Object(input) = input else { panic!("{input}") };
        let effect = self.api.catalog().action(action).map_or(access::Effect::Read, |action| action.effect);
        let operation = Operation::Invoke(Invoke { action: action.to_owned(), input, answers: None });
        let permit = testkit::permit(caller, "things", &operation, effect);
        self.api.execute(permit, operation, &testkit::context()).await
    }

    pub(crate) async fn refused(&self, caller: &Caller, action: &str, input: Value) -> Error {
        match self.call(caller, action, input.clone()).await {
            Err(error) => error,
            Ok(outcome) => panic!("{action} {input} is not refused: {outcome:?}"),
        }
    }
}

/// Everything in an action's input as text, to see that a name is gone.
pub(crate) fn text(action: &Action) -> String {
    Value::Object(action.input.get().as_ref().clone()).to_string()
}

/// Sources of a test: keys of users by their key among all issuers.
#[derive(Debug, Default)]
pub(crate) struct Given {
    pub(crate) keys: Arc<Keys>,
    pub(crate) variables: HashMap<String, String>,
    pub(crate) signer: Option<Arc<IdentitySigner>>,
}

/// What each user has; the second of several after the first was refused.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    pub(crate) of: HashMap<String, Vec<Credential>>,
    refusals: AtomicUsize,
}

impl Given {
    pub(crate) fn keys<'a>(keys: impl IntoIterator<Item = (&'a Caller, Vec<Credential>)>) -> Self {
        let of = keys.into_iter().map(|(caller, keys)| (caller.key().to_owned(), keys)).collect();
        Self { keys: Arc::new(Keys { of, refusals: AtomicUsize::new(0) }), ..Self::default() }
    }
}

pub(crate) fn key(text: &str) -> Credential {
    Credential::Token(text.to_owned().into())
}

#[async_trait::async_trait]
impl CredentialSource for Keys {
    async fn credential(&self, caller: &Caller) -> Result<Option<Credential>> {
        let Some(keys) = self.of.get(caller.key()) else { return Ok(None) };
        let at = self.refusals.load(Ordering::SeqCst).min(keys.len() - 1);
        Ok(Some(keys[at].clone()))
    }

    async fn refused(&self, caller: &Caller, _used: &Credential) -> bool {
        let at = self.refusals.fetch_add(1, Ordering::SeqCst) + 1;
        self.of.get(caller.key()).is_some_and(|keys| at < keys.len())
    }

    fn missing(&self) -> String {
        "Set one by `bellhop secret set things`.".into()
    }

    fn describe(&self) -> String {
        "the credential store".into()
    }
}

impl Sources for Given {
    fn store(&self, _resource: &str) -> Option<Arc<dyn CredentialSource>> {
        Some(self.keys.clone())
    }

    fn connect(&self, _resource: &str, _config: &ConnectConfig) -> Option<Arc<dyn CredentialSource>> {
        Some(self.keys.clone())
    }

    fn query(&self, _sql_resource: &str, _action: &str) -> Option<Arc<dyn CredentialSource>> {
        Some(self.keys.clone())
    }

    fn variable(&self, name: &str) -> Option<Secret> {
        self.variables.get(name).map(|value| value.clone().into())
    }

    fn signer(&self) -> Option<Arc<IdentitySigner>> {
        self.signer.clone()
    }
}

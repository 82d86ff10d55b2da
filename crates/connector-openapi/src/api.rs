//! What a document says, the same for Swagger 2.0, OpenAPI 3.0 and 3.1.

use std::sync::Arc;

use access::Effect;
use http::Method;
use indexmap::IndexMap;
use serde_json::{Map, Value};

/// One API.
#[derive(Clone, Debug, Default)]
pub(crate) struct Api {
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    /// Where it is served, variables filled with their defaults; relative ones resolved against where the document
    /// came from.
    pub(crate) servers: Vec<String>,
    pub(crate) operations: Vec<Operation>,
    /// What the schemas' `$ref`s lead to, `#/$defs/Name`, already JSON Schema 2020-12.
    pub(crate) definitions: Arc<Definitions>,
    /// Security schemes by name.
    pub(crate) schemes: IndexMap<String, Scheme>,
    /// What could not become an operation, and why.
    pub(crate) skipped: Vec<Skipped>,
}

/// One operation of the API.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    /// The action's name: unique, of `A-Za-z0-9_-`, at most as long as the gateway takes.
    pub(crate) name: String,
    pub(crate) method: Method,
    /// The path's template as the document wrote it: `/users/{id}`.
    pub(crate) path: String,
    pub(crate) summary: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) deprecated: bool,
    /// What it does to the world, configuration heard.
    pub(crate) effect: Effect,
    /// Servers of this path or operation where it has its own; the API's otherwise.
    pub(crate) servers: Option<Vec<String>>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    /// JSON Schema (2020-12) of the 2xx answer where it is JSON.
    pub(crate) output: Option<Value>,
    /// Any one of these is enough; empty for none at all.
    pub(crate) security: Vec<Requirement>,
}

/// Schemes that are all needed together, by name.
pub(crate) type Requirement = Vec<String>;

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
    Cookie,
}

/// How a value that is not plain text is written (OpenAPI 3.1 section 4.8.12.3; Swagger 2.0 `collectionFormat`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Matrix,
    Label,
    Simple,
    Form,
    SpaceDelimited,
    PipeDelimited,
    DeepObject,
    /// Swagger 2.0 only.
    TabDelimited,
}

/// One parameter.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    /// Its name on the wire.
    pub(crate) name: String,
    /// Its name among the action's arguments: the same, unless two would clash.
    pub(crate) argument: String,
    pub(crate) place: Place,
    pub(crate) description: Option<String>,
    pub(crate) required: bool,
    pub(crate) deprecated: bool,
    pub(crate) style: Style,
    pub(crate) explode: bool,
    pub(crate) allow_reserved: bool,
    /// Sent as this media type instead of by a style (`content` in OpenAPI 3).
    pub(crate) content: Option<String>,
    /// JSON Schema (2020-12) of its value.
    pub(crate) schema: Value,
}

/// A request's body.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub(crate) required: bool,
    pub(crate) description: Option<String>,
    /// The media type chosen among those that the document offers: JSON first, then form, multipart, text, binary.
    pub(crate) media_type: String,
    /// How its value stands among the action's arguments.
    pub(crate) arguments: BodyArguments,
    /// JSON Schema (2020-12) of the whole body; what is read-only left out.
    pub(crate) schema: Value,
    /// Of parts of a form or multipart body, by property.
    pub(crate) encoding: IndexMap<String, Encoding>,
}

/// How a body stands among the arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BodyArguments {
    /// Each of its properties is an argument: name on the wire by argument's name.
    Properties(IndexMap<String, String>),
    /// It is one argument of this name.
    Whole(String),
}

/// How one part is written (OpenAPI 3.1 section 4.8.15).
#[derive(Clone, Debug, Default)]
pub(crate) struct Encoding {
    pub(crate) content_type: Option<String>,
    /// Parts' own headers that have a fixed value.
    pub(crate) headers: IndexMap<String, String>,
    pub(crate) style: Option<Style>,
    pub(crate) explode: Option<bool>,
    pub(crate) allow_reserved: bool,
}

/// A security scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Basic,
    Bearer,
    /// Another `Authorization` scheme: `digest`, `negotiate`. Not one that credentials can be put into.
    Http(String),
    Header(String),
    Query(String),
    Cookie(String),
    /// OAuth 2 or OpenID Connect: a bearer token. Where the document names them, the addresses of a code flow.
    OAuth {
        authorize_url: Option<String>,
        token_url: Option<String>,
        scopes: Vec<String>,
    },
    MutualTls,
    Unknown(String),
}

/// Something of the document that is not offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Skipped {
    /// `GET /things`.
    pub(crate) name: String,
    pub(crate) reason: String,
    /// What would open it.
    pub(crate) open_with: &'static str,
}

/// Schemas by name.
pub(crate) type Definitions = Map<String, Value>;

use std::path::PathBuf;

use crate::collection::CollectionConfig;
use crate::schema::Limits;
use access::Effect;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use upstream::ClientConfig;

upstream::with_identity! {
    /// An HTTP API, where its description is, and whose its calls are.
    #[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields, default)]
    pub struct Config {
        /// The API's base address: `https://api.example.com/v1`. All calls go to this origin. Where it is left out, the
        /// document's own first server.
        pub url: Option<String>,
        /// Its OpenAPI or Swagger document, JSON or YAML: a file or an address. Where it is left out, it is looked for at
        /// the usual places under `url`.
        pub document: Option<String>,
        /// Further origins that operations with servers of their own may be sent to.
        pub servers: Vec<String>,
        /// Values of variables in the document's server addresses.
        pub server_variables: IndexMap<String, String>,
        /// Let the document refer to other documents: `$ref`s to the same folder or the same origin are followed.
        pub remote_refs: bool,
        /// What is offered; everything where nothing is said.
        pub include: Selection,
        /// What is not, of that.
        pub exclude: Selection,
        /// What operations do, by their names, where their method says it wrong: a POST that is a search is `read`.
        pub effects: IndexMap<String, Effect>,
        /// Whether paths that follow REST conventions are offered as collections too; they are unless this is false.
        pub rest_collections: Option<bool>,
        /// Collections of your own naming: a path whose outer parameters are set, or whose fields the document does not
        /// tell.
        pub collections: IndexMap<String, CollectionConfig>,
        /// How calls are sent.
        pub http: ClientConfig,
        /// The largest document that is read, in bytes; 64 MiB where nothing is said.
        pub document_bytes_max: Option<u64>,
        /// The largest schema of one action's arguments, in bytes; deeper parts of larger ones take anything. 32 KiB where
        /// nothing is said.
        pub input_schema_bytes_max: Option<usize>,
        /// The same of its answer; 16 KiB where nothing is said.
        pub output_schema_bytes_max: Option<usize>,
        /// The folder that a relative `document` is looked for in: that of the configuration file.
        #[serde(skip)]
        pub base: PathBuf,
    }
}

/// Some of an API's operations: those to which every list that is not empty has an entry.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Selection {
    /// Tags, exactly.
    pub tags: Vec<String>,
    /// Paths, with `*` for anything: `/repos/*`.
    pub paths: Vec<String>,
    /// Methods: `GET`.
    pub methods: Vec<String>,
    /// Operations' names, with `*` for anything: `list*`.
    pub names: Vec<String>,
}

/// How deep an action's schema goes before it takes anything.
const SCHEMA_DEPTH_MAX: usize = 24;

impl Config {
    /// The API that a document describes.
    pub fn new(document: impl Into<String>) -> Self {
        Self { document: Some(document.into()), ..Self::default() }
    }

    pub(crate) fn document_bytes_max(&self) -> u64 {
        self.document_bytes_max.unwrap_or(64 * 1024 * 1024)
    }

    pub(crate) fn input_limits(&self) -> Limits {
        Limits { bytes_max: self.input_schema_bytes_max.unwrap_or(32 * 1024), depth_max: SCHEMA_DEPTH_MAX }
    }

    pub(crate) fn answer_limits(&self) -> Limits {
        Limits { bytes_max: self.output_schema_bytes_max.unwrap_or(16 * 1024), depth_max: SCHEMA_DEPTH_MAX }
    }
}

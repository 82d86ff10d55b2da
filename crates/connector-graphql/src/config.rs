use std::path::PathBuf;

use access::Effect;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use upstream::{ClientConfig, Secret};

upstream::with_identity! {
    /// A GraphQL API, where its schema is, and whose its calls are.
    #[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields, default)]
    pub struct Config {
        /// Where it is: `https://api.example.com/graphql`.
        pub url: Option<String>,
        /// A file with its schema: in GraphQL's own language, or the answer to an introspection query as JSON. Where it is
        /// left out, the API is asked.
        pub schema: Option<String>,
        /// A bearer token that goes with the introspection query and with nothing else, where the API answers that query
        /// to none without.
        pub introspection_token: Option<Secret>,
        /// A file, or a folder of `.graphql` and `.gql` files, with operations of your own. Each becomes an action with its
        /// variables as arguments.
        pub operations: Option<String>,
        /// Offer the operations of these files and nothing else.
        pub declared_only: bool,
        /// Names of actions that are offered, with `*` for anything; all where nothing is said.
        pub include: Vec<String>,
        /// Names of actions that are not, of those.
        pub exclude: Vec<String>,
        /// Fields that are never asked for, as `Type.field`, with `*` for anything: `User.email`, `*.internalNotes`.
        pub exclude_fields: Vec<String>,
        /// What actions do, by their names: a mutation that only looks is `read`. Where nothing is said a query is `read`, a
        /// mutation `write`, and one whose name begins with `delete`, `remove`, `destroy`, `purge` or `erase` is `destroy`.
        pub effects: IndexMap<String, Effect>,
        /// Where calls are tied to their user by bound arguments alone, the API checks nothing that an answer leads to: only
        /// fields of the answer itself are selected unless this is true.
        pub follow_relations: bool,
        /// How many objects deep an action selects by itself; 2 where nothing is said.
        pub selection_depth: Option<usize>,
        /// How deep the paths of `fields` go; 8 where nothing is said.
        pub fields_depth_max: Option<usize>,
        /// How many fields one call selects at most; 80 where nothing is said.
        pub selection_fields_max: Option<usize>,
        /// How many items of a list within an answer are asked for, where the API takes a number (`first`, `limit`); 20
        /// where nothing is said.
        pub selection_items_max: Option<u32>,
        /// How calls are sent.
        pub http: ClientConfig,
        /// The largest schema that is read, in bytes; 32 MiB where nothing is said.
        pub schema_bytes_max: Option<u64>,
        /// The largest schema of one action's arguments, in bytes; input types beyond take any object. 32 KiB where nothing
        /// is said.
        pub input_schema_bytes_max: Option<usize>,
        /// The folder that relative paths start from: that of the configuration file.
        #[serde(skip)]
        pub base: PathBuf,
    }
}

/// How much a call selects.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// How many objects deep by itself.
    pub(crate) depth: usize,
    /// How deep a path may go that a caller gives.
    pub(crate) path_depth_max: usize,
    /// How many fields in all.
    pub(crate) fields_max: usize,
    /// How many items of a list within an answer.
    pub(crate) items_max: u32,
}

impl Config {
    pub(crate) fn bounds(&self) -> Bounds {
        Bounds {
            depth: self.selection_depth.unwrap_or(2),
            path_depth_max: self.fields_depth_max.unwrap_or(8),
            fields_max: self.selection_fields_max.unwrap_or(80).max(1),
            items_max: self.selection_items_max.unwrap_or(20),
        }
    }

    pub(crate) fn schema_bytes_max(&self) -> u64 {
        self.schema_bytes_max.unwrap_or(32 << 20)
    }

    pub(crate) fn input_bytes_max(&self) -> usize {
        self.input_schema_bytes_max.unwrap_or(32 << 10)
    }
}

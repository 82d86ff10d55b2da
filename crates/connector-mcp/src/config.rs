use std::path::PathBuf;

use access::Effect;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use upstream::{ClientConfig, Secret};

upstream::with_identity! {
    /// Another MCP server, and whose its calls are. `bind` takes two more places here: the name of a tool's or prompt's
    /// argument, and `"meta:NAME"`, a key of every message's `_meta`. A value there may be `{signed}`, a token about the
    /// user that this server signs, or `{credential}`, the user's own.
    #[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields, default)]
    pub struct Config {
        /// The server's endpoint (Streamable HTTP): `https://mcp.example.com/mcp`.
        pub url: Option<String>,
        /// Or the command that starts one on standard input and output, one process per user. `{folder}` stands for the
        /// user's folder.
        pub command: Option<Vec<String>>,
        /// The process's environment; nothing else of this server's own but `PATH` and `LANG`. Values may hold `{caller.id}`,
        /// `{claims.NAME}`, and be `{credential}` or `{signed}`.
        pub env: IndexMap<String, Secret>,
        /// The folder that the process works in, made where it is missing: `/data/{caller.id}`. What stands for the user
        /// in it is written as one safe name.
        pub folder: Option<String>,
        /// How many processes there are and what each may use.
        pub process: ProcessConfig,
        /// Headers sent while reading what the server offers, which happens before anybody calls:
        /// `{ Authorization = "Bearer ${CATALOG_TOKEN}" }`.
        pub catalog_headers: IndexMap<String, Secret>,
        /// The environment of the process that is started to read what the server offers, beside what `env` says to
        /// everybody.
        pub catalog_env: IndexMap<String, Secret>,
        /// Tools and prompts that are offered, by name, with `*` for anything; all where empty.
        pub include: Vec<String>,
        /// Those that are not, of these.
        pub exclude: Vec<String>,
        /// What tools do, by name, where their annotations say it wrong.
        pub effects: IndexMap<String, Effect>,
        /// Where accepted descriptions and schemas are kept: `file` (`bellhop.pins.json` beside the configuration) or `off`
        /// (whatever the server says is taken).
        pub pins: PinsIn,
        /// Accepted digests by tool, or by `prompt:NAME`. Where there are any, they alone count.
        pub pinned: IndexMap<String, String>,
        /// What happens with tools that appear after the server was seen first: `hold` or `allow`.
        pub new_tools: NewTools,
        /// The most tools, prompts, templates and resources that are read, of each; 2000 where nothing is said.
        pub items_max: Option<usize>,
        /// How calls are sent.
        pub http: ClientConfig,
        /// The folder of the configuration file, which relative paths start from.
        #[serde(skip)]
        pub base: PathBuf,
    }
}

impl Config {
    pub(crate) fn items_max(&self) -> usize {
        self.items_max.unwrap_or(2000)
    }
}

/// Where accepted descriptions are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PinsIn {
    /// In `bellhop.pins.json`.
    #[default]
    File,
    /// Nowhere.
    Off,
}

/// What happens with tools and prompts that were not there when the server was seen first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NewTools {
    /// They wait until somebody accepts them.
    #[default]
    Hold,
    /// They are offered.
    Allow,
}

/// Child processes of one resource.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProcessConfig {
    /// How many run at once. The one that nobody used for longest makes room.
    pub at_once_max: usize,
    /// How long one that nobody uses is kept.
    pub idle_s: u64,
    /// How long one may take to say hello.
    pub start_timeout_ms: u64,
    /// How long a call may take without a word of the process.
    pub timeout_ms: u64,
    /// The most memory that one may have to write in, in bytes (`RLIMIT_DATA`); 0 for no limit.
    pub memory_bytes_max: u64,
    /// The most files that one may have open (`RLIMIT_NOFILE`); 0 for no limit.
    pub files_max: u64,
    /// The most processes and threads that this server's account may have, counted over all of the account's
    /// (`RLIMIT_NPROC`); 0 for no limit.
    pub processes_max: u64,
    /// The largest message that is read, in bytes.
    pub message_bytes_max: usize,
    /// How long the first pause is after one died early; each further one is twice as long, up to a minute.
    pub restart_wait_ms: u64,
}

impl Default for ProcessConfig {
    fn default() -> Self {
        Self {
            at_once_max: 32,
            idle_s: 300,
            start_timeout_ms: 30_000,
            timeout_ms: 120_000,
            memory_bytes_max: 2 << 30,
            files_max: 1024,
            processes_max: 0,
            message_bytes_max: 16 << 20,
            restart_wait_ms: 500,
        }
    }
}

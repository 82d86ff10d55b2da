use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::secret::Secret;

/// Where users' folders are and how much one call may do there.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The folder that holds one folder per user, named by [`folder_name`](crate::folder_name). Give this or `url`.
    #[serde(default)]
    pub root: Option<PathBuf>,
    /// Where the files are kept instead: `s3://bucket/prefix` for a store that speaks S3, `file:///data/users` for a
    /// folder as `root` names one, or `memory:` for a trial that forgets all when it ends.
    #[serde(default)]
    pub url: Option<String>,
    /// The store's own address, such as `https://minio.example.org:9000`; Amazon's where it is left out.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The store's region; `us-east-1` where it is left out.
    #[serde(default)]
    pub region: Option<String>,
    /// The key that the store knows this server by; that of the machine's own role where it is left out.
    #[serde(default)]
    pub access_key_id: Option<String>,
    /// That key's secret. Best written as `${S3_SECRET}`, so that it does not stand in this file.
    #[serde(default)]
    pub secret_access_key: Option<Secret>,
    /// Speak to `endpoint` without TLS. Only for a store on the same machine or network.
    #[serde(default)]
    pub allow_http: bool,
    /// How long one request to the store may take, its answer included.
    #[serde(default = "store_timeout_ms")]
    pub store_timeout_ms: u64,
    /// Make `root` at start where it does not exist.
    #[serde(default)]
    pub create_root: bool,
    /// Keep each token issuer's users in a folder of their own below `root`. Where several issuers are accepted, their
    /// users differ by `user_prefix` in any case; this only sorts the folders. Issuers with `same_users_as` share one.
    #[serde(default)]
    pub by_issuer: bool,
    /// The most bytes of a file that one `get` reads.
    #[serde(default = "read_bytes_max")]
    pub read_bytes_max: u64,
    /// The largest file that `create` and `update` write.
    #[serde(default = "write_bytes_max")]
    pub write_bytes_max: u64,
    /// The largest file that `append` makes. Each append writes the file anew, so that no half of it can stay behind.
    #[serde(default = "append_bytes_max")]
    pub append_bytes_max: u64,
    /// The largest file that `copy` copies, and the most that is in a folder that it copies.
    #[serde(default = "copy_bytes_max")]
    pub copy_bytes_max: u64,
    /// How many files and folders one `copy` of a folder copies.
    #[serde(default = "copy_files_max")]
    pub copy_files_max: u64,
    /// How many bytes each user's files may take in all; no bound where it is left out.
    #[serde(default)]
    pub quota_bytes_max: Option<u64>,
    /// How many files and folders each user may keep; no bound where it is left out.
    #[serde(default)]
    pub quota_files_max: Option<u64>,
    /// How long what was counted for a quota is taken for true. This server's own writes are added as they happen; what
    /// others write to the same files is seen when this time is over.
    #[serde(default = "quota_count_ms")]
    pub quota_count_ms: u64,
    /// How many files and folders one call looks at.
    #[serde(default = "entries_max")]
    pub entries_max: u64,
    /// How many names a path may have.
    #[serde(default = "depth_max")]
    pub depth_max: usize,
    /// How many bytes one `search` reads in all.
    #[serde(default = "search_bytes_max")]
    pub search_bytes_max: u64,
    /// How long one `search` takes at most; it then answers with what it has found.
    #[serde(default = "search_ms_max")]
    pub search_ms_max: u64,
    /// How many calls work on the disk at the same time; others wait their turn.
    #[serde(default = "concurrency_max")]
    pub concurrency_max: usize,
}

impl Config {
    /// The defaults, for users' folders under `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: Some(root.into()), url: None, ..Self::at("") }
    }

    /// The defaults, for users' files at `url`.
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            root: None,
            url: Some(url.into()),
            endpoint: None,
            region: None,
            access_key_id: None,
            secret_access_key: None,
            allow_http: false,
            store_timeout_ms: store_timeout_ms(),
            create_root: false,
            by_issuer: false,
            read_bytes_max: read_bytes_max(),
            write_bytes_max: write_bytes_max(),
            append_bytes_max: append_bytes_max(),
            copy_bytes_max: copy_bytes_max(),
            copy_files_max: copy_files_max(),
            quota_bytes_max: None,
            quota_files_max: None,
            quota_count_ms: quota_count_ms(),
            entries_max: entries_max(),
            depth_max: depth_max(),
            search_bytes_max: search_bytes_max(),
            search_ms_max: search_ms_max(),
            concurrency_max: concurrency_max(),
        }
    }
}

const MIB: u64 = 1024 * 1024;

fn read_bytes_max() -> u64 {
    MIB
}

fn write_bytes_max() -> u64 {
    4 * MIB
}

fn append_bytes_max() -> u64 {
    16 * MIB
}

fn copy_bytes_max() -> u64 {
    256 * MIB
}

fn copy_files_max() -> u64 {
    1000
}

fn store_timeout_ms() -> u64 {
    30_000
}

fn quota_count_ms() -> u64 {
    30_000
}

fn entries_max() -> u64 {
    100_000
}

fn depth_max() -> usize {
    32
}

fn search_bytes_max() -> u64 {
    64 * MIB
}

fn search_ms_max() -> u64 {
    10_000
}

fn concurrency_max() -> usize {
    32
}

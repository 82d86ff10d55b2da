use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use audit::FileOptions;
use connector_sql::DatabaseUrl;
use gateway::{AuditArguments, AuditOptions, AuditRequired, Redaction};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Fault;

/// A file that would grow beyond less could lose lines of calls that are under way.
const ROTATE_BYTES_MIN: u64 = 1024 * 1024;

/// What is kept of calls, and where.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    pub(crate) sink: Option<Sink>,
    pub(crate) options: AuditOptions,
}

#[derive(Debug)]
pub(crate) enum Sink {
    File(FileOptions),
    Table { url: DatabaseUrl, name: String },
}

/// A line for every call, in a file or in a SQL table. Without either no line is kept.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AuditSection {
    /// The file that gets one JSON object a line; lines are added at its end.
    file: Option<PathBuf>,
    /// A file that would grow beyond this many bytes is put aside as `FILE.1` first; 0 for never.
    rotate_bytes_max: u64,
    /// Put the file aside at the first line of a new day (UTC).
    rotate_daily: bool,
    /// How many files that were put aside are kept.
    #[schemars(range(min = 1, max = 10_000))]
    keep: u32,
    /// Lines count as kept only when they are on the disk (fsync), not when the system has them.
    sync: bool,
    /// The table that gets one row a call.
    table: Option<TableSection>,
    /// Which calls are not made where they cannot be kept.
    required: AuditRequired,
    /// What is kept of a call's arguments.
    arguments: Arguments,
    /// With `arguments = "redacted"`: paths of names whose values are left out, such as `data.card_number`, `*.iban`
    /// (`*` is one name, `**` any number), or a name alone, which means that name anywhere. Names such as password,
    /// token or api_key are left out without being named here.
    redact: Vec<String>,
    /// How long a call waits for the file or table, in milliseconds.
    #[schemars(range(min = 1))]
    timeout_ms: u64,
    /// How many lines wait in memory while they cannot be written; further ones are lost.
    waiting_max: usize,
}

/// A table of a SQLite or PostgreSQL database. It is made where it does not exist.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TableSection {
    /// `sqlite://path` or `postgres://…`.
    url: DatabaseUrl,
    /// The table's name, with a schema and a dot before it if needed.
    #[serde(default = "table_name")]
    name: String,
}

/// What is kept of a call's arguments.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Arguments {
    /// A SHA-256 of their JSON text.
    #[default]
    Digest,
    /// The arguments without secrets, cut to 4 KiB.
    Redacted,
    /// Nothing.
    None,
}

fn table_name() -> String {
    "bellhop_audit".into()
}

impl Default for AuditSection {
    fn default() -> Self {
        let options = AuditOptions::default();
        Self {
            file: None,
            rotate_bytes_max: 100 * 1024 * 1024,
            rotate_daily: false,
            keep: 10,
            sync: true,
            table: None,
            required: options.required,
            arguments: Arguments::default(),
            redact: Vec::new(),
            timeout_ms: 5_000,
            waiting_max: options.waiting_max,
        }
    }
}

impl AuditSection {
    pub(super) fn resolve(self, base: &Path) -> Result<Audit, Fault> {
        let sink = match (self.file, self.table) {
            (Some(_), Some(_)) => {
                return Err(Fault::plain("[audit] has `file` and `table`").help("keep the one that you want"));
            }
            (Some(file), None) => Some(Sink::File(FileOptions {
                path: base.join(file),
                rotate_bytes_max: self.rotate_bytes_max,
                rotate_daily: self.rotate_daily,
                keep: self.keep.clamp(1, 10_000),
                sync: self.sync,
            })),
            (None, Some(table)) => Some(Sink::Table { url: table.url, name: table.name }),
            (None, None) => None,
        };
        if sink.is_none() && self.required != AuditRequired::None {
            return Err(Fault::plain("[audit] requires lines and says not where they go").help("set `file` or `table`"));
        }
        if (1..ROTATE_BYTES_MIN).contains(&self.rotate_bytes_max) {
            let message = format!("`rotate_bytes_max` must be 0, for never, or at least {ROTATE_BYTES_MIN}");
            return Err(Fault::plain(message));
        }
        let arguments = match self.arguments {
            Arguments::Digest => AuditArguments::Digest,
            Arguments::None => AuditArguments::None,
            Arguments::Redacted => {
                let rules = Redaction::new(self.redact.iter().map(String::as_str));
                AuditArguments::Redacted(Arc::new(rules.map_err(|error| Fault::plain(format!("`redact`: {error}")))?))
            }
        };
        if !self.redact.is_empty() && !matches!(arguments, AuditArguments::Redacted(_)) {
            return Err(Fault::plain("`redact` means nothing here").help("set arguments = \"redacted\""));
        }
        let options = AuditOptions {
            required: self.required,
            arguments,
            timeout: Duration::from_millis(self.timeout_ms.max(1)),
            waiting_max: self.waiting_max,
        };
        Ok(Audit { sink, options })
    }
}

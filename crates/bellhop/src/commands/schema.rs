use std::process::ExitCode;

use crate::config::Schema;
use crate::output;

pub(super) fn run() -> anyhow::Result<ExitCode> {
    let schema = schemars::schema_for!(Schema);
    output::line(serde_json::to_string_pretty(&schema)?);
    Ok(ExitCode::SUCCESS)
}

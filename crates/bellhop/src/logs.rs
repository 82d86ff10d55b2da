use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::{Environment, Fault};

/// Logs go to standard error: standard output belongs to answers and to MCP. `BELLHOP_LOG` takes a filter such as
/// `gateway=debug`; `DEBUG=true` is short for everything of our own.
pub(crate) fn start(environment: &Environment) -> Result<(), Fault> {
    // rmcp logs arguments and results at debug level: they are the users' data. At any level its service logs each
    // client's mistake or hang-up, with which a client could fill the log; our own lines and metrics count those.
    let ours = if environment.flag("DEBUG")? { "debug" } else { "info" };
    let default = format!(
        "warn,rmcp=warn,rmcp::service=off,bellhop={ours},access={ours},connector={ours},connector_sql={ours},connector_files={ours},\
         credentials={ours},upstream={ours},connector_openapi={ours},gateway={ours},agent={ours},server={ours}"
    );
    let filter = match environment.get("BELLHOP_LOG") {
        Some(filter) => EnvFilter::try_new(filter).map_err(|error| Fault::plain(format!("BELLHOP_LOG: {error}")))?,
        None => EnvFilter::new(default),
    };
    let builder = tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter);
    if std::io::stderr().is_terminal() {
        builder.compact().with_target(false).init();
    } else {
        builder.json().init();
    }
    Ok(())
}

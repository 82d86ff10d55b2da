use gateway::Toolbox;
use rmcp::ServiceExt;
use rmcp::service::ServerInitializeError;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::mcp::Handler;

/// Why MCP over standard input and output ended badly.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StdioError {
    /// The client said something that is no beginning, or went away in the middle of it.
    #[error("the client did not begin as MCP does")]
    Beginning(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The task that served it did not end by itself.
    #[error("serving over standard input and output broke off")]
    Broken(#[source] tokio::task::JoinError),
}

/// MCP over standard input and output for one caller, until the input ends. Nothing else may write to the output.
pub async fn serve_stdio(toolbox: Toolbox) -> Result<(), StdioError> {
    let (input, output) = rmcp::transport::stdio();
    serve_io(toolbox, input, output).await
}

/// The same over any two streams: one message a line.
pub async fn serve_io(
    toolbox: Toolbox,
    input: impl AsyncRead + Send + Unpin + 'static,
    output: impl AsyncWrite + Send + Unpin + 'static,
) -> Result<(), StdioError> {
    let running = match Handler::of_one(toolbox).serve((input, output)).await {
        Ok(running) => running,
        Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(error) => return Err(StdioError::Beginning(Box::new(error))),
    };
    running.waiting().await.map_err(StdioError::Broken)?;
    Ok(())
}

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::ChildStderr;

/// The longest line that is logged, and how many of one process are.
const LINE_BYTES_MAX: u64 = 2 << 10;
const LINES_MAX: usize = 1000;

/// Writes to the log what a process says beside, and reads on where that is too much, so that it never waits.
pub(super) async fn log(resource: String, stderr: ChildStderr) {
    let mut reader = BufReader::new(stderr);
    let mut line = Vec::new();
    for count in 0_usize.. {
        line.clear();
        match (&mut reader).take(LINE_BYTES_MAX).read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) if count < LINES_MAX => {
                let text = upstream::one_line(&String::from_utf8_lossy(&line), 500);
                tracing::debug!(resource, text, "an MCP server's process says");
            }
            Ok(_) => {}
        }
    }
}

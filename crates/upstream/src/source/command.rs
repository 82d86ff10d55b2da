use std::process::Stdio;
use std::time::Duration;

use access::Caller;
use connector::{Error, ErrorKind, Result};
use tokio::io::AsyncReadExt;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::{Credential, CredentialSource, Secret};

/// How long one run may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The most bytes that it may print.
const OUTPUT_BYTES_MAX: u64 = 16 * 1024;
/// How long what it printed is used again.
const KEPT: Duration = Duration::from_secs(60);

/// A command prints it: `["gh", "auth", "token"]`. It is run without a shell.
pub(crate) struct Command {
    program: String,
    arguments: Vec<String>,
    /// What it printed, and when. One run at a time.
    last: Mutex<Option<(Secret, Instant)>>,
}

impl Command {
    pub(crate) fn new(words: &[String]) -> Option<Self> {
        let (program, arguments) = words.split_first().filter(|(program, _)| !program.is_empty())?;
        Some(Self { program: program.clone(), arguments: arguments.to_vec(), last: Mutex::new(None) })
    }

    async fn run(&self) -> Result<Secret> {
        let failed = |why: String| {
            Error::new(ErrorKind::Unavailable, "Your credential cannot be had right now: the command for it failed.")
                .with_source(format!("{}: {why}", self.program))
        };
        let mut child = tokio::process::Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let printed = child.stdout.take().ok_or_else(|| failed("it has no output".into()))?;
        let work = async {
            let mut bytes = Vec::new();
            printed.take(OUTPUT_BYTES_MAX + 1).read_to_end(&mut bytes).await?;
            if bytes.len() as u64 > OUTPUT_BYTES_MAX {
                return Err(std::io::Error::other("it prints too much"));
            }
            Ok((bytes, child.wait().await?))
        };
        let (bytes, status) = tokio::time::timeout(TIMEOUT, work)
            .await
            .map_err(|_| failed(format!("it took longer than {} s", TIMEOUT.as_secs())))?
            .map_err(|error| failed(error.to_string()))?;
        if !status.success() {
            return Err(failed(status.to_string()));
        }
        let text = String::from_utf8(bytes).map_err(|_| failed("it does not print text".into()))?;
        match text.trim() {
            "" => Err(failed("it prints nothing".into())),
            secret => Ok(Secret::from(secret.to_owned())),
        }
    }
}

#[async_trait::async_trait]
impl CredentialSource for Command {
    async fn credential(&self, _caller: &Caller) -> Result<Option<Credential>> {
        self.own().await
    }

    async fn own(&self) -> Result<Option<Credential>> {
        let mut last = self.last.lock().await;
        if let Some((secret, when)) = &*last
            && when.elapsed() < KEPT
        {
            return Ok(Some(Credential::Token(secret.clone())));
        }
        let secret = self.run().await?;
        *last = Some((secret.clone(), Instant::now()));
        Ok(Some(Credential::Token(secret)))
    }

    async fn refused(&self, _caller: &Caller, used: &Credential) -> bool {
        let mut last = self.last.lock().await;
        // What another run printed meanwhile was not refused.
        if let (Some((kept, _)), Credential::Token(used)) = (&*last, used)
            && kept.expose() == used.expose()
        {
            *last = None;
        }
        true
    }

    fn describe(&self) -> String {
        format!("the command {}", self.program)
    }
}

impl std::fmt::Debug for Command {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Command").field("program", &self.program).finish_non_exhaustive()
    }
}

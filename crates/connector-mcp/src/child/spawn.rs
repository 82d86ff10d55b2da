use std::path::Path;
use std::process::Stdio;

use connector::{Error, Result};
use tokio::process::{Child, Command};
use upstream::Secret;

use crate::ProcessConfig;

/// What of this server's own environment a process gets: where programs are, and how text is written.
const KEPT: [&str; 2] = ["PATH", "LANG"];

/// How one process is started.
pub(super) struct Recipe<'a> {
    pub(super) command: &'a [String],
    pub(super) folder: Option<&'a Path>,
    pub(super) env: Vec<(String, Secret)>,
    pub(super) limits: &'a ProcessConfig,
}

/// Starts it as the head of a process group of its own, so that what it starts ends with it.
pub(super) fn spawn(recipe: &Recipe<'_>) -> Result<Child> {
    let failed = |why: String| Error::unavailable(format!("the MCP server's process cannot be started: {why}"));
    let folder = recipe.folder.map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default();
    let mut words = recipe.command.iter().map(|word| word.replace("{folder}", &folder));
    let program =
        words.next().filter(|program| !program.is_empty()).ok_or_else(|| failed("`command` is empty".into()))?;
    let mut command = Command::new(&program);
    command.args(words).env_clear();
    #[expect(
        clippy::disallowed_methods,
        reason = "what every program needs to be found and to print; no configuration"
    )]
    let kept = KEPT.iter().filter_map(|name| Some((*name, std::env::var_os(name)?)));
    command.envs(kept);
    if let Some(folder) = recipe.folder {
        command.current_dir(folder).env("HOME", folder);
    }
    command.envs(recipe.env.iter().map(|(name, value)| (name, value.expose())));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let child = command.spawn().map_err(|error| failed(format!("{program}: {error}")))?;
    limit(&child, recipe.limits).map_err(|error| failed(format!("its limits cannot be set: {error}")))?;
    Ok(child)
}

/// Bounds what it may use. Its first instructions may run before; what they took counts.
#[cfg(target_os = "linux")]
fn limit(child: &Child, limits: &ProcessConfig) -> std::io::Result<()> {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    let Some(pid) = pid else { return Ok(()) };
    let bounds = [
        (Resource::Data, limits.memory_bytes_max),
        (Resource::Nofile, limits.files_max),
        (Resource::Nproc, limits.processes_max),
        // What a process leaves behind when it crashes may hold its credentials.
        (Resource::Core, 1),
    ];
    for (resource, most) in bounds {
        let most = if resource == Resource::Core { Some(0) } else { Some(most).filter(|most| *most > 0) };
        if let Some(most) = most {
            match prlimit(Some(pid), resource, Rlimit { current: Some(most), maximum: Some(most) }) {
                // It has ended already: whoever reads from it will hear of it.
                Ok(_) | Err(rustix::io::Errno::SRCH) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn limit(_child: &Child, _limits: &ProcessConfig) -> std::io::Result<()> {
    Ok(())
}

/// A process and everything that it started. All of it ends with the value.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) child: Child,
}

impl Group {
    /// Ends all of it. The head is not waited for before, so its number is still its own.
    pub(super) fn kill(&mut self) {
        #[cfg(unix)]
        if let Some(group) =
            self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw)
        {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.start_kill();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

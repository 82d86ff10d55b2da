#![allow(dead_code, reason = "each of the programs that share it uses a part")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Clock ticks of `/proc/PID/stat` in a second: what Linux shows everywhere, whatever the kernel uses itself.
const TICKS_PER_S: f64 = 100.0;

/// A server under measurement. It ends with the value.
pub(crate) struct Process {
    pub(crate) url: String,
    child: Child,
}

impl Process {
    pub(crate) fn bellhop(programs: &Path, config: &Path) -> Self {
        let mut bellhop = command(&programs.join("bellhop"));
        bellhop.args(["serve", "--port", "0", "--json", "--config"]).arg(config);
        Self::start(bellhop)
    }

    /// A program that prints its address first.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a first line");
        let at = line.find("http://").unwrap_or_else(|| panic!("no address in {line:?}"));
        let url = line[at..].split(['"', '\n']).next().expect("an address").to_owned();
        Self { url, child }
    }

    /// Memory in use.
    pub(crate) fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("the process runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line VmRSS");
        line.split_whitespace().next().and_then(|kib| kib.parse().ok()).expect("a number")
    }

    /// Open file handles, sockets among them.
    pub(crate) fn handles(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).expect("the process runs").count()
    }

    /// Processor time so far, in user and kernel mode.
    pub(crate) fn cpu_us(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("the process runs");
        // The second field is the name in parentheses, which may hold spaces.
        let rest: Vec<&str> = stat.rsplit(')').next().expect("fields").split_whitespace().collect();
        let ticks = |field: usize| rest[field].parse::<f64>().expect("a number");
        (ticks(11) + ticks(12)) / TICKS_PER_S * 1e6
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program with nothing of this environment.
pub(crate) fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().stdin(Stdio::null());
    command
}

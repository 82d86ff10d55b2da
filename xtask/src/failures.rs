use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Runs tests where their output can be seen, and gives what failed once more when they have ended: a long run buries it.
///
/// # Errors
/// Where one failed, with what each failed one said.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("the tests cannot be started")?;
    let out = child.stdout.take().context("the tests have no output")?;
    let mut failures = Failures::default();
    for line in BufReader::new(out).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        failures.read(&line);
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("tests failed: {status}\n{}", failures.said.join("\n"));
    }
    Ok(())
}

/// What the test programs print between `failures:` and their result.
#[derive(Default)]
struct Failures {
    said: Vec<String>,
    reading: bool,
}

impl Failures {
    fn read(&mut self, line: &str) {
        self.reading = match line {
            "failures:" => true,
            _ if line.starts_with("test result:") => false,
            _ => self.reading,
        };
        if self.reading {
            self.said.push(line.to_owned());
        }
    }
}

//! What the command line prints: for people on a terminal, JSON for programs.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the one place that prints")]

use std::io::Write;

use serde::Serialize;

use crate::config::Fault;

/// A line of the answer.
pub(crate) fn line(text: impl std::fmt::Display) {
    println!("{text}");
    // A program may be waiting for this line at the other end of a pipe.
    let _ = std::io::stdout().flush();
}

/// The answer as one line of JSON.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    line(serde_json::to_string(value)?);
    Ok(())
}

/// A remark beside the answer.
pub(crate) fn note(text: impl std::fmt::Display) {
    eprintln!("{text}");
}

/// Why it failed: with the line of the file where that is known.
pub(crate) fn fault(error: anyhow::Error) {
    match error.downcast::<Fault>() {
        Ok(fault) => eprintln!("{:?}", miette::Report::new(fault)),
        Err(error) => {
            eprintln!("error: {error}");
            for cause in error.chain().skip(1) {
                eprintln!("  because: {cause}");
            }
        }
    }
}

//! What the command line prints: for people on a terminal, JSON for programs.

use std::io::Write;

use serde::Serialize;

use crate::config::Fault;

/// A line of the answer.
pub(crate) fn line(text: impl std::fmt::Display) {
    // Whoever reads may have seen enough and gone: that is no reason to fail. A program may be waiting for this
    // line at the other end of a pipe.
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// The answer as one line of JSON.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    line(serde_json::to_string(value)?);
    Ok(())
}

/// A remark beside the answer.
pub(crate) fn note(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Why it failed: with the line of the file where that is known.
pub(crate) fn fault(error: anyhow::Error) {
    match error.downcast::<Fault>() {
        Ok(fault) => note(format_args!("{:?}", miette::Report::new(fault))),
        Err(error) => {
            note(format_args!("error: {error}"));
            for cause in error.chain().skip(1) {
                note(format_args!("  because: {cause}"));
            }
        }
    }
}

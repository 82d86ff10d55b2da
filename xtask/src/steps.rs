use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::Result;

/// How long each step took, and whether it went well. Steps may run side by side.
pub(crate) struct Steps {
    started: Instant,
    done: Mutex<Vec<(String, Duration, bool)>>,
}

impl Steps {
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), done: Mutex::new(Vec::new()) }
    }

    /// Does one step and remembers its time.
    pub(crate) fn step<T>(&self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let started = Instant::now();
        let result = work();
        if let Ok(mut done) = self.done.lock() {
            done.push((name.to_owned(), started.elapsed(), result.is_ok()));
        }
        result
    }

    pub(crate) fn print(&self) {
        let Ok(done) = self.done.lock() else { return };
        println!("\n{:<44} {:>8}", "step", "seconds");
        for (name, took, well) in done.iter() {
            println!("{name:<44} {:>8.1}{}", took.as_secs_f64(), if *well { "" } else { "  failed" });
        }
        println!("{:<44} {:>8.1}", "all, from start to end", self.started.elapsed().as_secs_f64());
    }
}

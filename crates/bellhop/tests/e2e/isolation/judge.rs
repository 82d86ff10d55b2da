use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What was found out about a house.
#[derive(Default)]
pub(super) struct Findings {
    /// How many calls were made.
    pub(super) calls: usize,
    /// Something of Alice's in an answer to Bob, with the first arguments that brought it.
    pub(super) leaks: BTreeMap<String, String>,
    /// What is Alice's and what does not exist got different answers.
    pub(super) apart: BTreeSet<String>,
    /// Something of Alice's is not as it was.
    pub(super) changed: BTreeSet<String>,
    /// What Bob himself has written since everything was put back: he sees it again in his own things.
    pub(super) written: BTreeSet<String>,
    /// A tool, or an argument of one, that was not tried with anything of hers.
    pub(super) untried: BTreeSet<String>,
}

impl Findings {
    /// Looks for anything of Alice's in an answer that was not in the question.
    pub(super) fn look(&mut self, call: &str, arguments: &Value, answer: &Value) {
        let (asked, told) = (arguments.to_string(), answer.to_string());
        for mark in marks(&told).filter(|mark| !asked.contains(*mark) && !self.written.contains(*mark)) {
            let one = self.leaks.entry(format!("{call} shows {mark}"));
            one.or_insert_with(|| asked.clone());
        }
    }

    /// Remembers what a call that writes was given.
    pub(super) fn wrote(&mut self, arguments: &Value) {
        self.written.extend(marks(&arguments.to_string()).map(str::to_owned));
    }

    /// Everything of Alice's must be as it was, and nothing may have been added to it.
    pub(super) fn compare(&mut self, by: &str, before: &[String], after: &[String]) {
        let (old, new): (BTreeSet<_>, BTreeSet<_>) = (before.iter().collect(), after.iter().collect());
        self.changed.extend(old.difference(&new).map(|line| format!("{by}: gone or changed: {line}")));
        self.changed.extend(new.difference(&old).map(|line| format!("{by}: new or changed: {line}")));
    }

    pub(super) fn summary(&self) -> String {
        let leaks: BTreeSet<_> = self.leaks.iter().map(|(what, asked)| format!("{what} when asked {asked}")).collect();
        let mut lines = vec![format!("{} calls", self.calls)];
        let kinds =
            [("leaks", &leaks), ("told apart", &self.apart), ("changed", &self.changed), ("untried", &self.untried)];
        for (kind, found) in kinds {
            lines.push(format!("{kind}: {}", found.len()));
            lines.extend(found.iter().take(40).map(|line| format!("  {line}")));
        }
        lines.join("\n")
    }

    pub(super) fn assert_clean(&self) {
        self.assert_clean_after(5_000);
    }

    /// The same for a house with fewer things in it.
    pub(super) fn assert_clean_after(&self, calls_min: usize) {
        let found = self.leaks.len() + self.apart.len() + self.changed.len() + self.untried.len();
        assert!(found == 0 && self.calls > calls_min, "{}", self.summary());
    }

    /// The same, where arguments of these names take nothing that anybody has: none of hers can be put in.
    pub(super) fn assert_clean_but_for(&mut self, names: &[&str], calls_min: usize) {
        self.untried.retain(|line| !names.iter().any(|name| line.ends_with(&format!(": {name}"))));
        self.assert_clean_after(calls_min);
    }
}

/// Whether this can only be Alice's.
pub(super) fn is_hers(value: &Value) -> bool {
    marks(&value.to_string()).next().is_some()
}

/// Everything in `text` by which Alice's data can be recognised.
fn marks(text: &str) -> impl Iterator<Item = &str> {
    let starts = ["ALICE-", "7000", "a11ce000", "alice"];
    starts
        .into_iter()
        .flat_map(move |start| text.match_indices(start))
        .filter_map(move |(at, start)| mark(text, at, start))
}

fn mark<'t>(text: &'t str, at: usize, start: &str) -> Option<&'t str> {
    let is_digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let digits = |count: usize| (0..count).all(|nth| is_digit(at + start.len() + nth));
    let length = match start {
        "ALICE-" => digits(4).then_some(10)?,
        "7000" => (digits(2) && !is_digit(at + 6) && (at == 0 || !is_digit(at - 1))).then_some(6)?,
        word => word.len(),
    };
    text.get(at..at + length)
}

#[test]
fn marks_are_found_and_numbers_that_only_look_like_them_are_not() {
    let text = r#"{"a": 700012, "b": 1700012, "c": 70001, "d": "x ALICE-0107.", "e": 7000123}"#;
    assert_eq!(marks(text).collect::<Vec<_>>(), ["ALICE-0107", "700012"]);
}

use std::collections::BTreeSet;

use serde_json::Value;

/// What was found out about a house.
#[derive(Default)]
pub(super) struct Findings {
    /// How many calls were made.
    pub(super) calls: usize,
    /// Something of Alice's in an answer to Bob.
    pub(super) leaks: BTreeSet<String>,
    /// What is Alice's and what does not exist got different answers.
    pub(super) apart: BTreeSet<String>,
    /// Something of Alice's is not as it was.
    pub(super) changed: BTreeSet<String>,
    /// A tool, or an argument of one, that was not tried with anything of hers.
    pub(super) untried: BTreeSet<String>,
}

impl Findings {
    /// Looks for anything of Alice's in an answer that was not in the question.
    pub(super) fn look(&mut self, call: &str, arguments: &Value, answer: &Value) {
        let (asked, told) = (arguments.to_string(), answer.to_string());
        for mark in marks(&told).filter(|mark| !asked.contains(*mark)) {
            self.leaks.insert(format!("{call} with {asked} shows {mark}"));
        }
    }

    /// Everything of Alice's must be as it was, and nothing may have been added to it.
    pub(super) fn compare(&mut self, before: &[String], after: &[String]) {
        let (old, new): (BTreeSet<_>, BTreeSet<_>) = (before.iter().collect(), after.iter().collect());
        self.changed.extend(old.difference(&new).map(|line| format!("gone or changed: {line}")));
        self.changed.extend(new.difference(&old).map(|line| format!("new or changed: {line}")));
    }

    pub(super) fn summary(&self) -> String {
        let mut lines = vec![format!("{} calls", self.calls)];
        let kinds = [
            ("leaks", &self.leaks),
            ("told apart", &self.apart),
            ("changed", &self.changed),
            ("untried", &self.untried),
        ];
        for (kind, found) in kinds {
            lines.push(format!("{kind}: {}", found.len()));
            lines.extend(found.iter().take(60).map(|line| format!("  {line}")));
        }
        lines.join("\n")
    }

    pub(super) fn assert_clean(&self) {
        let all = [&self.leaks, &self.apart, &self.changed, &self.untried];
        assert!(all.iter().all(|found| found.is_empty()) && self.calls > 500, "{}", self.summary());
    }
}

/// Whether this can only be Alice's.
pub(super) fn is_hers(value: &Value) -> bool {
    marks(&value.to_string()).next().is_some()
}

/// Everything in `text` by which Alice's data can be recognised.
fn marks(text: &str) -> impl Iterator<Item = &str> {
    let starts = text.char_indices().map(|(at, _)| at);
    starts.filter_map(|at| mark(text, at))
}

fn mark(text: &str, at: usize) -> Option<&str> {
    let rest = text.get(at..)?;
    let digits =
        |from: usize, count: usize| rest.get(from..from + count).is_some_and(|s| s.bytes().all(|b| b.is_ascii_digit()));
    let is_digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    if rest.starts_with("ALICE-") && digits(6, 4) {
        return rest.get(..10);
    }
    if rest.starts_with("7000") && digits(4, 2) && !is_digit(at + 6) && (at == 0 || !is_digit(at - 1)) {
        return rest.get(..6);
    }
    ["a11ce000", "alice"].into_iter().find(|word| rest.starts_with(word)).and_then(|word| rest.get(..word.len()))
}

#[test]
fn marks_are_found_and_numbers_that_only_look_like_them_are_not() {
    let text = r#"{"a": 700012, "b": 1700012, "c": 70001, "d": "x ALICE-0107.", "e": 7000123}"#;
    assert_eq!(marks(text).collect::<Vec<_>>(), ["700012", "ALICE-0107"]);
}

//! Strings that fit a schema.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use proptest::strategy::{Strategy, ValueTree};
use proptest::string::string_regex;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value};

/// Where a string goes, and so what it may be made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Header,
    /// Beside others in one list, where a server takes delimiters for what they are even when they were encoded.
    Listed,
    Elsewhere,
}

pub(crate) fn string(schema: &Map<String, Value>, place: Place, seed: u64) -> String {
    if let Some(sample) = schema.get("format").and_then(Value::as_str).and_then(formatted) {
        return sample.to_owned();
    }
    if schema.get("contentEncoding").is_some_and(|encoding| encoding == "base64") {
        return "aGVsbG8=".to_owned();
    }
    let length = |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|length| usize::try_from(length).ok());
    let (least, most) = (length("minLength").unwrap_or(1), length("maxLength").unwrap_or(usize::MAX));
    let pattern = schema.get("pattern").and_then(Value::as_str);
    if let Some(sample) = pattern.and_then(|pattern| matching(pattern, (least, most), seed)) {
        return sample;
    }
    let plain = match place {
        Place::Header => "word-1",
        Place::Path => "a b&c=d+e%20ä?#:@",
        Place::Listed => "b&c=d+e%20ä?#",
        Place::Elsewhere => "a b&c=d+e%20ä?#,;:/@",
    };
    let text: String = plain.chars().chain(std::iter::repeat('x')).take(plain.chars().count().max(least)).collect();
    text.chars().take(most).collect()
}

fn formatted(format: &str) -> Option<&'static str> {
    Some(match format {
        "date-time" => "2026-11-22T10:00:00Z",
        "date" => "2026-11-22",
        "time" => "10:00:00Z",
        "email" => "alice@example.com",
        "uuid" => "0b4e4c6e-6b3f-4c1d-9d0e-1f2a3b4c5d6e",
        "uri" | "url" | "uri-reference" => "https://example.com/a?b=c&d=e",
        "hostname" => "example.com",
        "ipv4" | "ip" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "byte" | "base64" => "aGVsbG8=",
        "duration" => "P1D",
        "regex" => "a+",
        "json-pointer" => "/a",
        _ => return None,
    })
}

/// Something printable that a regular expression takes, where Rust's own engine knows it.
fn matching(pattern: &str, lengths: (usize, usize), seed: u64) -> Option<String> {
    static KNOWN: LazyLock<Mutex<HashMap<(String, (usize, usize)), Vec<String>>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().expect("nobody panicked");
    let samples = known.entry((pattern.to_owned(), lengths)).or_insert_with(|| samples(pattern, lengths));
    let at = usize::try_from(seed % 4).unwrap_or_default();
    samples.get(at).or(samples.first()).cloned()
}

fn samples(pattern: &str, (least, most): (usize, usize)) -> Vec<String> {
    let bare = pattern.trim_start_matches('^').trim_end_matches('$');
    let ascii = format!("(?-u:{bare})");
    let Some(strategy) = [ascii.as_str(), bare].into_iter().find_map(|pattern| string_regex(pattern).ok()) else {
        return Vec::new();
    };
    let mut runner = TestRunner::deterministic();
    let samples = (0..64).filter_map(|_| Some(strategy.new_tree(&mut runner).ok()?.current()));
    let is_plain = |text: &String| text.bytes().all(|byte| matches!(byte, b'!'..=b'~'));
    samples.filter(is_plain).filter(|text| (least..=most).contains(&text.len())).take(4).collect()
}

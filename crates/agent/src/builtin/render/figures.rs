use connector::{Collection, Ownership};
use gateway::Reply;
use serde_json::{Map, Value};

use super::{rows, value};
use crate::builtin::sentence;

/// `You have 3 tasks with done = false.`
pub(super) fn count(collection: &Collection, name: &str, words: &str, reply: &Reply, data: &Value) -> String {
    let counted = data.pointer("/0/count").and_then(Value::as_u64);
    let total = counted.or(reply.count);
    rows::head(collection, name, words, total, data.as_array().map_or(0, Vec::len))
}

/// One figure in a sentence, or a line for each group.
pub(super) fn figures(collection: &Collection, name: &str, words: &str, data: &Value) -> String {
    let noun = sentence::noun(name, None);
    let whose =
        if matches!(collection.ownership, Ownership::Owned { .. }) { format!("your {noun}") } else { noun.clone() };
    let with = if words.is_empty() { String::new() } else { format!(" with {words}") };
    let rows = data.as_array().map(Vec::as_slice).unwrap_or_default();
    if let [Value::Object(only)] = rows
        && only.len() == 1
        && let Some((metric, figure)) = only.iter().next()
    {
        return match figure {
            Value::Null => format!("There is no {} of {whose}{with}: there are none.", spoken(metric)),
            figure => format!("The {} of {whose}{with} is {}.", spoken(metric), value::short(figure)),
        };
    }
    if rows.is_empty() {
        return format!("There are no {noun}{with}.");
    }
    let lines: Vec<_> = rows.iter().filter_map(Value::as_object).map(line).collect();
    let mut capital = noun.chars();
    let first: String = capital.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}{with}:{}", capital.as_str(), lines.concat())
}

fn line(row: &Map<String, Value>) -> String {
    let parts: Vec<_> = row.iter().map(|(name, one)| format!("{} {}", spoken(name), value::short(one))).collect();
    format!("\n- {}", parts.join(" · "))
}

/// `sum_total` is the sum of total.
fn spoken(metric: &str) -> String {
    let words = [("sum_", "sum of"), ("avg_", "average"), ("min_", "smallest"), ("max_", "largest")];
    words
        .iter()
        .find_map(|(prefix, words)| Some(format!("{words} {}", metric.strip_prefix(prefix)?)))
        .unwrap_or_else(|| metric.to_owned())
}

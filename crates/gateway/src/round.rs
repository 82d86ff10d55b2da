use std::time::{SystemTime, UNIX_EPOCH};

use access::Caller;
use aws_lc_rs::digest::{Context, SHA256};
use connector::{Answers, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::gateway::Inner;

/// What a client sends with the next round of a call (MCP 2026-07-28, "Multi Round-Trip Requests").
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Its user's answers, by the key of what was asked.
    pub responses: Map<String, Value>,
    /// What the round before gave it to carry, still sealed.
    pub state: Option<String>,
}

/// What is sealed between two rounds.
#[derive(Serialize, Deserialize)]
struct Carried {
    state: String,
    until_s: u64,
}

impl Inner {
    /// Seals a resource's state for the next round of this very call: this caller, this tool and these arguments.
    pub(crate) fn seal_round(&self, state: String, caller: &Caller, place: &str) -> Result<String> {
        let until_s = now_s().saturating_add(self.options.answer_within_ms.div_ceil(1000));
        self.sealer.seal(&Carried { state, until_s }, caller, place)
    }

    /// What a client brings to the next round. `None` where its state was not given to it for this, or too long ago.
    pub(crate) fn open_round(&self, given: Given, caller: &Caller, place: &str) -> Option<Answers> {
        let state = match given.state {
            None => None,
            Some(sealed) => {
                let carried: Carried = self.sealer.opened(&sealed, caller, place)?;
                Some(carried.state).filter(|_| now_s() < carried.until_s)?.into()
            }
        };
        Some(Answers { responses: given.responses, state })
    }
}

/// Names one call: what is called, and with what.
pub(crate) fn place(method: &str, name: &str, arguments: &Value) -> String {
    let mut digest = Context::new(&SHA256);
    feed(&mut digest, arguments);
    let digest: String = digest.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("round\0{method}\0{digest}\0{name}")
}

/// The order of an object's keys says nothing, and a client may change it between rounds.
fn feed(digest: &mut Context, value: &Value) {
    match value {
        Value::Object(object) => {
            let mut keys: Vec<_> = object.iter().collect();
            keys.sort_unstable_by_key(|(key, _)| *key);
            digest.update(format!("{{{}", keys.len()).as_bytes());
            for (key, value) in keys {
                feed(digest, &Value::from(key.as_str()));
                feed(digest, value);
            }
        }
        Value::Array(items) => {
            digest.update(format!("[{}", items.len()).as_bytes());
            items.iter().for_each(|item| feed(digest, item));
        }
        // A text is quoted, so that nothing in it reads as the beginning of something else.
        scalar => digest.update(format!("{scalar},").as_bytes()),
    }
}

fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::place;

    #[test]
    fn the_order_of_keys_does_not_matter_and_everything_else_does() {
        let of = |arguments| place("tools/call", "ask", &arguments);
        let one = of(json!({"a": 1, "b": [{"c": "x"}]}));
        assert_eq!(one, of(json!({"b": [{"c": "x"}], "a": 1})));
        assert_ne!(one, of(json!({"a": "1", "b": [{"c": "x"}]})));
        assert_ne!(one, of(json!({"a": 1, "b": [{"c": "x"}, null]})));
        assert_ne!(of(json!(["a,", "b"])), of(json!(["a", ",b"])));
        assert_ne!(one, place("prompts/get", "ask", &json!({"a": 1, "b": [{"c": "x"}]})));
    }
}

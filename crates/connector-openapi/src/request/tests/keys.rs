use access::Effect;
use http::Method;
use serde_json::json;

use super::{header, named, operation, request};
use crate::api::Place;

#[test]
fn a_key_is_made_where_none_is_given() {
    let operation = operation(Method::POST, "/x", vec![named("Idempotency-Key", Place::Header)]);
    let made = || request(&operation, json!({})).unwrap();
    let (first, second) = (made(), made());
    let key = header(&first.headers, "idempotency-key");
    let pieces: Vec<_> = key.split('-').map(str::len).collect();
    assert_eq!(pieces, [8, 4, 4, 4, 12]);
    assert_eq!(&key[14..15], "4");
    assert!(matches!(&key[19..20], "8" | "9" | "a" | "b"));
    assert_ne!(key, header(&second.headers, "idempotency-key"));
    assert!(first.repeatable);
}

#[test]
fn a_given_key_is_sent() {
    let operation = operation(Method::POST, "/x", vec![named("X-Idempotency-Key", Place::Header)]);
    let request = request(&operation, json!({ "X-Idempotency-Key": "mine" })).unwrap();
    assert_eq!((header(&request.headers, "x-idempotency-key").as_str(), request.repeatable), ("mine", true));
}

#[test]
fn only_what_is_safe_is_repeatable() {
    let repeatable = |method: Method| request(&operation(method, "/x", Vec::new()), json!({})).unwrap().repeatable;
    assert_eq!([Method::GET, Method::PUT, Method::DELETE].map(repeatable), [true; 3]);
    assert_eq!([Method::POST, Method::PATCH].map(repeatable), [false; 2]);
    let mut search = operation(Method::POST, "/search", Vec::new());
    search.effect = Effect::Read;
    assert!(request(&search, json!({})).unwrap().repeatable);
}

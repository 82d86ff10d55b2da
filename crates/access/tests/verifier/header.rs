use bellhop_access::TokenError;
use serde_json::{Value, json};
use testkit::issuer::{SigningKey, changed};

use super::{Inline, alice, claims};

async fn with_header(changes: &Value) -> Result<String, TokenError> {
    let inline = Inline::new("EdDSA");
    let header = changed(inline.key.header(), changes);
    inline.token(&inline.key.sign(&header, &claims())).await
}

#[tokio::test]
async fn a_critical_extension_is_refused_known_or_not() {
    for crit in [json!(["exp"]), json!([]), json!(["b64"]), json!("exp"), json!(["https://example.com/x"])] {
        assert_eq!(with_header(&json!({"crit": crit})).await, Err(TokenError::Header), "{crit}");
    }
}

#[tokio::test]
async fn an_unencoded_payload_is_refused() {
    assert_eq!(with_header(&json!({"b64": false})).await, Err(TokenError::Header));
}

#[tokio::test]
async fn a_key_that_comes_with_the_token_is_refused_even_if_it_signed_it() {
    let inline = Inline::new("EdDSA");
    let own = SigningKey::new("own", "EdDSA");
    for (name, value) in [
        ("jwk", own.jwk()),
        ("jku", json!("https://issuer.test/jwks")),
        ("x5u", json!("https://issuer.test/cert")),
        ("x5c", json!(["MIIB"])),
    ] {
        let mut header = own.header();
        header[name] = value;
        assert_eq!(inline.token(&own.sign(&header, &claims())).await, Err(TokenError::Header), "{name}");
        header["kid"] = "one".into();
        assert_eq!(inline.token(&inline.key.sign(&header, &claims())).await, Err(TokenError::Header), "{name}");
    }
}

#[tokio::test]
async fn typ_may_be_absent_or_that_of_an_access_token() {
    for typ in ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "APPLICATION/JWT"] {
        assert_eq!(with_header(&json!({"typ": typ})).await, alice(), "{typ}");
    }
    let inline = Inline::new("EdDSA");
    assert_eq!(inline.token(&inline.key.sign(&json!({"alg": "EdDSA", "kid": "one"}), &claims())).await, alice());
}

#[tokio::test]
async fn another_typ_is_refused() {
    for typ in [json!("logout+jwt"), json!("dpop+jwt"), json!("secevent+jwt"), json!(""), json!(7), json!(["JWT"])] {
        assert_eq!(with_header(&json!({"typ": typ})).await, Err(TokenError::Type), "{typ}");
    }
}

#[tokio::test]
async fn a_kid_that_is_not_text_or_has_no_end_is_refused() {
    for kid in [json!(1), json!(["one"]), json!({}), json!("k".repeat(1025))] {
        assert_eq!(with_header(&json!({"kid": kid})).await, Err(TokenError::Header), "{kid}");
    }
    assert_eq!(with_header(&json!({"kid": "../../one"})).await, Err(TokenError::UnknownKey));
}

#[tokio::test]
async fn a_name_that_stands_twice_is_refused() {
    let inline = Inline::new("EdDSA");
    let (header, claims) = (inline.key.header().to_string(), claims().to_string());
    let twice = |object: &str, member: &str| format!("{}{member}}}", &object[..object.len() - 1]);
    let header_twice = inline.key.sign_text(&twice(&header, r#","alg":"EdDSA""#), &claims);
    let claims_twice = inline.key.sign_text(&header, &twice(&claims, r#","sub":"bob""#));
    assert_eq!(inline.token(&header_twice).await, Err(TokenError::Malformed));
    assert_eq!(inline.token(&claims_twice).await, Err(TokenError::Malformed));
}

#[tokio::test]
async fn what_is_not_a_signed_token_is_malformed() {
    let inline = Inline::new("EdDSA");
    let good = inline.key.token(&claims());
    let parts: Vec<_> = good.split('.').collect();
    let header = inline.key.header().to_string();
    let mut cases = vec![
        String::new(),
        ".".into(),
        "..".into(),
        "...".into(),
        "opaque-session-token".into(),
        parts[..2].join("."),
        format!("{good}.{}", parts[2]),
        format!("{good}="),
        format!(" {good}"),
        format!("{good}\n"),
        format!("{}.{}.{}", parts[0], parts[1], "a+b/"),
        inline.key.sign_text(&header, "not json"),
        inline.key.sign_text(&header, "[]"),
        inline.key.sign_text(&header, "null"),
        inline.key.sign_text("[]", "{}"),
        inline.key.sign_text("{}", &claims().to_string()),
        inline.key.sign_text(&header, &"[".repeat(4000)),
        "ü.ü.ü".into(),
    ];
    // Five parts are an encrypted token (RFC 7516 section 3.1).
    cases.push("a.b.c.d.e".into());
    for case in cases {
        assert_eq!(inline.token(&case).await, Err(TokenError::Malformed), "{case:?}");
    }
}

#[tokio::test]
async fn a_token_beyond_the_limit_is_not_even_read() {
    let inline = Inline::new("EdDSA");
    let long = changed(claims(), &json!({"padding": "x".repeat(16 * 1024)}));
    assert_eq!(inline.claims(&long).await, Err(TokenError::TooLarge));
}

use bellhop_access::{ConfigError, IssuerConfig, Keys, Verifier, VerifierOptions};
use serde_json::{Value, json};
use testkit::issuer::{AUDIENCE, SigningKey};

use super::{ISSUER, jwks};

fn refused(issuers: Vec<IssuerConfig>) -> ConfigError {
    Verifier::new(issuers, VerifierOptions::default()).map(drop).unwrap_err()
}

fn good() -> IssuerConfig {
    IssuerConfig::new(ISSUER, AUDIENCE, Keys::JwksUrl("https://issuer.test/jwks".into()))
}

#[test]
fn issuer_and_audience_are_required() {
    assert!(matches!(refused(vec![]), ConfigError::NoIssuer));
    assert!(matches!(refused(vec![IssuerConfig { issuer: String::new(), ..good() }]), ConfigError::NoIssuer));
    assert!(matches!(refused(vec![IssuerConfig { audiences: vec![], ..good() }]), ConfigError::NoAudience { .. }));
    let empty = vec![AUDIENCE.to_owned(), String::new()];
    assert!(matches!(refused(vec![IssuerConfig { audiences: empty, ..good() }]), ConfigError::NoAudience { .. }));
}

#[test]
fn an_issuer_stands_once() {
    assert!(matches!(refused(vec![good(), good()]), ConfigError::TwoIssuers { .. }));
}

#[test]
fn a_secret_has_at_least_32_bytes() {
    for (bytes, is_enough) in [(0, false), (31, false), (32, true), (64, true)] {
        let keys = Keys::Secret("x".repeat(bytes).into());
        let made = Verifier::new(vec![IssuerConfig { keys, ..good() }], VerifierOptions::default());
        assert_eq!(made.is_ok(), is_enough, "{bytes} bytes");
    }
}

#[test]
fn the_leeway_has_an_end() {
    assert!(matches!(
        refused(vec![IssuerConfig { leeway_s: 301, ..good() }]),
        ConfigError::Leeway { leeway_s: 301, .. }
    ));
}

#[test]
fn keys_come_by_http_and_nothing_else() {
    for url in ["", "issuer.test/jwks", "file:///etc/passwd", "ftp://issuer.test", "data:,{}"] {
        let keys = Keys::JwksUrl(url.into());
        assert!(matches!(refused(vec![IssuerConfig { keys, ..good() }]), ConfigError::Address { .. }), "{url}");
    }
    let discover = IssuerConfig { issuer: "an-issuer".into(), keys: Keys::Discover, ..good() };
    assert!(matches!(refused(vec![discover]), ConfigError::Address { .. }));
}

#[test]
fn an_inline_jwks_needs_a_key_that_verifies() {
    let with = |key: SigningKey, name: &str, value: Value| {
        let mut jwk = key.jwk();
        jwk[name] = value;
        jwks(&[jwk])
    };
    let new = |alg| SigningKey::new("one", alg);
    for keys in [
        json!(null),
        json!([]),
        json!({}),
        json!({"keys": []}),
        json!({"keys": {}}),
        jwks(&[json!("key"), json!(null)]),
        jwks(&[SigningKey::of_secret("HS256", &[7; 32]).jwk()]),
        with(new("EdDSA"), "use", json!("enc")),
        with(new("EdDSA"), "key_ops", json!(["sign"])),
        with(new("EdDSA"), "key_ops", json!("verify")),
        with(new("EdDSA"), "crv", json!("Ed448")),
        with(new("EdDSA"), "crv", json!("X25519")),
        with(new("EdDSA"), "x", json!("AAAA")),
        with(new("EdDSA"), "alg", json!("ES256")),
        with(new("EdDSA"), "kid", json!(7)),
        with(new("ES256"), "crv", json!("secp256k1")),
        with(new("ES256"), "crv", json!("P-384")),
        with(new("ES256"), "alg", json!("ES384")),
        with(new("RS256"), "alg", json!("RSA-OAEP")),
        with(new("RS256"), "alg", json!("HS256")),
        with(new("RS256"), "e", json!("AQ")),
        with(new("RS256"), "e", json!("Ag")),
        with(new("RS256"), "n", json!("A".repeat(10))),
        // 1024 bits, with and without zeros before them.
        with(new("RS256"), "n", json!("_".repeat(170))),
        with(new("RS256"), "n", json!(format!("{}{}", "A".repeat(200), "_".repeat(172)))),
        json!({"keys": vec![new("EdDSA").jwk(); 65]}),
    ] {
        let config = IssuerConfig { keys: Keys::Jwks(keys.clone()), ..good() };
        assert!(matches!(refused(vec![config]), ConfigError::NoKeys { .. }), "{keys}");
    }
}

#[test]
fn debug_shows_no_secret() {
    let keys = Keys::Secret("a-secret-that-nobody-may-ever-see!".into());
    let config = IssuerConfig { keys, ..good() };
    let verifier = Verifier::new(vec![config.clone()], VerifierOptions::default()).unwrap();
    let shown = format!("{config:?} {verifier:?}");
    assert!(!shown.contains("nobody"), "{shown}");
}

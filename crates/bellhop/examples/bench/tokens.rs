use std::time::Instant;

use access::{IssuerConfig, Keys, Verifier, VerifierOptions};
use secrecy::SecretString;
use serde_json::json;
use testkit::issuer::{SigningKey, now_s};

const SECRET: &str = "a secret of at least thirty-two bytes";

/// Prints what verifying a token costs when it is new and when it was seen before.
pub(crate) async fn print() {
    println!("token verification, us each        new   seen before");
    for alg in ["EdDSA", "ES256", "RS256", "HS256"] {
        let key = match alg {
            "HS256" => SigningKey::of_secret("HS256", SECRET.as_bytes()),
            _ => SigningKey::new("bench", alg),
        };
        let keys = match alg {
            "HS256" => Keys::Secret(SecretString::from(SECRET.to_owned())),
            _ => Keys::Jwks(json!({"keys": [key.jwk()]})),
        };
        let config = IssuerConfig::new("https://login.test", "https://bellhop.test", keys);
        let verifier = Verifier::new(vec![config], VerifierOptions::default()).expect("a verifier");
        let claims = |n: usize| json!({"iss": "https://login.test", "aud": "https://bellhop.test", "sub": "alice", "n": n, "exp": now_s() + 3600});
        let tokens: Vec<String> = (0..2000).map(|n| key.token(&claims(n))).collect();
        let mut times = Vec::new();
        for _ in 0..2 {
            let started = Instant::now();
            for token in &tokens {
                verifier.verify(token).await.expect("a good token");
            }
            times.push(started.elapsed().as_secs_f64() * 1e6 / tokens.len() as f64);
        }
        println!("  {alg:<24} {:>10.1} {:>12.1}", times[0], times[1]);
    }
}

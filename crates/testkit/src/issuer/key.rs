use std::cell::Cell;
use std::sync::{Arc, OnceLock};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair};
use aws_lc_rs::{hmac, rsa::KeySize};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// Every name that `alg` may have, and that the product must accept.
pub const ALGORITHMS: [&str; 14] = [
    "EdDSA", "Ed25519", "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "HS256",
    "HS384", "HS512",
];

/// A throwaway key that signs whatever it is given, sound or not.
#[derive(Clone)]
pub struct SigningKey {
    /// Its name.
    pub kid: String,
    /// What its tokens have as `alg` unless a test says otherwise.
    pub alg: &'static str,
    pair: Pair,
}

#[derive(Clone)]
enum Pair {
    Ed(Arc<Ed25519KeyPair>),
    Ec(Arc<EcdsaKeyPair>),
    Rsa(Arc<RsaKeyPair>),
    Secret(Vec<u8>),
}

impl SigningKey {
    /// A new key for one of the public-key [`ALGORITHMS`].
    pub fn new(kid: &str, alg: &'static str) -> Self {
        let ec = |algorithm| Pair::Ec(Arc::new(EcdsaKeyPair::generate(algorithm).expect("an EC key can be made")));
        let pair = match alg {
            "EdDSA" | "Ed25519" => Pair::Ed(Arc::new(Ed25519KeyPair::generate().expect("an Ed25519 key can be made"))),
            "ES256" => ec(&signature::ECDSA_P256_SHA256_FIXED_SIGNING),
            "ES384" => ec(&signature::ECDSA_P384_SHA384_FIXED_SIGNING),
            "ES512" => ec(&signature::ECDSA_P521_SHA512_FIXED_SIGNING),
            rsa if rsa.starts_with("RS") || rsa.starts_with("PS") => Pair::Rsa(rsa_pair()),
            other => panic!("no key can be made for {other}"),
        };
        Self { kid: kid.to_owned(), alg, pair }
    }

    /// A key for `HS256`, `HS384` or `HS512`.
    pub fn of_secret(alg: &'static str, secret: &[u8]) -> Self {
        Self { kid: "secret".into(), alg, pair: Pair::Secret(secret.to_vec()) }
    }

    /// The header that an ordinary token of this key has.
    pub fn header(&self) -> Value {
        json!({"typ": "JWT", "alg": self.alg, "kid": self.kid})
    }

    /// A token of these claims.
    pub fn token(&self, claims: &Value) -> String {
        self.sign(&self.header(), claims)
    }

    /// A token whose header is exactly this one.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&header.to_string(), &claims.to_string())
    }

    /// A token whose header and claims are exactly these bytes, which need not be JSON.
    pub fn sign_text(&self, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.signature(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    /// The public key as it stands in a JWKS.
    pub fn jwk(&self) -> Value {
        let b64 = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut jwk = match &self.pair {
            Pair::Ed(pair) => json!({"kty": "OKP", "crv": "Ed25519", "x": b64(pair.public_key().as_ref())}),
            Pair::Ec(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = point[1..].split_at(point.len() / 2);
                let crv = match self.alg {
                    "ES256" => "P-256",
                    "ES384" => "P-384",
                    _ => "P-521",
                };
                json!({"kty": "EC", "crv": crv, "x": b64(x), "y": b64(y)})
            }
            Pair::Rsa(pair) => {
                let public = pair.public_key();
                let (n, e) = (public.modulus(), public.exponent());
                let (n, e) = (n.big_endian_without_leading_zero(), e.big_endian_without_leading_zero());
                json!({"kty": "RSA", "n": b64(n), "e": b64(e)})
            }
            Pair::Secret(secret) => json!({"kty": "oct", "k": b64(secret)}),
        };
        jwk["alg"] = self.alg.into();
        jwk["kid"] = self.kid.as_str().into();
        jwk
    }

    /// The public key's bytes, to be misused as a shared secret.
    pub fn public_bytes(&self) -> Vec<u8> {
        match &self.pair {
            Pair::Ed(pair) => pair.public_key().as_ref().to_vec(),
            Pair::Ec(pair) => pair.public_key().as_ref().to_vec(),
            Pair::Rsa(pair) => pair.public_key().as_ref().to_vec(),
            Pair::Secret(secret) => secret.clone(),
        }
    }

    /// The same key, whose tokens and JWK say another algorithm.
    #[must_use]
    pub fn saying(mut self, alg: &'static str) -> Self {
        self.alg = alg;
        self
    }

    fn signature(&self, signed: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Ed(pair) => pair.sign(signed).as_ref().to_vec(),
            Pair::Ec(pair) => pair.sign(&random, signed).expect("an EC key signs").as_ref().to_vec(),
            Pair::Rsa(pair) => {
                let mut bytes = vec![0; pair.public_modulus_len()];
                pair.sign(rsa_encoding(self.alg), &random, signed, &mut bytes).expect("an RSA key signs");
                bytes
            }
            Pair::Secret(secret) => {
                let algorithm = match self.alg {
                    "HS384" => hmac::HMAC_SHA384,
                    "HS512" => hmac::HMAC_SHA512,
                    _ => hmac::HMAC_SHA256,
                };
                hmac::sign(&hmac::Key::new(algorithm, secret), signed).as_ref().to_vec()
            }
        }
    }
}

fn rsa_encoding(alg: &str) -> &'static signature::RsaSignatureEncoding {
    match alg {
        "RS384" => &signature::RSA_PKCS1_SHA384,
        "RS512" => &signature::RSA_PKCS1_SHA512,
        "PS256" => &signature::RSA_PSS_SHA256,
        "PS384" => &signature::RSA_PSS_SHA384,
        "PS512" => &signature::RSA_PSS_SHA512,
        _ => &signature::RSA_PKCS1_SHA256,
    }
}

/// Making an RSA key takes a tenth of a second, so a process makes four and each test gets them in turn: any four
/// that follow one another in a test are different.
fn rsa_pair() -> Arc<RsaKeyPair> {
    static PAIRS: [OnceLock<Arc<RsaKeyPair>>; 4] = [const { OnceLock::new() }; 4];
    thread_local!(static NEXT: Cell<usize> = const { Cell::new(0) });
    let turn = NEXT.replace(NEXT.get() + 1) % PAIRS.len();
    let make = || Arc::new(RsaKeyPair::generate(KeySize::Rsa2048).expect("an RSA key can be made"));
    Arc::clone(PAIRS[turn].get_or_init(make))
}

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// Why a key cannot be used, or nothing can be signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// Not a private key of a kind that signs here.
    #[error(
        "this is not an Ed25519 or P-256 private key in PKCS#8 PEM form: make one by `openssl genpkey -algorithm ed25519`"
    )]
    NotAPrivateKey,
    /// Not such a public key.
    #[error("this is not an Ed25519 or P-256 public key in PEM form: make it by `openssl pkey -in KEY -pubout`")]
    NotAPublicKey,
    /// The operating system gives no random numbers, or the library fails.
    #[error("nothing can be signed")]
    Sign,
}

pub(super) enum SigningKey {
    Ed25519 { key: Ed25519KeyPair, kid: String },
    P256 { key: Box<EcdsaKeyPair>, kid: String },
}

/// What stands before the key itself in a `SubjectPublicKeyInfo`: RFC 8410 section 4 and RFC 5480 section 2.
const ED25519_SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const P256_SPKI: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

impl SigningKey {
    pub(super) fn new() -> Result<Self, SignerError> {
        let key = Ed25519KeyPair::generate().map_err(|_| SignerError::Sign)?;
        Ok(Self::ed25519(key))
    }

    pub(super) fn from_pem(pem: &str) -> Result<Self, SignerError> {
        let der = der(pem, "PRIVATE KEY").ok_or(SignerError::NotAPrivateKey)?;
        if let Ok(key) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der) {
            return Ok(Self::ed25519(key));
        }
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der);
        let key = key.map_err(|_| SignerError::NotAPrivateKey)?;
        let kid = thumbprint(&p256(key.public_key().as_ref()).ok_or(SignerError::NotAPrivateKey)?);
        Ok(Self::P256 { key: Box::new(key), kid })
    }

    fn ed25519(key: Ed25519KeyPair) -> Self {
        let kid = thumbprint(&ed25519(key.public_key().as_ref()));
        Self::Ed25519 { key, kid }
    }

    pub(super) fn algorithm(&self) -> &'static str {
        match self {
            Self::Ed25519 { .. } => "EdDSA",
            Self::P256 { .. } => "ES256",
        }
    }

    pub(super) fn kid(&self) -> &str {
        match self {
            Self::Ed25519 { kid, .. } | Self::P256 { kid, .. } => kid,
        }
    }

    pub(super) fn jwk(&self) -> Value {
        let jwk = match self {
            Self::Ed25519 { key, .. } => ed25519(key.public_key().as_ref()),
            Self::P256 { key, .. } => p256(key.public_key().as_ref()).unwrap_or_default(),
        };
        named(jwk)
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignerError> {
        match self {
            Self::Ed25519 { key, .. } => Ok(key.sign(message).as_ref().to_vec()),
            Self::P256 { key, .. } => {
                let signature = key.sign(&SystemRandom::new(), message).map_err(|_| SignerError::Sign)?;
                Ok(signature.as_ref().to_vec())
            }
        }
    }
}

/// The JWK of a public key in PEM form.
pub(super) fn public_jwk(pem: &str) -> Result<Value, SignerError> {
    let der = der(pem, "PUBLIC KEY").ok_or(SignerError::NotAPublicKey)?;
    let jwk = match (der.strip_prefix(&ED25519_SPKI), der.strip_prefix(&P256_SPKI)) {
        (Some(key), _) if key.len() == 32 => Some(ed25519(key)),
        (_, Some(point)) => p256(point),
        _ => None,
    };
    jwk.map(named).ok_or(SignerError::NotAPublicKey)
}

fn ed25519(key: &[u8]) -> Value {
    json!({"crv": "Ed25519", "kty": "OKP", "x": URL_SAFE_NO_PAD.encode(key)})
}

/// Of an uncompressed point.
fn p256(point: &[u8]) -> Option<Value> {
    let coordinates = point.strip_prefix(&[4]).filter(|rest| rest.len() == 64)?;
    let (x, y) = coordinates.split_at(32);
    Some(json!({"crv": "P-256", "kty": "EC", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y)}))
}

/// With what tells it from others.
fn named(mut jwk: Value) -> Value {
    let kid = thumbprint(&jwk);
    let algorithm = if jwk["kty"] == "OKP" { "EdDSA" } else { "ES256" };
    jwk["kid"] = kid.into();
    jwk["alg"] = algorithm.into();
    jwk["use"] = "sig".into();
    jwk
}

/// RFC 7638 section 3: the required members, by name, without blanks. `jwk` has them in that order.
fn thumbprint(jwk: &Value) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, jwk.to_string().as_bytes()))
}

/// The bytes of the one block of this label (RFC 7468 section 2).
fn der(pem: &str, label: &str) -> Option<Vec<u8>> {
    // A variable of the environment often has \n written out.
    let pem = pem.replace("\\n", "\n");
    let (_, rest) = pem.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let body: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    STANDARD.decode(body).ok()
}

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde_json::{Map, Value};

use super::key::{Key, Material};
use crate::token::Algorithm;

const RSA_BITS_MIN: usize = 2048;
const RSA_BITS_MAX: usize = 8192;
const RSA_EXPONENT_BYTES_MAX: usize = 8;

const RSA: &[Algorithm] =
    &[Algorithm::Rs256, Algorithm::Rs384, Algorithm::Rs512, Algorithm::Ps256, Algorithm::Ps384, Algorithm::Ps512];

/// Reads a public key that verifies signatures (RFC 7517, RFC 7518 section 6, RFC 8037). Gives nothing for any
/// other: a symmetric key that is published is no secret, an encryption key signs nothing.
pub(super) fn read(jwk: &Value) -> Option<Key> {
    let jwk = jwk.as_object()?;
    if !is_for_verifying(jwk) {
        return None;
    }
    let kid = match jwk.get("kid") {
        None => None,
        Some(kid) => Some(kid.as_str()?.to_owned()),
    };
    let (algorithms, material, bytes) = match text(jwk, "kty")? {
        "OKP" if text(jwk, "crv")? == "Ed25519" => ed25519(jwk)?,
        "EC" => ec(jwk)?,
        "RSA" => rsa(jwk)?,
        _ => return None,
    };
    let algorithms = match jwk.get("alg") {
        None => algorithms,
        Some(alg) => {
            let alg = Algorithm::from_name(alg.as_str()?)?;
            let place = algorithms.iter().position(|one| *one == alg)?;
            &algorithms[place..=place]
        }
    };
    let parts: Vec<_> = bytes.iter().map(Vec::as_slice).collect();
    Some(Key::new(kid, algorithms, material, &parts))
}

type Parts = (&'static [Algorithm], Material, Vec<Vec<u8>>);

fn is_for_verifying(jwk: &Map<String, Value>) -> bool {
    let usage = jwk.get("use").is_none_or(|value| value == "sig");
    let operations = jwk
        .get("key_ops")
        .is_none_or(|value| value.as_array().is_some_and(|several| several.iter().any(|one| one == "verify")));
    usage && operations
}

fn ed25519(jwk: &Map<String, Value>) -> Option<Parts> {
    let x = bytes(jwk, "x")?;
    (x.len() == 32).then(|| (&[Algorithm::Ed25519][..], Material::Library(DecodingKey::from_ed_der(&x)), vec![x]))
}

fn ec(jwk: &Map<String, Value>) -> Option<Parts> {
    let (algorithms, coordinate_bytes): (&'static [Algorithm], _) = match text(jwk, "crv")? {
        "P-256" => (&[Algorithm::Es256], 32),
        "P-384" => (&[Algorithm::Es384], 48),
        "P-521" => (&[Algorithm::Es512], 66),
        _ => return None,
    };
    let (x, y) = (bytes(jwk, "x")?, bytes(jwk, "y")?);
    if x.len() != coordinate_bytes || y.len() != coordinate_bytes {
        return None;
    }
    let point = [&[4], x.as_slice(), y.as_slice()].concat();
    let material = match algorithms {
        [Algorithm::Es512] => Material::P521(point.clone()),
        _ => Material::Library(DecodingKey::from_ec_der(&point)),
    };
    Some((algorithms, material, vec![point]))
}

fn rsa(jwk: &Map<String, Value>) -> Option<Parts> {
    let (n, e) = (significant(bytes(jwk, "n")?), significant(bytes(jwk, "e")?));
    let bits = n.len() * 8 - n.first()?.leading_zeros() as usize;
    let sound = (RSA_BITS_MIN..=RSA_BITS_MAX).contains(&bits)
        && e.len() <= RSA_EXPONENT_BYTES_MAX
        && e.last()? % 2 == 1
        && e != [1];
    sound.then(|| (RSA, Material::Library(DecodingKey::from_rsa_raw_components(&n, &e)), vec![n, e]))
}

fn significant(number: Vec<u8>) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number[zeros..].to_vec()
}

fn text<'a>(jwk: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    jwk.get(name)?.as_str()
}

fn bytes(jwk: &Map<String, Value>, name: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text(jwk, name)?).ok()
}

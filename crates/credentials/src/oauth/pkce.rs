use aws_lc_rs::digest::{SHA256, digest as hash};
use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connector::{Error, Result};

/// 256 random bits as text: a code verifier (RFC 7636 section 4.1), a nonce, a cookie.
pub(crate) fn random() -> Result<String> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(|_| Error::internal("no random numbers can be had from the operating system"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// SHA-256 as text: a code challenge of the method S256 (RFC 7636 section 4.2).
pub(crate) fn digest(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(hash(&SHA256, text.as_bytes()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_challenge_is_that_of_the_rfc() {
        let challenge = super::digest("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}

//! The development issuer: real tokens, signed with a key that never leaves this machine.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use access::{Caller, DevIssuer, IssuerConfig, Keys, Verifier, VerifierOptions};
use anyhow::{Context, anyhow};
use serde_json::{Map, Value};

/// `iss` of development tokens.
pub(crate) const ISSUER: &str = "https://development.bellhop.invalid";
/// `aud` of development tokens.
const AUDIENCE: &str = "bellhop-development";
/// Where the key lies, so that `bellhop token` signs for a running `bellhop serve --dev`.
const KEY_FILE: &str = ".bellhop/development-key.pk8";
/// How long a development token is good for.
pub(crate) const TOKEN_TTL: Duration = Duration::from_secs(12 * 3600);

/// An issuer whose key is gone when the process ends.
pub(crate) fn ephemeral() -> anyhow::Result<DevIssuer> {
    Ok(DevIssuer::new(ISSUER, AUDIENCE)?)
}

/// The issuer of this folder: its key is made when it is first needed, readable by its owner only.
pub(crate) fn of_this_folder() -> anyhow::Result<DevIssuer> {
    let path = Path::new(KEY_FILE);
    match std::fs::read(path) {
        Ok(key) => Ok(DevIssuer::from_pkcs8(ISSUER, AUDIENCE, &key)
            .with_context(|| format!("{KEY_FILE} is not a key; delete it to get a new one"))?),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let issuer = ephemeral()?;
            keep(path, issuer.pkcs8()).with_context(|| format!("{KEY_FILE} cannot be written"))?;
            Ok(issuer)
        }
        Err(error) => Err(error).with_context(|| format!("{KEY_FILE} cannot be read")),
    }
}

fn keep(path: &Path, key: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(key)
}

/// The configuration that accepts this issuer's tokens.
pub(crate) fn accepts(issuer: &DevIssuer) -> IssuerConfig {
    IssuerConfig::new(issuer.issuer(), issuer.audience(), Keys::Jwks(issuer.jwks()))
}

/// A token for `user`, as an identity provider would give it.
pub(crate) fn token(issuer: &DevIssuer, user: &str, scopes: Option<&str>) -> anyhow::Result<String> {
    let mut claims = Map::new();
    claims.insert("sub".into(), user.into());
    claims.insert("name".into(), user.into());
    if let Some(scopes) = scopes {
        claims.insert("scope".into(), Value::from(scopes));
    }
    Ok(issuer.token(claims, TOKEN_TTL)?)
}

/// The operator of this machine acting as `user`: a token is signed and verified like any other.
pub(crate) async fn operator_as(user: &str) -> anyhow::Result<Caller> {
    if user.is_empty() {
        return Err(anyhow!("--user needs a user's id"));
    }
    let issuer = ephemeral()?;
    let verifier = Verifier::new(vec![accepts(&issuer)], VerifierOptions::default())?;
    Ok(verifier.verify(&token(&issuer, user, None)?).await?)
}

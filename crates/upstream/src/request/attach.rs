use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use connector::{Error, ErrorKind, Result};
use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderName, HeaderValue};

use super::encode::{decode, encode, is_unreserved};
use super::{Request, forbidden};
use crate::{Credential, Placement, Secret};

impl Request {
    /// Puts a user's credential where the API wants it. Nothing that stood there before stays.
    pub fn attach(&mut self, placement: &Placement, credential: &Credential) -> Result<()> {
        match placement {
            Placement::Bearer => {
                let token = key(credential)?;
                self.put(AUTHORIZATION, &format!("Bearer {}", token.expose()))?;
                self.secrets.push(token.clone());
            }
            Placement::Basic => self.attach_basic(credential)?,
            Placement::Header { name, prefix } => {
                if forbidden(name) {
                    return Err(unfit());
                }
                let key = key(credential)?;
                self.put(name.clone(), &format!("{prefix}{}", key.expose()))?;
                self.secrets.push(key.clone());
            }
            Placement::Query { name } => {
                let key = key(credential)?;
                let mut pair = String::new();
                encode(&mut pair, name, is_unreserved);
                pair.push('=');
                encode(&mut pair, key.expose(), is_unreserved);
                let others = self.query.split('&').filter(|pair| !pair.is_empty() && !is_named(pair, name));
                self.query = others.chain([pair.as_str()]).collect::<Vec<_>>().join("&");
                self.secrets.push(key.clone());
            }
            Placement::Cookie { name } => self.attach_cookie(name, key(credential)?)?,
        }
        Ok(())
    }

    fn attach_basic(&mut self, credential: &Credential) -> Result<()> {
        let account = match credential {
            // A name with a colon would be read as a shorter one (RFC 7617 section 2).
            Credential::Basic { username, .. } if username.contains(':') => return Err(unfit()),
            Credential::Basic { username, password } => {
                self.secrets.push(password.clone());
                format!("{username}:{}", password.expose())
            }
            Credential::Token(token) => {
                self.secrets.push(token.clone());
                let token = token.expose();
                if let Some((_, password)) = token.split_once(':') {
                    self.secrets.push(Secret::from(password.to_owned()));
                    token.to_owned()
                } else {
                    format!("{token}:")
                }
            }
        };
        let encoded = STANDARD.encode(account);
        self.put(AUTHORIZATION, &format!("Basic {encoded}"))?;
        self.secrets.push(Secret::from(encoded));
        Ok(())
    }

    fn attach_cookie(&mut self, name: &str, key: &Secret) -> Result<()> {
        let is_value = |byte: u8| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte);
        if !key.expose().bytes().all(is_value) || name.parse::<HeaderName>().is_err() {
            return Err(unfit());
        }
        let written = self.headers.get_all(COOKIE).iter().map(|value| value.to_str().map_err(|_| unfit()));
        let written = written.collect::<Result<Vec<_>>>()?.join("; ");
        let pairs = written.split(';').map(str::trim);
        let others = pairs.filter(|pair| !pair.is_empty() && pair.split('=').next().map(str::trim) != Some(name));
        let pair = format!("{name}={}", key.expose());
        let value = others.chain([pair.as_str()]).collect::<Vec<_>>().join("; ");
        self.put(COOKIE, &value)?;
        self.secrets.push(key.clone());
        Ok(())
    }

    fn put(&mut self, name: HeaderName, value: &str) -> Result<()> {
        if !value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
            return Err(unfit());
        }
        let mut value = HeaderValue::from_str(value).map_err(|_| unfit())?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(())
    }
}

/// Whether a pair of a query is of that name, however it is written: `api%5Fkey=`, and `+` for a space.
fn is_named(pair: &str, name: &str) -> bool {
    let written = pair.split('=').next().unwrap_or_default().replace('+', " ");
    decode(written.as_bytes()).eq_ignore_ascii_case(name.as_bytes())
}

fn key(credential: &Credential) -> Result<&Secret> {
    match credential {
        Credential::Token(key) if !key.expose().is_empty() => Ok(key),
        Credential::Token(_) => Err(unfit()),
        Credential::Basic { .. } => Err(Error::new(
            ErrorKind::PermissionDenied,
            "What is kept for you is an account, and this API takes a key. Set the key instead.",
        )),
    }
}

fn unfit() -> Error {
    Error::new(
        ErrorKind::PermissionDenied,
        "The credential that is kept for you cannot be sent to this API: it has characters that do not fit there. \
         Set it again.",
    )
}

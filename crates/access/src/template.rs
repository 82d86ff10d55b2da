use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::token::CLIENT_CLAIMS;
use crate::{Caller, claim_at};

/// Text that is made from a caller: `{caller.id}`, `{caller.issuer}`, `{claims.tenant}`, `prefix-{claims.org.id}`.
/// `{{` and `}}` stand for braces.
///
/// What it makes is never empty, never longer than [`Template::BYTES_MAX`], and has no control characters in it. A claim
/// that is missing, empty, or not a text, number or truth value makes nothing: [`NoValue`].
#[derive(Clone, PartialEq, Eq)]
pub struct Template {
    source: String,
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Id,
    Issuer,
    /// Names of claims from the outermost in, with dots; a claim's own name may have dots too.
    Claim(String),
}

/// Why a text is no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{template}\" cannot be understood: write {{caller.id}}, {{caller.issuer}} or {{claims.NAME}}")]
pub struct TemplateError {
    template: String,
}

/// A caller for whom a template makes nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoValue {
    /// The claim is missing, empty, or not a single value.
    #[error("your token has no usable claim `{claim}`")]
    Claim {
        /// Its name in the template.
        claim: String,
    },
    /// A control character in it, or too long.
    #[error("your token has a claim that cannot be used here")]
    Unfit,
}

/// Claims that say nothing of the user: they are the same in many users' tokens by their very meaning. So are
/// [`CLIENT_CLAIMS`].
const NOT_A_USER: [&str; 11] =
    ["iss", "aud", "scope", "scp", "exp", "iat", "nbf", "typ", "token_use", "token_type", "ver"];

impl Template {
    /// The most bytes that one makes.
    pub const BYTES_MAX: usize = 4096;

    /// Reads one.
    pub fn parse(source: &str) -> Result<Self, TemplateError> {
        let wrong = || TemplateError { template: source.to_owned() };
        let (mut pieces, mut text, mut rest) = (Vec::new(), String::new(), source);
        while let Some(at) = rest.find(['{', '}']) {
            text.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                text.push_str(brace);
                rest = after;
                continue;
            }
            let (name, after) = rest.split_once('}').filter(|_| brace == "{").ok_or_else(wrong)?;
            rest = after;
            if !text.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
            }
            pieces.push(match (name, name.strip_prefix("claims.")) {
                ("caller.id", _) => Piece::Id,
                ("caller.issuer", _) => Piece::Issuer,
                (_, Some(claim)) if !claim.is_empty() && !claim.contains('{') => Piece::Claim(claim.to_owned()),
                _ => return Err(wrong()),
            });
        }
        text.push_str(rest);
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        if pieces.is_empty() {
            return Err(wrong());
        }
        Ok(Self { source: source.to_owned(), pieces })
    }

    /// The caller's id and nothing else.
    pub fn is_caller_id(&self) -> bool {
        self.pieces == [Piece::Id]
    }

    /// Whether what it makes says who the caller is: their id, or a claim about them.
    pub fn names_the_caller(&self) -> bool {
        self.pieces.iter().any(|piece| match piece {
            Piece::Id => true,
            Piece::Claim(claim) => !NOT_A_USER.iter().chain(&CLIENT_CLAIMS).any(|shared| shared == claim),
            Piece::Issuer | Piece::Text(_) => false,
        })
    }

    /// The text that it makes of everybody, where nothing in it is a caller's.
    pub fn constant(&self) -> Option<String> {
        let texts = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => Some(text.as_str()),
            Piece::Id | Piece::Issuer | Piece::Claim(_) => None,
        });
        texts.collect()
    }

    /// What it makes of this caller.
    pub fn value(&self, caller: &Caller) -> Result<String, NoValue> {
        self.encoded(caller, &str::to_owned)
    }

    /// The same, with everything that comes from the caller written by `encode`, for places where letters mean
    /// something: paths, patterns. The text around it stays as configuration has it.
    pub fn encoded(&self, caller: &Caller, encode: &dyn Fn(&str) -> String) -> Result<String, NoValue> {
        let mut value = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => value.push_str(text),
                Piece::Id => value.push_str(&encode(caller.id().as_str())),
                Piece::Issuer => value.push_str(&encode(caller.issuer())),
                Piece::Claim(claim) => {
                    let text = scalar(caller.claims(), claim).ok_or_else(|| NoValue::Claim { claim: claim.clone() })?;
                    value.push_str(&encode(&text));
                }
            }
        }
        let fits = value.len() <= Self::BYTES_MAX && !value.trim().is_empty() && !value.chars().any(char::is_control);
        fits.then_some(value).ok_or(NoValue::Unfit)
    }
}

/// One claim as text; nothing where it is missing, empty, or has several values.
fn scalar(claims: &Map<String, Value>, path: &str) -> Option<String> {
    match claim_at(claims, path)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Text around the claims may be a key that the operator wrote there.
        let shown = self.pieces.iter().map(|piece| match piece {
            Piece::Text(_) => "…".to_owned(),
            Piece::Id => "{caller.id}".to_owned(),
            Piece::Issuer => "{caller.issuer}".to_owned(),
            Piece::Claim(claim) => format!("{{claims.{claim}}}"),
        });
        out.write_str(&shown.collect::<String>())
    }
}

impl fmt::Display for Template {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, out)
    }
}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::UserId;
    use crate::token::Identified;

    fn made(template: &str) -> Result<String, NoValue> {
        let claims = json!({
            "tenant": "acme", "org": {"id": 7, "name": ""}, "https://example.com/tenant": "dotted", "groups": ["a"],
            "blank": " ", "broken": "a\r\nb", "null": null, "yes": true, "a.b": {"c": "deep"},
        });
        let Value::Object(claims) = claims else { unreachable!() };
        let id = UserId::new("alice".into()).expect("an id");
        let whom = Identified { id, scopes: BTreeSet::new(), roles: BTreeSet::new(), claims };
        let issuer = "https://issuer.test";
        let caller = Caller::new(whom, issuer.into(), issuer.into(), 0);
        Template::parse(template).expect(template).value(&caller)
    }

    #[test]
    fn a_template_is_filled_from_the_caller_and_claims_at_any_depth() {
        let pairs = [
            ("{caller.id}", "alice"),
            ("{caller.issuer}", "https://issuer.test"),
            ("prefix-{claims.org.id}/{claims.tenant}", "prefix-7/acme"),
            ("{claims.https://example.com/tenant}", "dotted"),
            ("{claims.a.b.c}", "deep"),
            ("{{{claims.yes}}}", "{true}"),
            ("plain", "plain"),
        ];
        for (template, value) in pairs {
            assert_eq!(made(template).as_deref(), Ok(value), "{template}");
        }
    }

    #[test]
    fn a_claim_that_is_missing_empty_or_not_one_value_makes_nothing() {
        for claim in ["missing", "org", "org.name", "groups", "blank", "null", "tenant.id"] {
            assert_eq!(made(&format!("x-{{claims.{claim}}}")), Err(NoValue::Claim { claim: claim.into() }), "{claim}");
        }
        assert_eq!(made("{claims.broken}"), Err(NoValue::Unfit));
    }

    #[test]
    fn what_is_no_template_is_refused() {
        for wrong in ["", "{caller}", "{caller.name}", "{claims.}", "{", "}", "a}b", "{claims.a{b}", "{caller.id"] {
            assert!(Template::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_an_id_or_a_claim_of_the_users_names_the_caller() {
        let names = |template: &str| Template::parse(template).expect(template).names_the_caller();
        assert!(names("{caller.id}") && names("x-{claims.tenant}"));
        assert!(!names("constant") && !names("{caller.issuer}"));
        for shared in ["iss", "aud", "client_id", "azp", "appid", "cid", "scope", "scp", "exp", "token_use", "ver"] {
            assert!(!names(&format!("{{claims.{shared}}}")), "{shared}");
        }
    }
}

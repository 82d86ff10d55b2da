use super::{Times, identify, parse};
use crate::users::Users;
use crate::{Caller, IssuerConfig, Keys, TokenError};

const ENDING: &str = ".bypass-signature";

/// The issuer of callers that nobody vouched for.
const ISSUER: &str = "bypass";

/// Reads a development token, `header.payload.bypass-signature`, that nobody signed.
///
/// This file is not compiled without debug assertions: a release binary cannot read such a token.
pub(crate) fn bypass(token: &str, now_s: u64, leeway_s: u64) -> Option<Result<Caller, TokenError>> {
    let unsigned = token.strip_suffix(ENDING)?;
    Some(read(unsigned, now_s, leeway_s))
}

fn read(unsigned: &str, now_s: u64, leeway_s: u64) -> Result<Caller, TokenError> {
    let (header, claims) = parse::split(unsigned)?;
    parse::object(header)?;
    let claims = parse::object(claims)?;
    let times = Times::read(&claims)?;
    times.check(now_s, leeway_s)?;
    let config = IssuerConfig::without_audience(ISSUER, Keys::None);
    let identified = identify(&config, &Users::of(&[]), claims)?;
    Ok(Caller::new(identified, ISSUER.to_owned(), ISSUER.to_owned(), times.expires_at_s))
}

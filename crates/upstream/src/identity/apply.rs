use access::Caller;
use connector::{Error, ErrorKind, Result};
use http::StatusCode;
use http::header::COOKIE;

use super::means::{Means, Where};
use super::set::{cookie_name, decoded, query_name, set_cookie, set_header};
use super::tie::Use;
use super::{Identity, Place, Source, Target, Tie, fold};
use crate::{Client, Credential, Placement, Request, Response, Streamed};

/// A constant shorter than this is a word (`public`, `v2`), which errors say without giving a key away.
const KEY_BYTES_MIN: usize = 8;

/// Whose credentials went into a request, to tell them when it was refused.
#[derive(Debug, Default)]
pub struct Attached {
    sources: Vec<(Source, Credential)>,
}

impl Identity {
    /// Makes a request its caller's: headers and cookies that are bound, then credentials. Parameters and body fields
    /// that are bound are among the arguments already; that each stands once and has the caller's value is checked
    /// here. A request for which something is missing is not made.
    pub async fn apply(&self, tie: &Tie, caller: &Caller, request: &mut Request) -> Result<Attached> {
        for bind in tie.binds.iter().filter_map(|at| self.binds.get(*at)) {
            let value = bind.value(caller)?;
            if !bind.template.names_the_caller() && value.len() >= KEY_BYTES_MIN {
                request.constants.push(value.clone().into());
            }
            match &bind.target {
                Target::Parameter(Place::Header, name) => {
                    let name = http::HeaderName::try_from(name.as_str()).map_err(Error::internal)?;
                    set_header(&mut request.headers, name, &value)?;
                }
                Target::Parameter(Place::Cookie, name) => set_cookie(&mut request.headers, name, &value)?,
                target => check(target, &value, request)?,
            }
        }
        let mut attached = Attached::default();
        for one in &tie.always {
            self.attach(one, caller, request, &mut attached).await?;
        }
        let mut why = None;
        for choice in &tie.choices {
            let mut tried = (request.clone(), Attached::default());
            let mut failed = None;
            for one in choice {
                if let Err(error) = self.attach(one, caller, &mut tried.0, &mut tried.1).await {
                    failed = Some(error);
                    break;
                }
            }
            match failed {
                None => {
                    *request = tried.0;
                    attached.sources.extend(tried.1.sources);
                    return Ok(attached);
                }
                Some(error) => why = why.or(Some(error)),
            }
        }
        why.map_or(Ok(attached), Err)
    }

    /// Sends a request as its caller. Where the upstream does not take the credential (401) and there is a newer one,
    /// once more with that: a request that was not let in did nothing, unless a redirect had answered it before.
    pub async fn send(&self, client: &Client, tie: &Tie, caller: &Caller, request: Request) -> Result<Response> {
        let is_unauthorized = |answer: &Response| answer.status == StatusCode::UNAUTHORIZED;
        self.send_judged(client, tie, caller, request, &is_unauthorized).await
    }

    /// The same for an upstream that says in its answers' bodies that it does not take the credential. After such an
    /// answer the source of the credential is told as well; once more is sent only what may be repeated.
    pub async fn send_judged(
        &self,
        client: &Client,
        tie: &Tie,
        caller: &Caller,
        request: Request,
        is_refused: &(dyn Fn(&Response) -> bool + Send + Sync),
    ) -> Result<Response> {
        let mut first = request.clone();
        let attached = self.apply(tie, caller, &mut first).await?;
        let answer = client.send(first).await?;
        let is_refused = is_refused(&answer) && attached.refused(caller).await;
        let was_let_in = answer.status != StatusCode::UNAUTHORIZED || answer.is_redirected;
        if !is_refused || (was_let_in && !answer.is_repeatable) {
            return Ok(answer);
        }
        let mut again = request;
        self.apply(tie, caller, &mut again).await?;
        client.send(again).await
    }

    /// The same for an answer that may be a stream.
    pub async fn send_streaming(
        &self,
        client: &Client,
        tie: &Tie,
        caller: &Caller,
        request: Request,
    ) -> Result<Streamed> {
        let mut first = request.clone();
        let attached = self.apply(tie, caller, &mut first).await?;
        let answer = client.send_streaming(first).await?;
        let Streamed::Whole(whole) = &answer else { return Ok(answer) };
        let is_refused = whole.status == StatusCode::UNAUTHORIZED && attached.refused(caller).await;
        if !is_refused || (whole.is_redirected && !whole.is_repeatable) {
            return Ok(answer);
        }
        let mut again = request;
        self.apply(tie, caller, &mut again).await?;
        client.send_streaming(again).await
    }

    /// Adds what is everybody's and no caller's: bound values that are written out in the configuration, and a
    /// credential that is the app's own. For what is asked before anybody calls: what an upstream says of itself.
    pub async fn apply_as_app(&self, request: &mut Request) -> Result<()> {
        for bind in &self.binds {
            let (Some(value), Target::Parameter(place, name)) = (bind.template.constant(), &bind.target) else {
                continue;
            };
            request.constants.push(value.clone().into());
            match place {
                Place::Header => {
                    let name = http::HeaderName::try_from(name.as_str()).map_err(Error::internal)?;
                    set_header(&mut request.headers, name, &value)?;
                }
                Place::Cookie => set_cookie(&mut request.headers, name, &value)?,
                Place::Path | Place::Query => {}
            }
        }
        for means in self.means.iter().filter(|means| !means.personal) {
            let placement = match &means.at {
                Where::Always(placement) => placement.clone(),
                Where::ByScheme(None) => Placement::Bearer,
                Where::ByScheme(Some(_)) => continue,
            };
            if let Some(credential) = means.source.own().await? {
                request.attach(&placement, &credential)?;
            }
        }
        Ok(())
    }

    /// The first credential of a caller, for an upstream that takes it elsewhere than in a request: in a variable of a
    /// process's environment, in a message.
    pub async fn first_credential(&self, caller: &Caller) -> Result<Credential> {
        let means = self.means.first().ok_or_else(|| Error::internal("no credential is configured"))?;
        self.ask(means, caller).await
    }

    async fn ask(&self, means: &Means, caller: &Caller) -> Result<Credential> {
        means.source.credential(caller).await?.ok_or_else(|| {
            Error::new(
                ErrorKind::PermissionDenied,
                format!("There is no credential of yours for {}. {}", self.resource, means.source.missing()),
            )
        })
    }

    async fn attach(&self, one: &Use, caller: &Caller, request: &mut Request, attached: &mut Attached) -> Result<()> {
        let means = self.means.get(one.means).ok_or_else(|| Error::internal("a tie of another resource"))?;
        let credential = self.ask(means, caller).await?;
        request.attach(&one.placement, &credential)?;
        attached.sources.push((means.source.clone(), credential));
        Ok(())
    }
}

impl Attached {
    /// The upstream answered 401. `true` where asking again may give another credential.
    pub async fn refused(&self, caller: &Caller) -> bool {
        let mut newer = false;
        for (source, used) in &self.sources {
            newer |= source.refused(caller, used).await;
        }
        newer
    }
}

/// What an argument may have slipped in beside the caller's own value: a second pair of the name, in another
/// spelling, in brackets. Which of two a server takes is its secret.
fn check(target: &Target, own: &str, request: &Request) -> Result<()> {
    let is_named: Box<dyn Fn(&str) -> bool + '_> = match target {
        Target::Anywhere(name) => {
            let wanted = fold(name);
            Box::new(move |found| fold(found) == wanted)
        }
        Target::Parameter(Place::Query, name) => Box::new(|found| found.eq_ignore_ascii_case(name)),
        Target::Parameter(..) | Target::Body(_) => return Ok(()),
    };
    let pairs = request.query.split('&').filter(|pair| !pair.is_empty());
    for pair in pairs {
        let name = query_name(pair);
        let plain = name.split('[').next().unwrap_or_default();
        let value = pair.split_once('=').map(|(_, value)| decoded(value)).unwrap_or_default();
        if is_named(plain) && value != own {
            return Err(another(plain));
        }
    }
    if matches!(target, Target::Anywhere(_)) {
        for header in request.headers.get_all(COOKIE) {
            let text = header.to_str().unwrap_or_default();
            for pair in text.split(';').map(str::trim).filter(|pair| !pair.is_empty()) {
                let value = pair.split_once('=').map(|(_, value)| decoded(value)).unwrap_or_default();
                if is_named(cookie_name(pair)) && value != own {
                    return Err(another(cookie_name(pair)));
                }
            }
        }
    }
    Ok(())
}

/// An argument names somebody who is not the caller.
pub fn another(name: &str) -> Error {
    let name: String = name.chars().take(80).collect();
    Error::new(
        ErrorKind::IdentityMismatch,
        format!("`{name}` names a user. Every call acts as the signed-in user and as nobody else: leave it out."),
    )
}

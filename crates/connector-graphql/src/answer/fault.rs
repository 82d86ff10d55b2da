//! What a GraphQL error means to a caller: a code and a sentence, with what the API says cut and cleaned.

use connector::{Error, ErrorKind};
use serde_json::Value;
use upstream::Response;

use crate::action::{Action, Body};
use crate::words;

/// How many errors are told one by one.
const TOLD_MAX: usize = 5;
/// The longest path that is told, in characters.
const PATH_CHARS_MAX: usize = 120;

/// What servers say where nobody is let in.
pub(super) const UNAUTHENTICATED: &str = "UNAUTHENTICATED";

pub(super) const DONE: &str = " Whether it did what was asked is not known: look before you try again.";

/// One entry of `errors` (GraphQL section 7.1.2).
#[derive(Debug)]
pub(super) struct Fault {
    message: String,
    /// Where in the data, from the outermost field in.
    path: String,
    /// In capitals: what servers of the field have agreed on.
    code: Option<String>,
}

impl Fault {
    pub(super) fn read(value: &Value) -> Option<Self> {
        let object = value.as_object()?;
        let steps = object.get("path").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let steps = steps.iter().map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned));
        // Apollo and most others; Spring; Netflix; GitHub.
        let places = ["/extensions/code", "/extensions/classification", "/extensions/errorType", "/type"];
        let code = places.iter().find_map(|place| value.pointer(place)?.as_str());
        Some(Self {
            message: object.get("message").and_then(Value::as_str).unwrap_or_default().to_owned(),
            path: words::clean(&steps.collect::<Vec<_>>().join("."), PATH_CHARS_MAX),
            code: code.map(|code| code.trim().to_ascii_uppercase().replace('-', "_")),
        })
    }

    fn kind(&self) -> Option<ErrorKind> {
        Some(match self.code.as_deref()? {
            "UNAUTHENTICATED"
            | "UNAUTHORIZED"
            | "FORBIDDEN"
            | "ACCESS_DENIED"
            | "PERMISSION_DENIED"
            | "INSUFFICIENT_SCOPES" => ErrorKind::PermissionDenied,
            "NOT_FOUND" => ErrorKind::NotFound,
            "BAD_USER_INPUT"
            | "BAD_REQUEST"
            | "INVALID_ARGUMENT"
            | "VALIDATION_ERROR"
            | "UNPROCESSABLE"
            | "GRAPHQL_VALIDATION_FAILED"
            | "GRAPHQL_PARSE_FAILED" => ErrorKind::InvalidArgument,
            "CONFLICT" | "ALREADY_EXISTS" | "FAILED_PRECONDITION" => ErrorKind::Conflict,
            "RATE_LIMITED" | "TOO_MANY_REQUESTS" | "THROTTLED" => ErrorKind::RateLimited,
            "MAX_NODE_LIMIT_EXCEEDED" | "MAX_COST_EXCEEDED" | "QUERY_TOO_COMPLEX" | "RESOURCE_LIMITS_EXCEEDED" => {
                ErrorKind::LimitExceeded
            }
            "TIMEOUT" | "DEADLINE_EXCEEDED" | "GATEWAY_TIMEOUT" => ErrorKind::Timeout,
            "INTERNAL_SERVER_ERROR"
            | "INTERNAL_ERROR"
            | "INTERNAL"
            | "UNAVAILABLE"
            | "SERVICE_UNAVAILABLE"
            | "DOWNSTREAM_SERVICE_ERROR" => ErrorKind::Unavailable,
            "NOT_IMPLEMENTED" | "UNIMPLEMENTED" | "PERSISTED_QUERY_NOT_SUPPORTED" => ErrorKind::Unsupported,
            _ => return None,
        })
    }

    pub(super) fn has_kind(&self) -> bool {
        self.kind().is_some()
    }

    /// Execution had begun: it is told of a field (section 7.1.1).
    pub(super) fn is_of_a_field(&self) -> bool {
        !self.path.is_empty()
    }

    pub(super) fn is_unauthenticated(&self) -> bool {
        self.code.as_deref() == Some(UNAUTHENTICATED)
    }

    /// The document that was sent does not fit the API's schema: that is another one now.
    fn is_stale(&self) -> bool {
        matches!(self.code.as_deref(), Some("GRAPHQL_VALIDATION_FAILED" | "GRAPHQL_PARSE_FAILED"))
    }
}

/// The failure of a call that gave nothing; `None` where no error is told.
pub(super) fn error(action: &Action, faults: &[Fault], response: &Response) -> Option<Error> {
    let fault = faults.iter().find(|fault| fault.has_kind()).or_else(|| faults.first())?;
    let (kind, sentence) = meaning(fault);
    // Execution had not begun where a document or its variables are wrong, or a caller is not let in.
    // Below a mutation's own field, the mutation had run (section 6.2.2).
    let is_open = matches!(kind, ErrorKind::Unavailable | ErrorKind::Timeout)
        || faults.iter().any(|fault| fault.path.contains('.'))
        || !fault.has_kind() && fault.is_of_a_field()
        || faults.len() > 1 && matches!(&action.body, Body::Declared { roots, .. } if roots.len() > 1);
    let done = if action.is_mutation && is_open { DONE } else { "" };
    // To whom something is refused, nobody tells what is there.
    let is_quiet = kind == ErrorKind::NotFound || fault.is_unauthenticated();
    let said = if is_quiet { None } else { response.quote(&fault.message) };
    let said = said.map(|said| format!(" It says: “{said}”")).unwrap_or_default();
    let error = Error::new(kind, format!("{sentence}{done}{said}"));
    Some(if fault.is_stale() { error.with_stale_catalog() } else { error })
}

fn meaning(fault: &Fault) -> (ErrorKind, &'static str) {
    let Some(kind) = fault.kind() else {
        return match fault.path.is_empty() {
            // An error of no field: execution did not begin (section 7.1.1).
            true => (ErrorKind::InvalidArgument, "The upstream does not take this call."),
            false => (ErrorKind::Unsupported, "The upstream refused this."),
        };
    };
    let sentence = match kind {
        ErrorKind::PermissionDenied if fault.is_unauthenticated() => {
            "The upstream did not take the credential that goes with this call. Renew it there and set it here again, or \
             ask this server's operator."
        }
        ErrorKind::PermissionDenied => "The upstream does not allow this.",
        ErrorKind::NotFound => "The upstream has no such item.",
        ErrorKind::InvalidArgument if fault.is_stale() => "The upstream's schema has changed.",
        ErrorKind::InvalidArgument => "The upstream does not take these arguments.",
        ErrorKind::Conflict => "It clashes with what the upstream has.",
        ErrorKind::RateLimited => "The upstream takes no more calls for now. Wait, then try again.",
        ErrorKind::LimitExceeded => "This is more than the upstream takes at once. Ask for less.",
        ErrorKind::Timeout => "The upstream did not answer in time.",
        ErrorKind::Unsupported => "The upstream cannot do this.",
        _ => "The upstream failed.",
    };
    (kind, sentence)
}

/// What is missing beside data that is there: where, and what the API says of it.
pub(super) fn notices(faults: &[Fault], response: &Response) -> Vec<String> {
    let mut all: Vec<String> = faults.iter().take(TOLD_MAX).map(|fault| notice(fault, response)).collect();
    if let Some(more) = faults.len().checked_sub(TOLD_MAX).filter(|more| *more > 0) {
        all.push(format!("{more} further parts of the answer are missing."));
    }
    all
}

fn notice(fault: &Fault, response: &Response) -> String {
    let place = match fault.path.as_str() {
        "" => "Part of the answer".to_owned(),
        path => format!("`{path}` of the answer"),
    };
    let is_quiet = fault.kind() == Some(ErrorKind::NotFound);
    let said = if is_quiet { None } else { response.quote(&fault.message) };
    let said = said.map(|said| format!(" The upstream says: “{said}”")).unwrap_or_default();
    let code = fault.kind().map(|kind| format!(" ({})", kind.code())).unwrap_or_default();
    format!("{place} is missing{code}.{said}")
}

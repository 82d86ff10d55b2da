use access::{Caller, NoValue, Template};
use connector::{Error, ErrorKind, Result};

use super::Place;

/// Something of a request that takes its value from the caller.
#[derive(Clone, Debug)]
pub struct Bind {
    /// Where.
    pub target: Target,
    /// To what.
    pub template: Template,
}

/// Where a bound value goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Every parameter and body field of this name, however it is spelled: `user_id` is `userId` too.
    Anywhere(String),
    /// One parameter, by its name on the wire.
    Parameter(Place, String),
    /// One field of the body, from the outermost in.
    Body(Vec<String>),
}

/// Headers that say how a message travels, not whose it is.
const NOT_BOUND: [&str; 12] = [
    "host",
    "content-length",
    "content-type",
    "content-encoding",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "upgrade",
    "accept-encoding",
    "expect",
];

impl Bind {
    pub(super) fn read(key: &str, template: &str) -> Result<Self> {
        let wrong = |what: String| Error::invalid(format!("bind.\"{key}\": {what}."));
        let template = Template::parse(template).map_err(|error| wrong(error.to_string()))?;
        let target = match key.split_once(':') {
            None => Target::Anywhere(key.to_owned()),
            Some(("body" | "field", path)) => Target::Body(path.split('.').map(str::to_owned).collect()),
            Some((place, name)) => {
                let place =
                    match place {
                        "path" => Place::Path,
                        "query" => Place::Query,
                        "header" | "metadata" => Place::Header,
                        "cookie" => Place::Cookie,
                        _ => return Err(wrong(
                            "write path:, query:, header: (or metadata:), cookie: or body: (or field:) before the name"
                                .into(),
                        )),
                    };
                Target::Parameter(place, name.to_owned())
            }
        };
        let has_no_name = match &target {
            Target::Anywhere(name) => fold(name).is_empty(),
            Target::Parameter(_, name) => name.is_empty(),
            Target::Body(path) => path.iter().any(String::is_empty),
        };
        if has_no_name {
            return Err(wrong("it has no name".into()));
        }
        if let Target::Parameter(Place::Header, name) = &target {
            let lower = name.to_ascii_lowercase();
            let travels = NOT_BOUND.contains(&lower.as_str()) || lower.starts_with("proxy-");
            if travels || http::HeaderName::try_from(name).is_err() {
                return Err(wrong("this header cannot be set".into()));
            }
        }
        if let Target::Parameter(Place::Cookie, name) = &target
            && http::HeaderName::try_from(name).is_err()
        {
            return Err(wrong("this is not the name of a cookie".into()));
        }
        Ok(Self { target, template })
    }

    /// The value for this caller.
    pub fn value(&self, caller: &Caller) -> Result<String> {
        self.template.value(caller).map_err(|error| {
            let sentence = match error {
                NoValue::Claim { claim } => format!(
                    "This call is made with the claim `{claim}` of your token, and your token has none, or not as a \
                     single value. Sign in with an account that has it, or ask this server's operator."
                ),
                NoValue::Unfit => "This call is made with what your token says of you, and that cannot be sent: it is \
                                   too long or has control characters in it. Ask this server's operator."
                    .to_owned(),
            };
            Error::new(ErrorKind::PermissionDenied, sentence)
        })
    }

    /// Whether this is the parameter.
    pub fn takes(&self, place: Place, name: &str) -> bool {
        match &self.target {
            // `X-User-Id` is how headers spell `user_id`.
            Target::Anywhere(own) if place == Place::Header => {
                fold(own) == fold(name) || fold(own) == fold(without_x(name))
            }
            Target::Anywhere(own) => fold(own) == fold(name),
            Target::Parameter(Place::Header, own) => place == Place::Header && own.eq_ignore_ascii_case(name),
            Target::Parameter(at, own) => *at == place && own == name,
            Target::Body(_) => false,
        }
    }

    /// Whether it goes into calls whose operation does not name it: configuration says so by `header:` or `cookie:`.
    pub fn goes_everywhere(&self) -> bool {
        matches!(self.target, Target::Parameter(Place::Header | Place::Cookie, _))
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Anywhere(name) => out.write_str(name),
            Self::Parameter(place, name) => write!(out, "{} {name}", place.as_str()),
            Self::Body(path) => write!(out, "body {}", path.join(".")),
        }
    }
}

/// A name without what spellings differ in: case and separators.
pub fn fold(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn without_x(header: &str) -> &str {
    header.strip_prefix("X-").or_else(|| header.strip_prefix("x-")).unwrap_or(header)
}

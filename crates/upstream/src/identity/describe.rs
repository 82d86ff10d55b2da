use connector::Effect;

use crate::Placement;

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A piece of the path.
    Path,
    /// A pair of the query.
    Query,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
}

impl Place {
    /// The word in configuration keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }
}

/// What of an operation matters for whose call it is. A connector makes it of its API's description.
pub struct Described<'a> {
    /// The operation's name.
    pub name: &'a str,
    /// What it does to the world.
    pub effect: Effect,
    /// Its parameters, by their names on the wire.
    pub parameters: Vec<(Place, &'a str)>,
    /// The outermost fields of its body, by their names on the wire.
    pub body: Vec<String>,
    /// Whether its body has this field, named from the outermost in.
    pub has_field: &'a dyn Fn(&[String]) -> bool,
    /// What it needs of credentials: any one of these is enough; none at all where empty.
    pub security: Vec<Vec<Scheme<'a>>>,
    /// Whether the API's description says anything of credentials. Where it does not, one goes into every call, as a
    /// bearer token.
    pub has_schemes: bool,
}

/// A security scheme that an operation names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme<'a> {
    /// Its name in the API's description.
    pub name: &'a str,
    /// Where a credential for it goes; `None` where no credential of ours can be put: mutual TLS, digest.
    pub placement: Option<Placement>,
}

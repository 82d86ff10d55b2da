use super::{Action, Event, Property};
use indexmap::IndexMap;

/// One device as its Thing Description tells of it (TD 1.1 section 5.3.1.1). All text is the description's own: cut,
/// without control characters, and never an instruction.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Thing {
    /// Its `id`, or a name made of its title and place where it has none. Unique among the resource's things.
    pub(crate) id: String,
    /// For people.
    pub(crate) title: String,
    /// What it is.
    pub(crate) description: Option<String>,
    /// Its semantic types (`@type`).
    pub(crate) kinds: Vec<String>,
    /// The Thing Model that it is an instance of (`rel: type`), where its links name one.
    pub(crate) model: Option<String>,
    /// What can be read and written, by name.
    pub(crate) properties: IndexMap<String, Property>,
    /// What can be done, by name.
    pub(crate) actions: IndexMap<String, Action>,
    /// What it tells of itself, by name.
    pub(crate) events: IndexMap<String, Event>,
    /// Its security schemes, by name.
    pub(crate) security: IndexMap<String, SecurityScheme>,
    /// Whether configuration itself names its description: then the hosts of its addresses count as named, private ones
    /// too. One that a directory lists reaches public addresses and those of `http.allow_addresses` only.
    pub(crate) named: bool,
    /// The host (and port) that it was fetched from; none of a file. A stranger wrote what was fetched: credentials go to
    /// that host and to those of `hosts`, whatever its forms say.
    pub(crate) host: Option<String>,
    /// Whether each caller has one of their own: every form names the caller.
    pub(crate) own: bool,
    /// What of it is not offered, and why: `properties/level: …`.
    pub(crate) left_out: Vec<String>,
}

/// How a device wants to know who calls (TD 1.1 section 5.3.3).
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SecurityScheme {
    /// Nothing.
    None,
    /// A name and a password.
    Basic,
    /// A token.
    Bearer,
    /// A key, in a header, a pair of the query or a cookie of this name.
    ApiKey {
        /// `header`, `query` or `cookie`.
        place: String,
        /// Its name there.
        name: String,
    },
    /// What is not spoken here: `oauth2`, `digest`, `psk`, `combo`, or of the vendor's own.
    Other(String),
}

impl SecurityScheme {
    /// Whether nothing is asked for.
    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

use serde_json::{Map, Value};

/// How one affordance is reached (TD 1.1 section 5.3.4.2). In a [`Thing`](super::Thing) its texts may have variables in
/// braces; in a binding's [`At`](crate::binding::At) they are filled in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Form {
    /// The absolute address: `base` is applied. `{…}` are variables.
    pub(crate) href: String,
    /// What it is for: never empty, the default of its affordance where the form says nothing.
    pub(crate) ops: Vec<Op>,
    /// `application/json` where nothing is said.
    pub(crate) content_type: String,
    /// `longpoll`, `sse`, `websub`.
    pub(crate) subprotocol: Option<String>,
    /// Names of [`SecurityScheme`](super::SecurityScheme)s that apply: the form's own, or the thing's.
    pub(crate) security: Vec<String>,
    /// All that the form says besides, as it is written: `mqv:topic`, `modv:entity`, `htv:methodName`.
    pub(crate) extra: Map<String, Value>,
}

/// What a form is for (TD 1.1 section 5.3.4.2, `op`). Others are not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    /// `readproperty`
    Read,
    /// `writeproperty`
    Write,
    /// `observeproperty`
    Observe,
    /// `invokeaction`
    Invoke,
    /// `queryaction`
    Query,
    /// `cancelaction`
    Cancel,
    /// `subscribeevent`
    Subscribe,
}

impl Op {
    /// All.
    pub(crate) const ALL: [Self; 7] =
        [Self::Read, Self::Write, Self::Observe, Self::Invoke, Self::Query, Self::Cancel, Self::Subscribe];

    /// The word of the specification.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "readproperty",
            Self::Write => "writeproperty",
            Self::Observe => "observeproperty",
            Self::Invoke => "invokeaction",
            Self::Query => "queryaction",
            Self::Cancel => "cancelaction",
            Self::Subscribe => "subscribeevent",
        }
    }
}

impl Form {
    /// The scheme of its address, in lower case.
    pub(crate) fn scheme(&self) -> String {
        self.href.split(':').next().unwrap_or_default().to_ascii_lowercase()
    }

    /// What the form says under one of these names: vocabularies are written with a prefix (`mqv:topic`) or whole.
    pub(crate) fn term(&self, prefix: &str, name: &str) -> Option<&Value> {
        self.extra.iter().find_map(|(key, value)| {
            let own = key.strip_prefix(prefix)?.strip_prefix(':')?;
            (own == name).then_some(value)
        })
    }

    /// The same where it is text.
    pub(crate) fn text(&self, prefix: &str, name: &str) -> Option<&str> {
        self.term(prefix, name)?.as_str()
    }
}

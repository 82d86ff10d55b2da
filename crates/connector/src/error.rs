use std::fmt;
use std::time::Duration;

use serde_json::{Map, Value};

/// The result of talking to a resource.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// What went wrong, in one word that is also the `code` of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// An argument is not what the operation takes. The message says what is wrong and what to give instead.
    InvalidArgument,
    /// Missing, or not the caller's: nobody can tell which.
    NotFound,
    /// Policy or the resource itself does not allow this to anyone like the caller.
    PermissionDenied,
    /// An argument names a user who is not the caller.
    IdentityMismatch,
    /// It clashes with what is there: a duplicate key, a failed precondition, something that still refers to it.
    Conflict,
    /// A declared bound was passed: size, depth, number.
    LimitExceeded,
    /// Too many calls by this caller at once or in a short time.
    RateLimited,
    /// The declared time was used up and the work was stopped.
    Timeout,
    /// The resource cannot be reached now.
    Unavailable,
    /// The resource needs something of the user first: an account to connect, a key to set. The message says what; where
    /// there is an address to visit for it, it is [`Error::visit`].
    NotConnected,
    /// The resource cannot do this at all.
    Unsupported,
    /// A defect on our side or an answer of the resource that nobody foresaw.
    Internal,
}

impl ErrorKind {
    /// All, in the order above.
    pub const ALL: [Self; 12] = [
        Self::InvalidArgument,
        Self::NotFound,
        Self::PermissionDenied,
        Self::IdentityMismatch,
        Self::Conflict,
        Self::LimitExceeded,
        Self::RateLimited,
        Self::Timeout,
        Self::Unavailable,
        Self::NotConnected,
        Self::Unsupported,
        Self::Internal,
    ];

    /// The `code` of the answer.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidArgument => "invalid_argument",
            Self::NotFound => "not_found",
            Self::PermissionDenied => "permission_denied",
            Self::IdentityMismatch => "identity_mismatch",
            Self::Conflict => "conflict",
            Self::LimitExceeded => "limit_exceeded",
            Self::RateLimited => "rate_limited",
            Self::Timeout => "timeout",
            Self::Unavailable => "unavailable",
            Self::NotConnected => "not_connected",
            Self::Unsupported => "unsupported",
            Self::Internal => "internal",
        }
    }

    /// Whether the same call may succeed later without any change.
    pub const fn retryable(self) -> bool {
        matches!(self, Self::RateLimited | Self::Timeout | Self::Unavailable)
    }
}

/// A failed call: a kind, a sentence for the user, and a source that only the log sees.
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Source>,
    retry_after: Option<Duration>,
    catalog_stale: bool,
    visit: Option<String>,
    client_needs: Option<Box<Map<String, Value>>>,
}

impl Error {
    /// `message` is shown to users and models: a sentence to act on, with nothing internal in it.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
            retry_after: None,
            catalog_stale: false,
            visit: None,
            client_needs: None,
        }
    }

    /// A value or name in the arguments is wrong.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, message)
    }

    /// The one sentence for what is missing and for what is another user's. `what` comes from the catalog (a
    /// collection's name), never from data.
    pub fn not_found(what: &str) -> Self {
        Self::new(ErrorKind::NotFound, format!("There is no such item in {what}."))
    }

    /// The resource is away.
    pub fn unavailable(source: impl Into<Source>) -> Self {
        Self::new(ErrorKind::Unavailable, "The resource cannot be reached right now. Try again in a moment.")
            .with_source(source)
    }

    /// Something nobody foresaw. The user learns only that; the log has the source.
    pub fn internal(source: impl Into<Source>) -> Self {
        Self::new(ErrorKind::Internal, "Something failed on the server. Report the request id to its operator.")
            .with_source(source)
    }

    /// Adds what the log should know.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Says when to try again.
    #[must_use]
    pub fn with_retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }

    /// Names the address where the user can do what is needed first. It must hold nothing about them that is not sealed.
    #[must_use]
    pub fn with_visit(mut self, url: impl Into<String>) -> Self {
        self.visit = Some(url.into());
        self
    }

    /// Names what the client would have to be able to do (MCP's `ClientCapabilities`) for the same call to succeed.
    #[must_use]
    pub fn with_client_needs(mut self, capabilities: Map<String, Value>) -> Self {
        self.client_needs = Some(Box::new(capabilities));
        self
    }

    /// Says that the resource is no longer what its catalog says, and that nothing was done: with a new catalog the
    /// same call may succeed.
    #[must_use]
    pub fn with_stale_catalog(mut self) -> Self {
        self.catalog_stale = true;
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The sentence for the user.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether the resource should be looked at again.
    pub fn is_catalog_stale(&self) -> bool {
        self.catalog_stale
    }

    /// The address to visit before the same call may succeed.
    pub fn visit(&self) -> Option<&str> {
        self.visit.as_deref()
    }

    /// What the client would have to be able to do.
    pub fn client_needs(&self) -> Option<&Map<String, Value>> {
        self.client_needs.as_deref()
    }

    /// When to try again, where that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.kind.code(), self.message)?;
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            write!(out, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

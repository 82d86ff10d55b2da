use std::time::Duration;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why there is no answer. Nothing was changed when one of these is given: where something had been, there is an
/// [`Answer`](crate::Answer) that says so.
///
/// `Display` is a sentence for the user with nothing internal in it; the source is for the log.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The message or the history cannot be taken.
    #[error("{0}")]
    InvalidMessage(String),
    /// The model cannot be reached or has no room now.
    #[error("{0}")]
    ModelUnavailable(Failure),
    /// The model's provider will not answer until something is changed on this side, or answers what cannot be read.
    #[error("{0}")]
    ModelRefused(Failure),
    /// The request took too long and was stopped.
    #[error("This took longer than {} s and was stopped. Ask for less at once, or try again.", .after.as_secs_f64())]
    Timeout {
        /// The limit.
        after: Duration,
    },
}

/// What a model's provider did instead of answering.
#[derive(Debug, thiserror::Error)]
#[error("{sentence}")]
pub struct Failure {
    sentence: &'static str,
    #[source]
    source: Source,
    retry_after: Option<Duration>,
}

impl Failure {
    pub(crate) fn new(sentence: &'static str, source: impl Into<Source>) -> Self {
        Self { sentence, source: source.into(), retry_after: None }
    }

    pub(crate) fn with_retry_after(mut self, after: Option<Duration>) -> Self {
        self.retry_after = after;
        self
    }
}

impl AskError {
    /// What went wrong, in one word.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InvalidMessage(_) => "invalid_argument",
            Self::ModelUnavailable(_) => "model_unavailable",
            Self::ModelRefused(_) => "model_refused",
            Self::Timeout { .. } => "timeout",
        }
    }

    /// Whether the same request may succeed later without any change.
    pub const fn retryable(&self) -> bool {
        matches!(self, Self::ModelUnavailable(_) | Self::Timeout { .. })
    }

    /// When to try again, where the provider says.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::ModelUnavailable(failure) | Self::ModelRefused(failure) => failure.retry_after,
            Self::InvalidMessage(_) | Self::Timeout { .. } => None,
        }
    }
}

/// Why an agent cannot be made from its configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The model has no name.
    #[error("the model has no name; give one such as \"mimo-v2-flash\"")]
    NoName,
    /// No provider is known for a model of this name.
    #[error(
        "it is not clear which provider has the model {name:?}; name it as \"provider::model\", or give `base_url`"
    )]
    UnknownProvider {
        /// The model's name.
        name: String,
    },
    /// The adapter is none that can be used here.
    #[error("{name:?} is not an adapter that can be used; use one of {known}")]
    UnknownAdapter {
        /// As configured.
        name: String,
        /// Those there are.
        known: String,
    },
    /// The provider wants a key and there is none.
    #[error("the model {name:?} needs the API key of its provider")]
    NoKey {
        /// The model's name.
        name: String,
    },
    /// The key has characters that no HTTP header may have.
    #[error("the API key of the model {name:?} has characters that a key cannot have; was it copied whole?")]
    KeyCharacters {
        /// The model's name.
        name: String,
    },
    /// `base_url` is no address.
    #[error("`base_url` = {url:?} is not an http or https address")]
    BaseUrl {
        /// As configured.
        url: String,
    },
    /// A limit that must be at least 1 is 0.
    #[error("`{name}` must be at least 1")]
    ZeroLimit {
        /// The limit's name.
        name: &'static str,
    },
    /// No HTTP client can be made here.
    #[error("no HTTP client can be made")]
    Client(#[source] Source),
}

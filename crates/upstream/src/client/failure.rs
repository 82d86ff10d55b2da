use connector::Error;

use super::trouble;

/// Why there is no answer, and how far the request had come.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) stage: Stage,
}

/// How far a request had come when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// A rule of ours stopped it; once more would be the same.
    Refused,
    /// No connection stood, nothing was sent: it may always be tried again.
    NotSent,
    /// Something was sent, and nobody knows what became of it.
    Sent,
    /// The time is used up.
    Late,
}

impl Failure {
    pub(crate) fn refused(error: Error) -> Self {
        Self { error, stage: Stage::Refused }
    }

    pub(crate) fn late() -> Self {
        Self { error: trouble::late(), stage: Stage::Late }
    }

    /// The same after a redirect: what was asked for went out before it, whatever became of the rest.
    pub(crate) fn redirected(self) -> Self {
        match self.stage {
            Stage::NotSent => Self { error: trouble::broken(), stage: Stage::Sent },
            _ => self,
        }
    }

    /// Whether it tells of the upstream's health.
    pub(crate) fn is_theirs(&self) -> bool {
        self.stage != Stage::Refused
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        // An address may hold a key in its query.
        trouble::failure(error.without_url())
    }
}

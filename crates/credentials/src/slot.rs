use access::Caller;
use serde::{Deserialize, Serialize};

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// A key, a token or an account that somebody set.
    Credential,
    /// The tokens of an account that the user connected.
    Connection,
    /// A flow that waits for its user to come back.
    Pending,
}

impl RecordKind {
    /// The word in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Credential => "credential",
            Self::Connection => "connection",
            Self::Pending => "pending",
        }
    }
}

/// Whose a record is and what it is for. There is one record for each.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot {
    /// The resource, by its name in the configuration.
    pub resource: String,
    /// The issuer whose users these are, byte for byte.
    pub issuer: String,
    /// The user's id, byte for byte.
    pub user: String,
    /// What it is.
    pub kind: RecordKind,
}

impl Slot {
    /// This caller's.
    pub fn of(caller: &Caller, resource: &str, kind: RecordKind) -> Self {
        let (issuer, user) = (caller.realm().to_owned(), caller.id().as_str().to_owned());
        Self { resource: resource.to_owned(), issuer, user, kind }
    }

    /// All of it, so that no two slots give the same bytes: each part has its length before it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"bellhop credential 1".to_vec();
        for part in [self.kind.as_str(), &self.resource, &self.issuer, &self.user] {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        bytes
    }
}

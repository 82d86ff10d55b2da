use serde_json::{Map, Value};

use crate::{Filter, Identifier, OperationKind};

/// One change of several items. All of it happens or nothing.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The collection's name.
    pub collection: String,
    /// What changes.
    pub change: Change,
    /// What the collection's own parameters for `create`, `update` or `delete` say.
    pub options: Map<String, Value>,
}

/// What a [`Batch`] does. Nothing in it is empty, and nothing is longer than
/// [`Abilities::batch_max`](crate::Abilities::batch_max).
#[derive(Clone, Debug)]
pub enum Change {
    /// New items, each as values by field. The answer's data is the list of them, in this order. An error says which
    /// one it is about, as `data[0]`.
    Create(Vec<Map<String, Value>>),
    /// New values for several items. The answer's data is the list of them, in this order. An error says which one it
    /// is about, as `items[0]`.
    Update(Vec<Amendment>),
    /// Removes several items. An error says which one it is about, as `identifiers[0]`.
    Delete(Vec<Identifier>),
    /// The same new values for all items that match. The answer's count is how many.
    UpdateMatching {
        /// Which items.
        matching: Matching,
        /// New values by field. Never empty.
        data: Map<String, Value>,
    },
    /// Removes all items that match. The answer's count is how many.
    DeleteMatching(Matching),
}

/// New values for one item of several.
#[derive(Clone, Debug)]
pub struct Amendment {
    /// Which item.
    pub identifier: Identifier,
    /// New values by field; what is not named stays. Never empty.
    pub data: Map<String, Value>,
    /// Only if the item is still of this version.
    pub if_version: Option<String>,
}

/// Items chosen by a filter, to be changed.
#[derive(Clone, Debug)]
pub struct Matching {
    /// Which items; all where there is none.
    pub filter: Option<Filter>,
    /// How many the caller expects. Without it nothing is changed, and the answer says how many there are; a number
    /// that is not the true one changes nothing either and is a [`Conflict`](crate::ErrorKind::Conflict).
    pub expected_count: Option<u64>,
}

impl Change {
    /// Which operation this is one of.
    pub const fn kind(&self) -> OperationKind {
        match self {
            Self::Create(_) => OperationKind::Create,
            Self::Update(_) | Self::UpdateMatching { .. } => OperationKind::Update,
            Self::Delete(_) | Self::DeleteMatching(_) => OperationKind::Delete,
        }
    }
}

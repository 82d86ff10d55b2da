use std::collections::BTreeSet;

use serde::Serialize;

use crate::OperationKind;

/// What a collection can beyond the plain operations. All off by default. A tool's schema shows an argument only where
/// its collection can do it; what only this kind of resource has is a [`Parameter`](crate::Parameter).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Abilities {
    /// The most items that one `create`, `update` or `delete` takes, all or nothing; below 2 it is one at a time.
    pub batch_max: u32,
    /// Which of `update` and `delete` also take `filters` instead of an identifier.
    pub bulk: BTreeSet<OperationKind>,
    /// The most items that one of these changes.
    pub bulk_max: u32,
    /// Whether `aggregate` takes `count_distinct`, `having` and times cut to a unit in `group_by`.
    pub figures: bool,
}

impl Abilities {
    /// Whether several items can be given at once.
    pub fn batches(&self) -> bool {
        self.batch_max > 1
    }
}

use std::sync::Arc;

use super::Binding;

/// Every protocol, by the schemes of its addresses.
#[derive(Clone, Debug)]
pub(crate) struct Bindings(Vec<Arc<dyn Binding>>);

impl Bindings {
    pub(crate) fn new(all: Vec<Arc<dyn Binding>>) -> Self {
        Self(all)
    }

    /// The one that speaks this scheme, in lower case.
    pub(crate) fn of(&self, scheme: &str) -> Option<&Arc<dyn Binding>> {
        self.0.iter().find(|binding| binding.schemes().contains(&scheme))
    }
}

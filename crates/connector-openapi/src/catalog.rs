//! From an [`Api`] to what callers are offered.

use connector::Catalog;

use crate::Config;
use crate::api::Api;

pub(crate) fn catalog(_api: &Api, _config: &Config) -> Catalog {
    Catalog::default()
}

//! What the connector says of itself. The same for every root; only limits differ.

mod actions;
mod fields;
mod parameters;

use std::collections::BTreeSet;

use connector::{Catalog, Collection, OperationKind, Ownership};

use self::actions::{append, copy, move_, search, usage};
use self::fields::fields;
use self::parameters::parameters;
use crate::config::Config;
use crate::error::FILES;

/// Arguments that say for whom. Files have no such field; an argument that has one must mean the caller.
const IDENTITY: [&str; 4] = ["user_id", "userId", "owner_id", "ownerId"];

/// The catalog of a root with these limits.
pub(crate) fn catalog(config: &Config) -> Catalog {
    Catalog {
        description: Some("The user's own folder of files.".into()),
        collections: vec![Collection {
            name: FILES.into(),
            description: Some(
                "Files and folders of the user. Paths start at the top of the user's own folder and separate names \
                 with `/`, such as notes/today.md."
                    .into(),
            ),
            fields: fields(),
            key: vec!["path".into()],
            operations: OperationKind::ALL.into_iter().collect::<BTreeSet<_>>(),
            identity: IDENTITY.map(str::to_owned).to_vec(),
            ownership: ownership(),
            parameters: parameters(config),
            page_default: None,
            abilities: Default::default(),
        }],
        actions: vec![append(config), move_(), copy(config), search(), usage()],
        hidden: Vec::new(),
        ..Catalog::default()
    }
}

fn ownership() -> Ownership {
    Ownership::Owned { by: "the folder named after the user's id".into() }
}

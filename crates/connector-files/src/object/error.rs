use connector::{Error, ErrorKind};
use object_store::Error as StoreError;

use crate::error::missing;
use crate::home::changed;

/// What a failed request means where the operation gives it no meaning of its own.
///
/// What the store did not answer in time, or answered with a fault of its own, can be tried again. The store's words
/// are for the log only.
pub(super) fn failed(error: StoreError) -> Error {
    match &error {
        StoreError::NotFound { .. } => missing().with_source(error),
        StoreError::AlreadyExists { .. } => {
            Error::new(ErrorKind::Conflict, "Something else is in the way at that path.").with_source(error)
        }
        StoreError::Precondition { .. } | StoreError::NotModified { .. } => changed().with_source(error),
        StoreError::PermissionDenied { .. } | StoreError::Unauthenticated { .. } => Error::new(
            ErrorKind::PermissionDenied,
            "The server is not allowed to do this in its store. Tell its operator.",
        )
        .with_source(error),
        StoreError::NotImplemented { .. } | StoreError::NotSupported { .. } => {
            Error::new(ErrorKind::Unsupported, "The store that holds the files cannot do this.").with_source(error)
        }
        StoreError::InvalidPath { .. } => Error::new(
            ErrorKind::Unsupported,
            "Another program has put something there under a name that cannot be read here. Tell the operator.",
        )
        .with_source(error),
        StoreError::Generic { .. } => Error::unavailable(error),
        _ => Error::internal(error),
    }
}

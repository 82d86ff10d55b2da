use connector::{Error, ErrorKind};

/// Why the store does not do what was asked. Sentences for the operator; a user sees [`StoreError::for_user`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Not a key.
    #[error("this is not a key of the credential store: 32 bytes in base64. `bellhop secret key` prints a new one")]
    Key,
    /// Records that none of the keys can open. Nothing is read or written until that key is there.
    #[error(
        "the credential store has records that were sealed with the key {needed}, and the keys given are {given}. Set \
         BELLHOP_STORE_KEY to that key, or give it in BELLHOP_STORE_KEYS_OLD"
    )]
    UnknownKey {
        /// Its id.
        needed: String,
        /// The ids of those that are there.
        given: String,
    },
    /// A record that does not open although its key is there: it was changed, or moved from another place.
    #[error(
        "the record {id} of the credential store was changed by something other than Bellhop and is not used. Remove it \
         by `bellhop secret remove --id {id}` and set it again"
    )]
    Changed {
        /// The beginning of its row's key, in hexadecimal.
        id: String,
    },
    /// More than fits.
    #[error("this is longer than {bytes_max} bytes, the most that one credential may have")]
    TooLarge {
        /// The bound.
        bytes_max: usize,
    },
    /// The address is none of a database that is known here.
    #[error("the credential store is a file, or a database of postgres://…")]
    Address(#[source] Option<sqlx::Error>),
    /// The file cannot be made or opened.
    #[error("the file {path} of the credential store cannot be used")]
    File {
        /// Its path.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The database is away or refuses.
    #[error("the credential store cannot be used")]
    Database(#[from] sqlx::Error),
    /// The operating system gives no random numbers.
    #[error("no random numbers can be had from the operating system")]
    Random,
}

impl StoreError {
    /// The same without anything internal; the log gets the rest.
    pub fn for_user(self) -> Error {
        match self {
            Self::TooLarge { .. } => Error::new(ErrorKind::LimitExceeded, format!("{}.", capital(&self.to_string()))),
            Self::Changed { .. } => Error::new(
                ErrorKind::Internal,
                "What is stored for you here cannot be opened and is not used. Set it again, or ask the operator.",
            )
            .with_source(self),
            Self::Database(_) => Error::new(
                ErrorKind::Unavailable,
                "The credential store cannot be reached right now. Try again in a moment.",
            )
            .with_source(self),
            other => Error::internal(other),
        }
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

//! The API's schema: found, read, known by its digest.

mod ask;
mod introspected;

use std::path::Path;

use apollo_compiler::Schema;
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::{DiagnosticList, Valid};
use aws_lc_rs::digest;
use connector::{Error, Result};
use serde_json::Value;
use tokio::io::AsyncReadExt;
use upstream::{Client, Identity, Origin};

pub(crate) use ask::request;

use crate::Config;
use crate::words;

/// How deep types and values of a schema may nest.
const DEPTH_MAX: usize = 200;

/// What a schema's and its operations' bytes are known by.
pub(crate) type Digest = [u8; 32];

/// A schema as it was found.
pub(crate) struct Found {
    pub(crate) bytes: Vec<u8>,
    /// It was told by the API, as JSON.
    answer: Option<Value>,
    file: String,
}

/// Reads the file that `config` names, or asks the API.
pub(crate) async fn find(config: &Config, client: &Client, origin: &Origin, identity: &Identity) -> Result<Found> {
    let bytes_max = config.schema_bytes_max();
    let Some(file) = &config.schema else {
        let (bytes, answer) =
            ask::ask(client, origin, identity, config.introspection_token.as_ref(), bytes_max).await?;
        return Ok(Found { bytes, answer: Some(answer), file: "schema".into() });
    };
    let bytes = read(&config.base.join(file), bytes_max).await?;
    Ok(Found { bytes, answer: None, file: file.clone() })
}

/// A file of at most so many bytes.
pub(crate) async fn read(path: &Path, bytes_max: u64) -> Result<Vec<u8>> {
    let wrong = |error: std::io::Error| Error::invalid(format!("{} cannot be read: {error}.", path.display()));
    let file = tokio::fs::File::open(path).await.map_err(wrong)?;
    let mut bytes = Vec::new();
    file.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes).await.map_err(wrong)?;
    if bytes.len() as u64 > bytes_max {
        let path = path.display();
        return Err(Error::invalid(format!("{path} is larger than {bytes_max} bytes: raise `schema_bytes_max`.")));
    }
    Ok(bytes)
}

/// The digest of several pieces, each with its length.
pub(crate) fn digest<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Digest {
    let mut context = digest::Context::new(&digest::SHA256);
    for piece in pieces {
        context.update(&(piece.len() as u64).to_be_bytes());
        context.update(piece);
    }
    let mut bytes = [0; 32];
    bytes.copy_from_slice(context.finish().as_ref());
    bytes
}

impl Found {
    /// The schema. What breaks a rule of GraphQL and can be read all the same is taken, with a line in the log: servers of
    /// the field are not all strict.
    pub(crate) fn schema(&self) -> Result<Valid<Schema>> {
        let text = match &self.answer {
            Some(answer) => introspected::printed(answer)?,
            None => self.of_file()?,
        };
        let document = Parser::new().recursion_limit(DEPTH_MAX).parse_ast(text, &self.file);
        let document = document.map_err(|error| unreadable("The schema", &error.errors))?;
        let warn = |errors: &DiagnosticList| {
            tracing::warn!(schema = %self.file, why = %first(errors), "the schema breaks a rule of GraphQL");
        };
        let builder = Schema::builder().adopt_orphan_extensions().ignore_builtin_redefinitions().add_ast(&document);
        let schema = builder.build().unwrap_or_else(|error| {
            warn(&error.errors);
            error.partial
        });
        let schema = schema.validate().unwrap_or_else(|error| {
            warn(&error.errors);
            Valid::assume_valid(error.partial)
        });
        if schema.schema_definition.query.is_none() && schema.schema_definition.mutation.is_none() {
            return Err(Error::invalid("The schema has neither queries nor mutations."));
        }
        Ok(schema)
    }

    fn of_file(&self) -> Result<String> {
        let text = std::str::from_utf8(&self.bytes).map_err(|_| Error::invalid("The schema is not UTF-8."))?;
        let text = text.trim_start_matches('\u{feff}');
        if !text.trim_start().starts_with('{') {
            return Ok(text.to_owned());
        }
        let answer = serde_json::from_str(text)
            .map_err(|error| Error::invalid(format!("The schema {} cannot be read as JSON: {error}.", self.file)))?;
        introspected::printed(&answer)
    }
}

/// What cannot be read, with the first reason and its place.
pub(crate) fn unreadable(what: &str, errors: &DiagnosticList) -> Error {
    Error::invalid(format!("{what} cannot be used: {}.", first(errors)))
}

fn first(errors: &DiagnosticList) -> String {
    let Some(one) = errors.iter().next() else { return "it has a mistake".into() };
    let line = one.line_column_range().map(|range| format!("line {}: ", range.start.line)).unwrap_or_default();
    words::clean(&format!("{line}{}", one.error), 300).trim_end_matches('.').to_owned()
}

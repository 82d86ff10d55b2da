use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use connector::{Create, Error, ErrorKind, Outcome, Result};
use encoding_rs::Encoding;
use serde_json::{Map, Value};

use crate::config::Config;
use crate::entry::Kind;
use crate::home::{Home, When};
use crate::options::Options;
use crate::path::Place;
use crate::text::{byte_order_mark, encode, label};

/// What `create` is to make, read before anything is touched.
#[derive(Debug)]
struct New {
    place: Place,
    kind: Kind,
    content: Vec<u8>,
}

impl New {
    fn read(create: &Create, config: &Config) -> Result<Self> {
        let data = Options(&create.data);
        data.only(&["path", "kind", "content", "encoding"])?;
        let place = data.place("path", config.depth_max)?;
        match data.text("kind")? {
            None | Some("file") => {
                let content = Given::read(&create.data)?.map(|given| given.whole(config)).transpose()?;
                Ok(Self { place, kind: Kind::File, content: content.unwrap_or_default() })
            }
            Some("folder") if data.text("content")?.is_none_or(str::is_empty) => {
                Ok(Self { place, kind: Kind::Folder, content: Vec::new() })
            }
            Some("folder") => Err(Error::invalid("A folder has no `content`. Leave it out, or make a file.")),
            Some(_) => Err(Error::invalid("`kind` must be file or folder.")),
        }
    }
}

/// Makes a file or folder where nothing is yet, and the folders on its way.
pub(crate) fn create(home: &dyn Home, create: &Create, config: &Config) -> Result<Outcome> {
    let new = New::read(create, config)?;
    match new.kind {
        Kind::Folder => home.create_folder(&new.place)?.outcome(),
        Kind::File => home.write(&new.place, &new.content, When::Absent)?.outcome(),
    }
}

/// The `content` that a caller gives, and what it is to become.
#[derive(Debug)]
pub(crate) enum Given<'a> {
    Bytes(Vec<u8>),
    Text {
        text: &'a str,
        /// `None` where the caller leaves it open.
        encoding: Option<&'static Encoding>,
    },
}

impl<'a> Given<'a> {
    /// `None` where no content is given.
    pub(crate) fn read(data: &'a Map<String, Value>) -> Result<Option<Self>> {
        let options = Options(data);
        let encoding = options.text("encoding")?;
        let encoding = match encoding {
            Some("base64") => {
                let Some(text) = options.text("content")? else { return Ok(None) };
                let bytes = STANDARD.decode(text.trim());
                return bytes
                    .map(|bytes| Some(Self::Bytes(bytes)))
                    .map_err(|_| Error::invalid("`content` is not base64 (RFC 4648 section 4, with padding)."));
            }
            other => other.map(label).transpose()?,
        };
        Ok(options.text("content")?.map(|text| Self::Text { text, encoding }))
    }

    /// The bytes of a whole file.
    pub(crate) fn whole(&self, config: &Config) -> Result<Vec<u8>> {
        let bytes = match self {
            Self::Bytes(bytes) => bytes.clone(),
            Self::Text { text, encoding } => {
                let encoding = encoding.unwrap_or(encoding_rs::UTF_8);
                [byte_order_mark(encoding), &encode(text, encoding)?].concat()
            }
        };
        fits(bytes, config)
    }

    /// The bytes to add to a text in this encoding, unless the caller names another.
    pub(crate) fn more(&self, found: &'static Encoding, config: &Config) -> Result<Vec<u8>> {
        let bytes = match self {
            Self::Bytes(bytes) => bytes.clone(),
            Self::Text { text, encoding } => encode(text, encoding.unwrap_or(found))?,
        };
        fits(bytes, config)
    }
}

fn fits(bytes: Vec<u8>, config: &Config) -> Result<Vec<u8>> {
    let max = config.write_bytes_max;
    if bytes.len() as u64 > max {
        return Err(Error::new(ErrorKind::LimitExceeded, format!("`content` is larger than {max} bytes.")));
    }
    Ok(bytes)
}

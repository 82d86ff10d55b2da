use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use connector::{Create, Error, ErrorKind, Outcome, Result};
use serde_json::{Map, Value};

use crate::blocking::Stop;
use crate::config::Config;
use crate::entry::{Entry, Kind, LISTED, Stat};
use crate::error::{failed, taken};
use crate::home::{Home, look, sync};
use crate::options::Options;
use crate::path::Place;
use crate::write::Draft;

/// What `create` is to make, read before anything is touched.
#[derive(Debug)]
pub(crate) struct New {
    place: Place,
    kind: Kind,
    content: Vec<u8>,
}

impl New {
    pub(crate) fn read(create: &Create, config: &Config) -> Result<Self> {
        let data = Options(&create.data);
        data.only(&["path", "kind", "content", "encoding"])?;
        let place = data.place("path", config.depth_max)?;
        match data.text("kind")? {
            None | Some("file") => {
                Ok(Self { place, kind: Kind::File, content: content(&create.data, config)?.unwrap_or_default() })
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
pub(crate) fn create(home: &Home, new: &New, stop: &Stop) -> Result<Outcome> {
    let dir = home.folder_or_make("path", &new.place.parent())?;
    let name = new.place.name();
    let entry = match new.kind {
        Kind::Folder => {
            new_folder(&dir, name)?;
            Entry::new(new.place.clone(), &look(&dir, name)?)
        }
        Kind::File => {
            let mut draft = Draft::new(&dir)?;
            draft.write(&new.content, stop)?;
            let metadata = draft.place_new(home, name, "path", stop)?;
            Entry { place: new.place.clone(), kind: Kind::File, stat: Some(Stat::of(&metadata)) }
        }
    };
    Ok(Outcome { id: Some(new.place.as_str().into()), ..Outcome::of(&entry.object(LISTED))? })
}

fn new_folder(dir: &cap_std::fs::Dir, name: &str) -> Result<()> {
    let mut builder = cap_std::fs::DirBuilder::new();
    #[cfg(unix)]
    cap_std::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match dir.create_dir_with(name, &builder) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(taken("path")),
        made => made.and_then(|()| sync(dir)).map_err(failed),
    }
}

/// The bytes that `content` and `encoding` stand for; `None` where no content is given.
pub(crate) fn content(data: &Map<String, Value>, config: &Config) -> Result<Option<Vec<u8>>> {
    let options = Options(data);
    let encoding = options.text("encoding")?.unwrap_or("text");
    let Some(text) = options.text("content")? else { return Ok(None) };
    let bytes = match encoding {
        "text" => text.as_bytes().to_vec(),
        "base64" => STANDARD
            .decode(text.trim())
            .map_err(|_| Error::invalid("`content` is not base64 (RFC 4648 section 4, with padding)."))?,
        _ => return Err(Error::invalid("`encoding` must be text or base64.")),
    };
    if bytes.len() as u64 > config.write_bytes_max {
        let max = config.write_bytes_max;
        return Err(Error::new(ErrorKind::LimitExceeded, format!("`content` is larger than {max} bytes.")));
    }
    Ok(Some(bytes))
}

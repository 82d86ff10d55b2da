use aws_lc_rs::digest;
use cap_fs_ext::MetadataExt;
use cap_std::fs::Metadata;
use connector::{Outcome, Result};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::path::Place;

/// Fields that need the file's metadata; the others follow from its path.
pub(crate) const FROM_METADATA: [&str; 3] = ["size", "modified", "version"];

/// Fields that `list` shows, in order.
pub(crate) const LISTED: [&str; 8] = ["path", "name", "folder", "kind", "size", "modified", "media_type", "version"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
}

impl Kind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Folder => "folder",
        }
    }
}

/// A file or folder that was found.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) place: Place,
    pub(crate) kind: Kind,
    /// Read only when something asks for it.
    pub(crate) stat: Option<Stat>,
}

/// What the file system keeps of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stat {
    pub(crate) size: u64,
    modified_ns: i128,
    tag: Tag,
}

/// What tells one version of a file from the next.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Tag {
    Inode(u64),
    /// As the store gives it; some do not in lists.
    ETag(Option<String>),
}

impl Stat {
    pub(crate) fn local(metadata: &Metadata) -> Self {
        let modified = metadata.modified().ok().and_then(|time| Timestamp::try_from(time.into_std()).ok());
        let modified_ns = modified.unwrap_or_default().as_nanosecond();
        Self { size: metadata.len(), modified_ns, tag: Tag::Inode(metadata.ino()) }
    }

    pub(crate) fn stored(size: u64, modified_ns: i128, e_tag: Option<String>) -> Self {
        Self { size, modified_ns, tag: Tag::ETag(e_tag) }
    }

    /// As the store gives it, quotes included.
    pub(crate) fn e_tag(&self) -> Option<&str> {
        match &self.tag {
            Tag::ETag(e_tag) => e_tag.as_deref(),
            Tag::Inode(_) => None,
        }
    }

    /// Milliseconds in UTC, always with as many digits, so that texts order as times do.
    pub(crate) fn modified(&self) -> String {
        time_text(Timestamp::from_nanosecond(self.modified_ns).unwrap_or_default())
    }

    /// Changes with every write: a write makes a new file and puts it in the old one's place.
    pub(crate) fn version(&self) -> Option<String> {
        let inode = match &self.tag {
            Tag::Inode(inode) => inode,
            Tag::ETag(e_tag) => return e_tag.as_deref().map(|tag| tag.trim_matches('"').to_owned()),
        };
        let token = format!("{inode}:{}:{}", self.modified_ns, self.size);
        let digest = digest::digest(&digest::SHA256, token.as_bytes());
        Some(digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect())
    }
}

/// RFC 3339 with milliseconds, between the years 0 and 9999.
pub(crate) fn time_text(time: Timestamp) -> String {
    const YEAR_0: i64 = -62_167_219_200;
    let time = if time.as_second() < YEAR_0 { Timestamp::from_second(YEAR_0).unwrap_or_default() } else { time };
    format!("{time:.3}")
}

impl Entry {
    pub(crate) fn local(place: Place, metadata: &Metadata) -> Self {
        let kind = if metadata.is_dir() { Kind::Folder } else { Kind::File };
        Self { place, kind, stat: Some(Stat::local(metadata)) }
    }

    /// What a write or move answers.
    pub(crate) fn outcome(&self) -> Result<Outcome> {
        Ok(Outcome { id: Some(self.place.as_str().into()), ..Outcome::of(&self.object(LISTED))? })
    }

    /// The value of one listed field.
    pub(crate) fn value(&self, field: &str) -> Value {
        let stat = self.stat.as_ref().filter(|_| self.kind == Kind::File);
        match field {
            "path" => self.place.as_str().into(),
            "name" => self.place.name().into(),
            "folder" => self.place.parent().as_str().into(),
            "kind" => self.kind.as_str().into(),
            "size" => stat.map(|stat| stat.size).into(),
            "modified" => self.stat.as_ref().map(Stat::modified).into(),
            "media_type" => self.media_type().into(),
            "version" => stat.and_then(Stat::version).into(),
            _ => Value::Null,
        }
    }

    /// These fields as an object.
    pub(crate) fn object<'a>(&self, fields: impl IntoIterator<Item = &'a str>) -> Map<String, Value> {
        fields.into_iter().map(|field| (field.to_owned(), self.value(field))).collect()
    }

    /// By the name's extension.
    pub(crate) fn media_type(&self) -> Option<&'static str> {
        if self.kind == Kind::Folder {
            return None;
        }
        mime_guess::from_path(self.place.name()).first_raw()
    }
}

use std::io;
use std::path::{Path, PathBuf};

use access::{Caller, Template, folder_name};
use connector::{Error, Result};

use crate::ties::of_caller;

/// Where processes work: below a folder that configuration names, in one that is the caller's.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    /// What is the same for everybody: it belongs to whoever runs this server.
    base: PathBuf,
    /// What comes below it, a name each.
    below: Vec<Template>,
}

impl Folder {
    /// Reads `/data/{caller.id}`.
    pub(super) fn new(text: &str, base: &Path) -> Result<Self, String> {
        Template::parse(text).map_err(|error| error.to_string())?;
        let fixed = text.find('{').map_or(text.len(), |at| text[..at].rfind('/').map_or(0, |slash| slash + 1));
        let (fixed, rest) = text.split_at(fixed);
        let names = rest.split('/').filter(|name| !name.is_empty());
        let below = names.map(Template::parse).collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
        let is_step = |template: &Template| matches!(template.constant().as_deref(), Some("." | ".."));
        if below.iter().any(is_step) {
            return Err("write it without `..`".to_owned());
        }
        Ok(Self { base: base.join(fixed), below })
    }

    /// This caller's, made where it is missing. What stands for them is one name however they are called, and a link in
    /// its place is not followed.
    pub(super) fn of(&self, caller: &Caller) -> Result<PathBuf> {
        let names = self.below.iter().map(|name| of_caller(name.encoded(caller, &folder_name)));
        let names = names.collect::<Result<Vec<_>>>()?;
        self.make(&names).map_err(|error| {
            Error::unavailable(format!("the folder {} for a process cannot be made: {error}", self.base.display()))
        })
    }

    fn make(&self, names: &[String]) -> io::Result<PathBuf> {
        std::fs::create_dir_all(&self.base)?;
        let mut path = self.base.canonicalize()?;
        for name in names {
            // A name made of a template's text and a caller's name is one step, or it is none at all.
            if matches!(name.as_str(), "" | "." | "..") || name.contains(['/', '\\', '\0']) {
                return Err(io::Error::other("a name that is no name"));
            }
            path.push(name);
            match make_private(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                outcome => outcome?,
            }
            if !std::fs::symlink_metadata(&path)?.is_dir() {
                return Err(io::Error::other("something else stands in its place"));
            }
        }
        Ok(path)
    }
}

/// A folder that only this server's account may look into.
fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

use connector::{Error, Result};

/// Begins the names of files that are still being written. No argument can use it and no list shows it.
pub(crate) const RESERVED: &str = ".bellhop-";

/// Longest name in a path, in bytes (`NAME_MAX` of common file systems).
const NAME_BYTES_MAX: usize = 255;

/// Longest path, in bytes.
pub(crate) const PATH_BYTES_MAX: usize = 1024;

/// A checked place below a user's folder: names joined by `/`, or empty for the folder itself.
///
/// It holds no `.` or `..`, no empty name, no control character and no backslash, so each name is one step down
/// from a directory handle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place(String);

impl Place {
    /// The user's folder itself.
    pub(crate) const TOP: Self = Self(String::new());

    /// Reads an argument that names a file or folder below the top.
    pub(crate) fn parse(argument: &str, text: &str, depth_max: usize) -> Result<Self> {
        if let Some(problem) = problem(text, depth_max) {
            return Err(Error::invalid(format!("`{argument}` {problem}")));
        }
        Ok(Self(text.to_owned()))
    }

    /// Reads an argument that names a folder, the top included. One `/` at the end is allowed.
    pub(crate) fn parse_folder(argument: &str, text: &str, depth_max: usize) -> Result<Self> {
        match text {
            "" | "." | "/" => Ok(Self::TOP),
            _ => Self::parse(argument, text.strip_suffix('/').unwrap_or(text), depth_max),
        }
    }

    /// A name in this folder. The name has passed [`name_problem`].
    pub(crate) fn child(&self, name: &str) -> Self {
        Self(if self.0.is_empty() { name.to_owned() } else { format!("{}/{name}", self.0) })
    }

    /// A place below a folder, where both have been checked.
    pub(crate) fn join(folder: &Self, below: &str) -> Self {
        folder.child(below)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_top(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|name| !name.is_empty())
    }

    pub(crate) fn depth(&self) -> usize {
        self.names().count()
    }

    pub(crate) fn name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    pub(crate) fn parent(&self) -> Self {
        Self(self.0.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned())
    }

    /// The rest of this path below `folder`, if it is below it.
    pub(crate) fn below(&self, folder: &Self) -> Option<&str> {
        if folder.is_top() {
            return Some(&self.0);
        }
        self.0.strip_prefix(&folder.0)?.strip_prefix('/')
    }
}

fn problem(text: &str, depth_max: usize) -> Option<String> {
    if text.is_empty() {
        return Some("must not be empty. Give a path such as notes/today.md.".into());
    }
    if text.len() > PATH_BYTES_MAX {
        return Some(format!("is longer than {PATH_BYTES_MAX} bytes."));
    }
    if text.starts_with('/') {
        return Some("must not begin with a slash: paths start at the top of your own folder.".into());
    }
    if text.split('/').count() > depth_max {
        return Some(format!("is more than {depth_max} folders deep."));
    }
    text.split('/').find_map(name_problem).map(str::to_owned)
}

/// Why `name` cannot be one name of a path, if it cannot.
pub(crate) fn name_problem(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("must not have an empty name between slashes or at its end.");
    }
    if name == "." || name == ".." {
        return Some("must not use `.` or `..`: write the path from the top of your own folder.");
    }
    if name.len() > NAME_BYTES_MAX {
        return Some("has a name longer than 255 bytes.");
    }
    if name.contains('\\') {
        return Some("must not have a backslash. Separate folders with `/`.");
    }
    if name.chars().any(char::is_control) {
        return Some("must not have control characters.");
    }
    if name.ends_with(['.', ' ']) {
        return Some("must not have a name that ends in a dot or a space.");
    }
    if name.to_ascii_lowercase().starts_with(RESERVED) {
        return Some("must not have a name that begins with `.bellhop-`: such names are reserved.");
    }
    if cfg!(windows) && name.contains([':', '<', '>', '"', '|', '?', '*']) {
        return Some("must not have any of the characters : < > \" | ? *");
    }
    None
}

use std::io;

use connector::{Error, ErrorKind};

/// The collection's name.
pub(crate) const FILES: &str = "files";

/// Missing, another user's, or nothing that callers may see: all the same.
pub(crate) fn missing() -> Error {
    Error::not_found(FILES)
}

/// What is already there stands in the way.
pub(crate) fn taken(argument: &str) -> Error {
    Error::new(
        ErrorKind::Conflict,
        format!("There is already something at `{argument}`. Choose another path, or change what is there."),
    )
}

/// A name on the way is a file.
pub(crate) fn not_a_folder(argument: &str) -> Error {
    Error::new(ErrorKind::Conflict, format!("A name on the way in `{argument}` is not a folder. Choose another path."))
}

/// A failed step down to something that should exist.
pub(crate) fn lookup(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename => missing(),
        _ if is_symlink(&error) => missing(),
        _ => failed(error),
    }
}

/// Any other failed call to the file system.
pub(crate) fn failed(error: io::Error) -> Error {
    use io::ErrorKind as Io;
    let (kind, message) = match error.kind() {
        Io::NotFound => return missing(),
        Io::PermissionDenied => (ErrorKind::PermissionDenied, "The server is not allowed to do this to that file."),
        Io::ReadOnlyFilesystem => (ErrorKind::PermissionDenied, "Files here can only be read."),
        Io::AlreadyExists | Io::DirectoryNotEmpty | Io::IsADirectory | Io::NotADirectory => {
            (ErrorKind::Conflict, "Something else is in the way at that path.")
        }
        Io::StorageFull | Io::QuotaExceeded => (ErrorKind::LimitExceeded, "There is no space left for this."),
        Io::FileTooLarge => (ErrorKind::LimitExceeded, "The file would be too large."),
        Io::InvalidFilename => (ErrorKind::InvalidArgument, "A name in that path is too long for the file system."),
        Io::ResourceBusy | Io::TimedOut | Io::StaleNetworkFileHandle | Io::OutOfMemory => {
            return Error::unavailable(error);
        }
        _ if out_of_handles(&error) => return Error::unavailable(error),
        _ if is_symlink(&error) => return missing(),
        _ => return Error::internal(error),
    };
    Error::new(kind, message).with_source(error)
}

/// Whether opening failed because the name is a symbolic link (or became one in between).
#[cfg(unix)]
pub(crate) fn is_symlink(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

#[cfg(not(unix))]
pub(crate) fn is_symlink(_: &io::Error) -> bool {
    false
}

#[cfg(unix)]
fn out_of_handles(error: &io::Error) -> bool {
    use rustix::io::Errno;
    [Errno::MFILE, Errno::NFILE].iter().any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

#[cfg(not(unix))]
fn out_of_handles(_: &io::Error) -> bool {
    false
}

//! A folder per user as a collection of files.
//!
//! Every user has one folder under the configured root, named by [`folder_name`]. It is opened once per call as a
//! directory handle, and everything a caller names is looked up below that handle, one folder at a time and without
//! following any symbolic link. There is no path from one user's handle to another's folder.
//!
//! What is there but is neither a regular file nor a folder (symbolic links, pipes, sockets, devices) does not exist
//! for callers. A hard link is a regular file; only the operator can plant one that leads out of a user's folder.

mod actions;
mod aggregate;
mod blocking;
mod catalog;
mod config;
mod create;
mod delete;
mod entry;
mod error;
mod execute;
mod filter;
mod get;
mod glob;
mod home;
mod list;
mod local;
mod object;
mod options;
mod page;
mod path;
mod quota;
mod secret;
mod sort;
mod text;
mod update;

pub use access::folder_name;
pub use config::Config;
pub use execute::Files;
pub use secret::Secret;

//! Where the gateway's audit lines are kept: [`AuditFile`], a file with rotation, or [`AuditTable`], a SQL table.
//!
//! Both keep each line once, whole, and never change one that has its outcome. What each promises, and what the end of
//! the process or of the machine in the middle leaves behind, is in `docs/audit.md`.

mod file;
mod table;

pub use file::{AuditFile, FileOptions};
pub use table::{AuditTable, TableError};

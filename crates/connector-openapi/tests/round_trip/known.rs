//! What the server does not take although it is right, each with the reason.

/// `DOCUMENT METHOD PATH (breadth)`, and why.
pub(crate) const LIMITS: &[(&str, &str)] = &[];

//! Sources of credentials that need nothing but what they are made with.

mod claim;
mod command;
mod exchanged;
mod personal;
mod signed;
mod variable;

pub(crate) use claim::Claim;
pub(crate) use command::Command;
pub(crate) use exchanged::Exchanged;
pub(crate) use personal::Personal;
pub(crate) use signed::Signed;
pub(crate) use variable::Variable;

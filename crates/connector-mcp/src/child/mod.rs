//! A server that is a child process, one for each caller: its own environment, working folder and limits. It is kept
//! while it is used, let go when idle, and started again with growing pauses when it dies.

mod begin;
mod folder;
mod link;
mod pool;
mod process;
mod spawn;
mod stderr;

pub(crate) use link::Child;

//! Devices, whose they are, and what is checked before anything is sent.

mod suite;
mod support;
mod virtually;

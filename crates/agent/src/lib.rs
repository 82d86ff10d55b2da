//! The model loop over one caller's toolbox.
//!
//! An [`Agent`] asks a model, carries out the tool calls that the model wants through the caller's
//! [`Toolbox`](gateway::Toolbox), gives it the results and hands out its answer, within [`Limits`]. Two kinds of
//! model sit behind the same loop: a remote one, and a built-in one that reads plain commands without a key and
//! without a network.
//!
//! What must stay absent here: a connector, an identity. The toolbox already is one caller's; nothing that a model
//! or a message says can change whose it is.

mod agent;
mod answer;
mod ask;
mod builtin;
mod calls;
mod error;
mod limits;
mod model;
mod progress;
mod prompt;
mod remote;
mod run;
mod today;

pub use agent::{Agent, Model, RemoteModel};
pub use answer::{Answer, ToolUsed, Usage};
pub use ask::{Ask, Role, Turn};
pub use error::{AskError, ConfigError, Failure};
pub use limits::Limits;

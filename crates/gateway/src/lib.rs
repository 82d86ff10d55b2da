//! All resources as one caller's toolbox.
//!
//! A door verifies a token, asks [`Gateway::toolbox`] for that caller's [`Toolbox`], and lists or calls. There is
//! one path from a call to a connector, [`Toolbox::call`]: arguments are checked against the tool's JSON Schema,
//! identity arguments are refused, policy gives a permit, limits and the audit apply, and the connector acts as
//! the caller.

mod arguments;
mod audit;
mod content;
mod cursor;
mod errand;
mod gateway;
mod limits;
mod links;
mod lookup;
mod options;
mod projection;
mod reload;
mod reply;
mod round;
mod tool;
mod toolbox;

pub use audit::{
    Audit, AuditArguments, AuditError, AuditLine, AuditOptions, AuditRequired, AuditSink, BadRule, Redaction,
};
pub use errand::{Done, Errand};
pub use gateway::{Gateway, GatewayError, Health, Offers};
pub use options::{Names, Options, ToolsMode};
pub use reload::Reloaded;
pub use reply::Reply;
pub use round::Given;
pub use tool::{Native, Tool};
pub use toolbox::{
    Changes, Completion, DocumentPage, Door, Heard, Missed, Offered, OfferedAction, OfferedPrompt, Recital, Refused,
    Request, Toolbox,
};

use access::Denied;
use connector::{Asked, Content, CountIs, Error, Outcome, Result};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::content;

/// The `code` of an answer whose resource itself says that it failed.
const FAILED: &str = "failed";
/// The `code` where a resource has to know something of its user first.
const INPUT_REQUIRED: &str = "input_required";

/// The answer, the same for every door and every kind of resource. Keys that do not apply are left out.
#[derive(Debug, Default, Serialize)]
pub struct Reply {
    /// Whether it was done.
    pub success: bool,
    /// What was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Box<RawValue>>,
    /// How many match in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// What kind of number `count` is, where it is not exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count_is: Option<CountIs>,
    /// Whether there is more after this page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_more: Option<bool>,
    /// Give it as `cursor` to go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// The identifier of what was created, changed or deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Value>,
    /// What to know about this answer: what was cut, and how to go on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
    /// A sentence that a person can act on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What went wrong, in one word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// Whether the same call may succeed later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retryable: Option<bool>,
    /// When to try again, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u64>,
    /// The address that the user has to visit before the same call may succeed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visit: Option<String>,
    /// Names a failed call in the logs and the audit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What the resource made for a model to read, for doors that pass it on.
    #[serde(skip)]
    pub content: Option<Content>,
    /// Whether the tool that was called is shown as its resource shows it, so that `content` is the whole answer.
    #[serde(skip)]
    pub as_is: bool,
    /// What the resource has to know first, for doors that can ask. Nothing was done; to the others it is a failure.
    #[serde(skip)]
    pub asked: Option<Asked>,
    /// What the client would have to be able to do (MCP's `ClientCapabilities`).
    #[serde(skip)]
    pub client_needs: Option<Map<String, Value>>,
}

impl Reply {
    pub(crate) fn of(outcome: Outcome, next_cursor: Option<String>) -> Self {
        Self {
            success: true,
            data: outcome.data,
            count: outcome.count,
            count_is: outcome.count_is,
            has_more: outcome.has_more,
            next_cursor,
            id: outcome.id,
            notices: outcome.notices,
            ..Self::default()
        }
    }

    /// The answer of an action: the envelope, and beside it what was made for models, after `pass` has made it safe.
    pub(crate) fn of_action(
        mut outcome: Outcome,
        as_is: bool,
        pass: impl FnOnce(Content) -> Result<Content>,
    ) -> Result<Self> {
        if let Some(asked) = outcome.asked {
            return Ok(Self {
                error: Some("This asks its user something first, which only an MCP client can do.".to_owned()),
                code: Some(INPUT_REQUIRED),
                retryable: Some(false),
                asked: Some(asked),
                ..Self::default()
            });
        }
        let Some(content) = outcome.content.take().map(pass).transpose()? else { return Ok(Self::of(outcome, None)) };
        let mut reply = Self::of(outcome, None);
        if content.failed {
            reply.success = false;
            reply.data = None;
            reply.error = Some(content::failure(&content));
            reply.code = Some(FAILED);
            reply.retryable = Some(false);
        } else if reply.data.is_none() {
            reply.data = match &content.structured {
                Some(structured) => Outcome::of(structured)?.data,
                None => Outcome::of(&content.blocks)?.data,
            };
        }
        reply.content = Some(content);
        reply.as_is = as_is;
        Ok(reply)
    }

    /// The word in the audit.
    pub(crate) fn outcome(&self) -> &'static str {
        if self.success { "ok" } else { self.code.unwrap_or("internal") }
    }

    /// A failure, with nothing internal in it.
    pub fn failure(error: &Error, request_id: &str) -> Self {
        Self {
            error: Some(error.message().to_owned()),
            code: Some(error.kind().code()),
            retryable: Some(error.kind().retryable()),
            visit: error.visit().map(str::to_owned),
            client_needs: error.client_needs().cloned(),
            retry_after_s: error.retry_after().map(|after| after.as_secs().max(1)),
            request_id: Some(request_id.to_owned()),
            ..Self::default()
        }
    }

    pub(crate) fn denied(denied: &Denied, request_id: &str) -> Self {
        let code = match denied {
            Denied::Scope { .. } => "insufficient_scope",
            Denied::Role | Denied::ReadOnly => "permission_denied",
            Denied::Unknown => "not_found",
        };
        Self {
            error: Some(format!("Not allowed: {denied}.")),
            code: Some(code),
            retryable: Some(false),
            request_id: Some(request_id.to_owned()),
            ..Self::default()
        }
    }

    /// The answer as JSON text.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| {
            r#"{"success":false,"error":"The answer could not be written.","code":"internal","retryable":false}"#.into()
        })
    }
}

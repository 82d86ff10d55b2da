//! What the bindings' own tests give them.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use upstream::Credential;

use super::At;
use crate::td::{Form, Op, SecurityScheme, Thing};

/// A form as a description writes it.
pub(crate) fn form(written: Value) -> Form {
    let Value::Object(mut extra) = written else { panic!("a form is an object") };
    let mut text = |name: &str| extra.remove(name).and_then(|it| it.as_str().map(str::to_owned));
    let href = text("href").expect("a form has an address");
    let content_type = text("contentType").unwrap_or_else(|| "application/json".into());
    Form { href, ops: Op::ALL.to_vec(), content_type, subprotocol: None, security: Vec::new(), extra }
}

/// A device that configuration names, reached by a form for one thing.
pub(crate) fn at(op: Op, written: Value, schema: Value) -> At {
    At {
        thing: Arc::new(Thing { id: "urn:test".into(), named: true, ..Thing::default() }),
        name: "tested".into(),
        op,
        form: form(written),
        confirm: None,
        schema,
        output: json!({}),
        scheme: SecurityScheme::None,
        credential: None,
        timeout: Duration::from_secs(10),
        answer_bytes_max: 1 << 20,
    }
}

impl At {
    /// With a form that tells whether a write has arrived.
    pub(crate) fn confirmed_by(mut self, written: Value) -> Self {
        self.confirm = Some(form(written));
        self
    }

    /// As an account.
    pub(crate) fn signed_in(mut self, username: &str, password: &str) -> Self {
        self.scheme = SecurityScheme::Basic;
        let password = password.to_owned().into();
        self.credential = Some(Credential::Basic { username: username.to_owned(), password });
        self
    }
}

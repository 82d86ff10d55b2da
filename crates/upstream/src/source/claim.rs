use access::{Caller, Template, TemplateError};
use connector::Result;

use crate::{Credential, CredentialSource};

/// A claim of the caller's own token holds it.
#[derive(Debug)]
pub(crate) struct Claim {
    name: String,
    template: Template,
}

impl Claim {
    /// Whether the claim says who the caller is. What all users of an app have in common, such as the app, does not.
    pub(crate) fn names_the_caller(&self) -> bool {
        self.template.names_the_caller()
    }

    pub(crate) fn new(name: &str) -> Result<Self, TemplateError> {
        Ok(Self { name: name.to_owned(), template: Template::parse(&format!("{{claims.{name}}}"))? })
    }
}

#[async_trait::async_trait]
impl CredentialSource for Claim {
    async fn credential(&self, caller: &Caller) -> Result<Option<Credential>> {
        Ok(self.template.value(caller).ok().map(|value| Credential::Token(value.into())))
    }

    fn missing(&self) -> String {
        format!(
            "Your token has no claim `{}`: sign in with an account that has it, or ask this server's operator.",
            self.name
        )
    }

    fn describe(&self) -> String {
        format!("the claim {}", self.name)
    }
}

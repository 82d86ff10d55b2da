use access::{NoValue, Template};
use connector::{Error, ErrorKind, Result};

/// A value that is made from the caller, for a place that is neither an argument nor a header: a variable of an
/// environment, a key of `_meta`.
#[derive(Clone, Debug)]
pub(crate) enum Slot {
    /// Text.
    Text(Template),
    /// Text without anything of a caller in it.
    Constant(String),
    /// The caller's own credential.
    Credential,
    /// A token about the caller, signed here.
    Signed,
}

impl Slot {
    /// Reads one: `{credential}`, `{signed}`, or a template.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        Ok(match text {
            "" => Self::Constant(String::new()),
            "{credential}" => Self::Credential,
            "{signed}" => Self::Signed,
            _ => {
                let template = Template::parse(text).map_err(|error| error.to_string())?;
                match template.constant() {
                    Some(constant) => Self::Constant(constant),
                    None => Self::Text(template),
                }
            }
        })
    }

    /// Whether it says who the caller is. `personal`: whether credentials are each caller's own.
    pub(super) fn names_the_caller(&self, personal: bool) -> bool {
        match self {
            Self::Text(template) => template.names_the_caller(),
            Self::Constant(_) => false,
            Self::Credential => personal,
            Self::Signed => true,
        }
    }
}

/// What a template makes of a caller, or a sentence for them.
pub(crate) fn of_caller(value: Result<String, NoValue>) -> Result<String> {
    value.map_err(|error| {
        let sentence = match error {
            NoValue::Claim { claim } => format!(
                "This call is made with the claim `{claim}` of your token, and your token has none, or not as a single \
                 value. Sign in with an account that has it, or ask this server's operator."
            ),
            NoValue::Unfit => "This call is made with what your token says of you, and that cannot be used: it is too \
                               long or has control characters in it. Ask this server's operator."
                .to_owned(),
        };
        Error::new(ErrorKind::PermissionDenied, sentence)
    })
}

use agent::{Limits, Model, RemoteModel};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

use super::Environment;

/// The chat endpoint's model. Without one, and without a key in the environment, the built-in model answers.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AgentSection {
    /// A model's name: `gpt-…`, `claude-…`, `gemini-…`, `mimo-…`, `ollama::…`; `built-in` for the one that needs no key.
    model: Option<String>,
    /// The provider's key.
    #[schemars(with = "Option<String>")]
    key: Option<SecretString>,
    /// The address of an OpenAI-compatible service.
    base_url: Option<String>,
    /// Further instructions for the model.
    pub(super) instructions: Option<String>,
    /// Bounds of one question.
    pub(super) limits: Limits,
}

/// Providers by the variable that holds their key, and the model used when only the key is given.
const PROVIDERS: [(&str, &str); 7] = [
    ("XIAOMI_API_KEY", "mimo-v2-flash"),
    ("MIMO_API_KEY", "mimo-v2-flash"),
    ("OPENAI_API_KEY", "gpt-5-mini"),
    ("ANTHROPIC_API_KEY", "claude-haiku-4-5"),
    ("GEMINI_API_KEY", "gemini-2.5-flash"),
    ("GROQ_API_KEY", "groq::openai/gpt-oss-20b"),
    ("DEEPSEEK_API_KEY", "deepseek-chat"),
];

/// The words by which a model's name tells its provider.
const NAMES: [(&str, &str); 9] = [
    ("mimo", "XIAOMI_API_KEY"),
    ("gpt", "OPENAI_API_KEY"),
    ("o1", "OPENAI_API_KEY"),
    ("o3", "OPENAI_API_KEY"),
    ("o4", "OPENAI_API_KEY"),
    ("claude", "ANTHROPIC_API_KEY"),
    ("gemini", "GEMINI_API_KEY"),
    ("groq", "GROQ_API_KEY"),
    ("deepseek", "DEEPSEEK_API_KEY"),
];

impl AgentSection {
    /// What the file says, filled up from the environment.
    pub(super) fn resolve(self, environment: &Environment) -> (Model, Limits, Option<String>) {
        let model = match self.model {
            None if self.base_url.is_none() && self.key.is_none() => from_environment(environment),
            None => remote("gpt-5-mini".into(), self.key, self.base_url, environment),
            Some(name) if name == "built-in" => Model::BuiltIn,
            Some(name) => remote(name, self.key, self.base_url, environment),
        };
        (model, self.limits, self.instructions)
    }
}

/// `BELLHOP_MODEL`, or the first provider whose key is set, or the built-in model.
pub(super) fn from_environment(environment: &Environment) -> Model {
    let base_url = environment.get("OPENAI_BASE_URL").map(str::to_owned);
    match environment.get("BELLHOP_MODEL") {
        Some("built-in") => Model::BuiltIn,
        Some(name) => remote(name.to_owned(), None, base_url, environment),
        None => match PROVIDERS.iter().find(|(variable, _)| environment.get(variable).is_some()) {
            Some((variable, model)) => {
                let base_url = base_url.filter(|_| *variable == "OPENAI_API_KEY");
                remote((*model).to_owned(), secret(environment, variable), base_url, environment)
            }
            None => Model::BuiltIn,
        },
    }
}

fn remote(name: String, key: Option<SecretString>, base_url: Option<String>, environment: &Environment) -> Model {
    let key = key.or_else(|| {
        let variable = NAMES.iter().find(|(word, _)| name.starts_with(word)).map(|(_, variable)| *variable);
        // An address of the operator's own gets the OpenAI key, which is how compatible services are used.
        let variable = if base_url.is_some() { Some("OPENAI_API_KEY") } else { variable };
        secret(environment, variable?)
    });
    Model::Remote(RemoteModel { name, key, base_url, adapter: None })
}

fn secret(environment: &Environment, variable: &str) -> Option<SecretString> {
    let aliases: &[&str] = if variable == "XIAOMI_API_KEY" { &["XIAOMI_API_KEY", "MIMO_API_KEY"] } else { &[] };
    let mut names = std::iter::once(variable).chain(aliases.iter().copied());
    names.find_map(|name| environment.get(name)).map(|key| SecretString::from(key.to_owned()))
}

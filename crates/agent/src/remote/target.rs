use std::time::Duration;

use genai::adapter::AdapterKind;
use genai::resolver::{AuthData, AuthResolver, Endpoint, ServiceTargetResolver};
use genai::{Client, Headers, ModelIden, ServiceTarget};
use reqwest::Url;
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret, SecretString};

use crate::{ConfigError, RemoteModel};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where MiMo is served (<https://platform.xiaomimimo.com>). `genai` 0.7 has another host, which is not Xiaomi's to
/// our knowledge; a key must not go there.
const MIMO: &str = "https://api.xiaomimimo.com/v1/";

/// Adapters that are left out: they look into the environment for their address, or want more than one key.
const LEFT_OUT: [AdapterKind; 4] =
    [AdapterKind::Vertex, AdapterKind::BedrockApi, AdapterKind::Omlx, AdapterKind::GithubCopilot];

/// Which model is asked, where, and with which key.
pub(super) struct Target {
    adapter: AdapterKind,
    name: String,
    /// The provider's own address where there is none.
    base_url: Option<Url>,
    pub(super) key: Option<SecretString>,
}

/// What `model` says, checked.
pub(super) fn of(model: &RemoteModel) -> Result<Target, ConfigError> {
    let name = model.name.trim().to_owned();
    if name.is_empty() {
        return Err(ConfigError::NoName);
    }
    let base_url = model.base_url.as_deref().map(base_url).transpose()?;
    let adapter = adapter(&name, model.adapter.as_deref(), base_url.is_some())?;
    let base_url = match base_url {
        None if adapter == AdapterKind::Mimo => Url::parse(MIMO).ok(),
        other => other,
    };
    let key = model.key.as_ref().map(|key| key.expose_secret().trim().to_owned()).filter(|key| !key.is_empty());
    if let Some(key) = &key
        && !key.chars().all(|c| c.is_ascii_graphic())
    {
        return Err(ConfigError::KeyCharacters { name });
    }
    let own_address = model.base_url.is_some();
    if key.is_none() && adapter != AdapterKind::Ollama && !own_address {
        return Err(ConfigError::NoKey { name });
    }
    Ok(Target { adapter, name, base_url, key: key.map(SecretString::from) })
}

fn adapter(name: &str, wanted: Option<&str>, own_address: bool) -> Result<AdapterKind, ConfigError> {
    let usable = |kind: &AdapterKind| !LEFT_OUT.contains(kind) && !matches!(kind, AdapterKind::Custom(_));
    if let Some(wanted) = wanted {
        let plain = wanted.trim().to_lowercase();
        return AdapterKind::from_lower_str(&plain).filter(usable).ok_or_else(|| ConfigError::UnknownAdapter {
            name: wanted.to_owned(),
            known: AdapterKind::all()
                .iter()
                .filter(|kind| usable(kind))
                .map(|k| k.as_lower_str())
                .collect::<Vec<_>>()
                .join(", "),
        });
    }
    if own_address {
        let said = name.split_once("::").and_then(|(before, _)| AdapterKind::from_lower_str(before));
        return Ok(said.filter(usable).unwrap_or(AdapterKind::OpenAI));
    }
    let unknown = || ConfigError::UnknownProvider { name: name.to_owned() };
    let kind = AdapterKind::from_model(name).map_err(|_| unknown())?;
    // A name that says nothing is taken for a model of a local Ollama; that is not what most people mean.
    let guessed = kind == AdapterKind::Ollama && !name.starts_with("ollama::");
    if guessed || !usable(&kind) { Err(unknown()) } else { Ok(kind) }
}

/// The address that `chat/completions` is appended to.
fn base_url(text: &str) -> Result<Url, ConfigError> {
    let wrong = || ConfigError::BaseUrl { url: text.split('@').next_back().unwrap_or_default().to_owned() };
    let mut url = Url::parse(text.trim()).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(wrong());
    }
    let path = url.path().trim_end_matches('/');
    let path = path.strip_suffix("/chat/completions").unwrap_or(path).to_owned();
    url.set_path(&format!("{path}/"));
    url.set_fragment(None);
    Ok(url)
}

impl Target {
    /// A client that has its key and its address from here alone: every resolver gives an answer, so nothing is
    /// looked up in the environment.
    pub(super) fn client(self) -> Result<(Client, ModelIden), ConfigError> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            // A key must not follow a redirect to wherever it leads.
            .redirect(Policy::none())
            .tcp_nodelay(true)
            .build()
            .map_err(|error| ConfigError::Client(error.into()))?;
        let auth = self.auth();
        let endpoint = self.base_url.map(|url| Endpoint::from_owned(String::from(url)));
        let auth_resolver =
            AuthResolver::from_resolver_fn(move |_: ModelIden| -> Result<Option<AuthData>, genai::resolver::Error> {
                Ok(Some(auth.clone()))
            });
        let target_resolver = ServiceTargetResolver::from_resolver_fn(
            move |target: ServiceTarget| -> Result<ServiceTarget, genai::resolver::Error> {
                Ok(match endpoint.clone() {
                    Some(endpoint) => ServiceTarget { endpoint, ..target },
                    None => target,
                })
            },
        );
        let client = Client::builder()
            .with_reqwest(http)
            .with_auth_resolver(auth_resolver)
            .with_service_target_resolver(target_resolver)
            .build()
            .map_err(|error| ConfigError::Client(error.into()))?;
        Ok((client, ModelIden::new(self.adapter, self.name)))
    }

    fn auth(&self) -> AuthData {
        match (&self.key, &self.base_url) {
            (Some(key), _) => AuthData::from_single(key.expose_secret()),
            // A server of one's own that wants no key gets no header for one.
            (None, Some(url)) if self.adapter == AdapterKind::OpenAI => {
                let mut url = url.clone();
                url.set_path(&format!("{}chat/completions", url.path()));
                AuthData::RequestOverride { url: url.into(), headers: Headers::default() }
            }
            (None, _) => AuthData::from_single("none"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(name: &str, key: Option<&str>, base_url: Option<&str>, adapter: Option<&str>) -> RemoteModel {
        RemoteModel {
            name: name.into(),
            key: key.map(SecretString::from),
            base_url: base_url.map(str::to_owned),
            adapter: adapter.map(str::to_owned),
        }
    }

    #[test]
    fn a_name_leads_to_its_provider() {
        for (name, adapter) in [
            ("mimo-v2-flash", AdapterKind::Mimo),
            ("gpt-4o-mini", AdapterKind::OpenAI),
            ("gpt-5-mini", AdapterKind::OpenAIResp),
            ("claude-sonnet-4-5", AdapterKind::Anthropic),
            ("gemini-3-flash", AdapterKind::Gemini),
            ("groq::llama-3.3-70b", AdapterKind::Groq),
        ] {
            assert_eq!(of(&model(name, Some("k"), None, None)).unwrap().adapter, adapter, "{name}");
        }
        assert_eq!(of(&model("ollama::qwen3", None, None, None)).unwrap().adapter, AdapterKind::Ollama);
        let own = of(&model("anything/at-all", None, Some("http://127.0.0.1:8080/v1"), None)).unwrap();
        assert_eq!(own.adapter, AdapterKind::OpenAI);
        let said = of(&model("ollama::qwen3", None, Some("http://127.0.0.1:11434"), None)).unwrap();
        assert_eq!(said.adapter, AdapterKind::Ollama);
        let anthropic = of(&model("x", Some("k"), Some("http://127.0.0.1:1"), Some("Anthropic"))).unwrap();
        assert_eq!(anthropic.adapter, AdapterKind::Anthropic);
    }

    #[test]
    fn the_key_of_mimo_goes_to_xiaomi() {
        let target = of(&model("mimo-v2-flash", Some(" k\n"), None, None)).unwrap();
        assert_eq!(target.base_url.as_ref().map(Url::as_str), Some(MIMO));
        assert_eq!(target.key.as_ref().map(|key| key.expose_secret()), Some("k"));
    }

    #[test]
    fn an_address_is_taken_with_and_without_its_end() {
        for text in ["http://h:1/v1", "http://h:1/v1/", "http://h:1/v1/chat/completions"] {
            assert_eq!(base_url(text).unwrap().as_str(), "http://h:1/v1/", "{text}");
        }
        assert_eq!(base_url("https://h/v1?api-version=2").unwrap().as_str(), "https://h/v1/?api-version=2");
        for wrong in ["", "h:1/v1", "file:///etc", "ftp://h/"] {
            assert!(base_url(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        let error = |model: RemoteModel| of(&model).err().map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(error(model("gpt-4o", None, None, None)), "the model \"gpt-4o\" needs the API key of its provider");
        assert!(error(model(" ", Some("k"), None, None)).starts_with("the model has no name"));
        assert!(error(model("some-model", Some("k"), None, None)).contains("which provider"));
        assert!(error(model("vertex::gemini-3", Some("k"), None, None)).contains("which provider"));
        assert!(error(model("x", Some("k"), None, Some("nope"))).contains("is not an adapter"));
        let two_lines = error(model("gpt-4o", Some("sk-one\nsk-two"), None, None));
        assert!(two_lines.contains("characters") && !two_lines.contains("sk-"), "{two_lines}");
        let secret = error(model("x", None, Some("ftp://user:secret@host/"), None));
        assert!(secret.contains("host") && !secret.contains("secret"), "{secret}");
    }
}

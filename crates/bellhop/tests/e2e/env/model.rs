use std::net::Ipv4Addr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use super::{basics, root, serve, token};
use crate::support::Bellhop;
use crate::support::fixtures::SECRET;
use crate::support::model::FakeModel;

#[tokio::test]
async fn openai_api_key_selects_a_remote_model() {
    let (_folder, root) = root();
    let model = FakeModel::calling("files_list", json!({})).await;
    let url = format!("{}/", model.url);
    let more = [("OPENAI_API_KEY", "sk-of-this-test"), ("OPENAI_BASE_URL", url.as_str())];
    let bellhop = serve(&basics(&root, &more)).await;
    let answer = chat(&bellhop, &token("bob", SECRET, "https://me.test"), "which files do I have?").await;
    assert!(answer["response"].to_string().contains("plan.md"), "{answer}\n{}", bellhop.log());
    assert_eq!(answer["tools_used"][0]["success"], true, "{answer}");
    let seen = model.seen();
    assert!(seen.iter().all(|seen| seen.authorization == "Bearer sk-of-this-test"), "{seen:?}");
    assert!(!format!("{seen:?}").contains("ALICE"), "{seen:?}");
}

#[tokio::test]
async fn xiaomi_api_key_selects_mimo_at_its_own_provider() {
    let (_folder, root) = root();
    // Nothing leaves this machine: the proxy that the system names only listens to where the model was looked for.
    let proxy = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
    let address = format!("http://{}", proxy.local_addr().expect("an address"));
    let more =
        [("XIAOMI_API_KEY", "key-of-this-test"), ("HTTPS_PROXY", address.as_str()), ("https_proxy", address.as_str())];
    let bellhop = serve(&basics(&root, &more)).await;
    let asked = async {
        let (mut connection, _) = proxy.accept().await.expect("someone connects");
        let mut first = vec![0; 256];
        let read = connection.read(&mut first).await.expect("a request");
        drop(connection);
        String::from_utf8_lossy(&first[..read]).into_owned()
    };
    let token = token("bob", SECRET, "https://me.test");
    let (answer, asked) = tokio::join!(chat(&bellhop, &token, "which files do I have?"), async {
        tokio::time::timeout(Duration::from_secs(20), asked).await.expect("the provider is asked")
    });
    assert!(asked.starts_with("CONNECT api.xiaomimimo.com:443"), "{asked}");
    assert!(!answer.to_string().contains("key-of-this-test"), "{answer}");
}

#[tokio::test]
async fn without_a_key_the_built_in_model_answers() {
    let (_folder, root) = root();
    let bellhop = serve(&basics(&root, &[])).await;
    let answer = chat(&bellhop, &token("bob", SECRET, "https://me.test"), "list my files").await;
    assert!(answer["agent_used"].to_string().contains("built-in"), "{answer}");
    assert!(answer["response"].to_string().contains("plan.md"), "{answer}");
}

async fn chat(bellhop: &Bellhop, token: &str, message: &str) -> Value {
    let request = crate::support::http().post(format!("{}/api/agents/chat", bellhop.url)).bearer_auth(token);
    let response = request.json(&json!({"message": message})).send().await.expect("the server answers");
    response.json().await.expect("an answer in JSON")
}

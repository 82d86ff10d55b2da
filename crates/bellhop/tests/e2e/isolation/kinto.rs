//! The same over an HTTP API: what ties a call to its user there is each one's own account.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::kinto::Kinto;

use super::attack::attack;
use super::judge::Findings;
use super::target::Target;
use crate::support::Bellhop;
use crate::support::kinto::{config, token};

/// Articles of both users; Alice's can be recognised wherever they turn up. Her numbers cannot: what Bob writes into a
/// field that anybody may fill, he sees again.
fn articles(user: &str) -> Vec<Value> {
    let article = |nth: u32| match user {
        "alice" => {
            json!({"id": format!("a11ce000-0000-4000-8000-0000000000{nth:02}"), "title": format!("ALICE-03{nth:02}"),
            "body": format!("words ALICE-09{nth:02}"), "stars": 50 + nth, "done": nth.is_multiple_of(2)})
        }
        _ => json!({"id": format!("b0b00000-0000-4000-8000-0000000000{nth:02}"), "title": format!("his {nth:02}"),
            "body": format!("words of his {nth:02}"), "stars": nth, "done": nth.is_multiple_of(2)}),
    };
    (1..=7).map(article).collect()
}

async fn refill(kinto: &Kinto) {
    for user in ["alice", "bob"] {
        let wanted = articles(user);
        if kinto.articles(user).await.iter().map(plain).collect::<Vec<_>>() != wanted {
            let (status, body) =
                kinto.ask(user, Method::DELETE, "/buckets/default/collections/articles/records", None).await;
            assert!(status.is_success() || status == 404, "{body}");
            kinto.put(user, &wanted).await;
        }
    }
}

/// An article without the time of its last change.
fn plain(article: &Value) -> Value {
    let mut article = article.clone();
    article.as_object_mut().expect("an object").remove("last_modified");
    article
}

async fn snapshot(kinto: &Kinto) -> Vec<String> {
    kinto.articles("alice").await.iter().map(|article| plain(article).to_string()).collect()
}

async fn attacked(tools: &str) -> Findings {
    let kinto = Kinto::start().await;
    refill(&kinto).await;
    let bellhop = Bellhop::serve(&config(&kinto, tools)).await;
    let before = snapshot(&kinto).await;
    let settle = async |target: &Target, findings: &mut Findings| {
        findings.compare(&target.name(), &before, &snapshot(&kinto).await);
        refill(&kinto).await;
    };
    let findings = attack(&bellhop.mcp(&token("alice")), &bellhop.mcp(&token("bob")), "", settle).await;
    eprintln!("{}", findings.summary());
    findings
}

#[tokio::test]
async fn typed_tools_over_an_api_keep_users_apart() {
    attacked("typed").await.assert_clean_after(1_000);
}

#[tokio::test]
async fn universal_tools_over_an_api_keep_users_apart() {
    attacked("universal").await.assert_clean_after(1_000);
}

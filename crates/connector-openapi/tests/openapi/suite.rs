//! The suite that every connector must pass, over Kinto.

use std::sync::Arc;

use bellhop_connector_openapi::{Config, OpenApi};
use connector::Connector;
use serde_json::json;
use testkit::kinto::{Kinto, account};
use testkit::suite::{Subject, run};
use upstream::NoSources;

#[tokio::test]
async fn nothing_of_another_user_is_ever_seen() {
    let kinto = Kinto::start().await;
    for (user, count) in [("alice", 5), ("bob", 4)] {
        let article = |nth: u32| {
            json!({"id": format!("{user}-article-{nth}"), "title": format!("{user} writes of {nth}"), "stars": nth,
                "body": if nth == 2 { json!(null) } else { json!(format!("words of {user}, {nth} in all")) }, "done": nth.is_multiple_of(2)})
        };
        kinto.put(user, &(1..=count).map(article).collect::<Vec<_>>()).await;
    }
    let config: Config = serde_json::from_value(json!({
        "url": kinto.url(),
        "document": format!("{}/__api__", kinto.url()),
        "include": {"paths": ["*/records", "*/records/*"]},
        // Its operations as actions take the name of any collection of the user's own: that is Kinto's, not tried here.
        "bind": {"bucket_id": "default", "collection_id": "articles"},
        "credential": {"claim": "kinto", "header": "Authorization", "prefix": "Basic "},
        "collections": {"articles": {
            "path": "/buckets/{bucket_id}/collections/{collection_id}/records",
            "fields": {"title": "string", "body": {"type": "string"}, "stars": "integer", "done": "boolean"},
            "required": ["title"],
        }},
    }))
    .unwrap();
    let resource = OpenApi::connect("kinto", config, &NoSources).await.unwrap();
    let mut users = Vec::new();
    for user in ["alice", "bob"] {
        users.push(testkit::caller_with(user, json!({"kinto": account(user)})).await);
    }
    let [alice, bob] = <[_; 2]>::try_from(users).unwrap();
    let only = OnlyCollections(resource);
    let mut subject = Subject::new(Arc::new(only), "kinto", alice, bob);
    subject.secrets = ["alice", "bob"].map(|user| account(user).split_once(':').unwrap().1.to_owned()).into();
    subject.internals = vec![kinto.url(), "reqwest".into(), "hyper".into()];
    let report = run(subject).await;
    assert!(report.calls > 300, "{report}");
}

/// The collections of an API without its operations, which are looked at elsewhere: what they answer is the API's.
#[derive(Debug)]
struct OnlyCollections(OpenApi);

#[async_trait::async_trait]
impl Connector for OnlyCollections {
    fn catalog(&self) -> Arc<connector::Catalog> {
        let catalog = self.0.catalog();
        Arc::new(connector::Catalog { actions: Vec::new(), ..connector::Catalog::clone(&catalog) })
    }

    async fn execute(
        &self,
        permit: connector::Permit,
        operation: connector::Operation,
        context: &connector::Context,
    ) -> connector::Result<connector::Outcome> {
        self.0.execute(permit, operation, context).await
    }

    async fn health(&self) -> connector::Result<()> {
        self.0.health().await
    }
}

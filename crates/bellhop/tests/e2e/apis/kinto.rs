use serde_json::{Value, json};
use testkit::kinto::Kinto;

use super::chat;
use crate::support::kinto::{config, token};
use crate::support::{Bellhop, Mcp};

/// Five articles of Alice's and four of Bob's: more than Kinto puts on one page.
async fn furnished() -> Kinto {
    let kinto = Kinto::start().await;
    for (user, count) in [("alice", 5), ("bob", 4)] {
        let article = |nth| json!({"id": format!("{user}-{nth}"), "title": format!("{user} writes {nth}"), "stars": nth, "done": nth == 1});
        kinto.put(user, &(1..=count).map(article).collect::<Vec<_>>()).await;
    }
    kinto
}

fn texts<'v>(rows: &'v Value, field: &str) -> Vec<&'v str> {
    rows.as_array().expect("rows").iter().filter_map(|row| row[field].as_str()).collect()
}

async fn all(client: &Mcp, tool: &str, mut arguments: Value) -> (Vec<Value>, usize) {
    let (mut rows, mut pages) = (Vec::new(), 0_usize);
    loop {
        let envelope = client.call(tool, &arguments).await;
        assert_eq!(envelope["success"], true, "{envelope:?}");
        rows.extend(envelope["data"].as_array().expect("rows").iter().cloned());
        pages += 1;
        match envelope.get("next_cursor") {
            Some(cursor) => arguments["cursor"] = cursor.clone(),
            None => return (rows, pages),
        }
        assert_eq!(envelope["has_more"], true);
    }
}

#[tokio::test]
async fn each_user_lists_their_own_across_kintos_pages() {
    let kinto = furnished().await;
    let bellhop = Bellhop::serve(&config(&kinto, "typed")).await;
    for (user, count) in [("alice", 5_usize), ("bob", 4)] {
        let client = bellhop.mcp(&token(user));
        for (limit, wanted_pages) in [(1, count), (2, count.div_ceil(2)), (3, count.div_ceil(3)), (50, 1)] {
            let (rows, pages) = all(&client, "kinto_articles_list", json!({"limit": limit})).await;
            assert_eq!((rows.len(), pages), (count, wanted_pages), "{user} by {limit}: {rows:?}");
            assert!(rows.iter().all(|row| row["id"].as_str().is_some_and(|id| id.starts_with(user))), "{rows:?}");
        }
        let done = client.data("kinto_articles_list", &json!({"filters": {"done": true}, "fields": ["id"]})).await;
        assert_eq!(done, json!([{"id": format!("{user}-1")}]));
        let sorted = client.data("kinto_articles_list", &json!({"sort": ["-stars"], "limit": 2})).await;
        assert_eq!(texts(&sorted, "title"), [format!("{user} writes {count}"), format!("{user} writes {}", count - 1)]);
    }
}

#[tokio::test]
async fn what_one_user_writes_the_other_neither_sees_nor_changes() {
    let kinto = furnished().await;
    let bellhop = Bellhop::serve(&config(&kinto, "typed")).await;
    let (alice, bob) = (bellhop.mcp(&token("alice")), bellhop.mcp(&token("bob")));
    let made = alice.call("kinto_articles_create", &json!({"data": {"title": "mine alone", "stars": 3}})).await;
    assert_eq!((&made["success"], &made["data"]["title"]), (&json!(true), &json!("mine alone")), "{made:?}");
    let id = made["id"].clone();
    let before = kinto.articles("alice").await;
    assert_eq!(before.len(), 6);
    for (tool, arguments) in [
        ("kinto_articles_get", json!({"identifier": id})),
        ("kinto_articles_update", json!({"identifier": id, "data": {"title": "his"}})),
        ("kinto_articles_delete", json!({"identifier": id})),
    ] {
        let mut missing = arguments.clone();
        missing["identifier"] = "no-such-article".into();
        let (foreign, missing) = (bob.call(tool, &arguments).await, bob.call(tool, &missing).await);
        assert_eq!((&foreign["code"], &foreign["error"]), (&json!("not_found"), &missing["error"]), "{foreign:?}");
    }
    assert_eq!(kinto.articles("alice").await, before);
    let changed = alice.call("kinto_articles_update", &json!({"identifier": id, "data": {"stars": 5}})).await;
    assert_eq!(
        (&changed["data"]["title"], &changed["data"]["stars"]),
        (&json!("mine alone"), &json!(5)),
        "{changed:?}"
    );
    let gone = alice.call("kinto_articles_delete", &json!({"identifier": id})).await;
    assert_eq!(gone["success"], true, "{gone:?}");
    assert_eq!((kinto.articles("alice").await.len(), kinto.articles("bob").await.len()), (5, 4));
}

#[tokio::test]
async fn without_an_account_there_nothing_is_to_be_had() {
    let kinto = furnished().await;
    let bellhop = Bellhop::serve(&config(&kinto, "typed")).await;
    let stranger = crate::support::fixtures::token("carol");
    let answer = bellhop.mcp(&stranger).call("kinto_articles_list", &json!({})).await;
    assert_eq!((&answer["success"], &answer["code"]), (&json!(false), &json!("permission_denied")), "{answer:?}");
    // An account that Kinto does not know, and Alice's with a password that is not hers.
    for account in ["carol:x", "alice:x"] {
        let token = crate::support::fixtures::token_with("carol", &json!({"kinto": account}));
        let answer = bellhop.mcp(&token).call("kinto_articles_list", &json!({})).await;
        assert_eq!(answer["success"], false, "{answer:?}");
        assert!(!Value::from(answer.clone()).to_string().contains("alice writes"), "{answer:?}");
    }
    assert!(!bellhop.log().contains("the password of"), "a password is in the log");
}

#[tokio::test]
async fn by_chat_each_user_has_their_own() {
    let kinto = furnished().await;
    for tools in ["typed", "universal"] {
        let bellhop = Bellhop::serve(&config(&kinto, tools)).await;
        for (user, other) in [("alice", "bob"), ("bob", "alice")] {
            let said = |answer: &Value| answer["response"].as_str().expect("a response").to_owned();
            let listed = said(&chat(&bellhop, &token(user), "list my articles").await);
            assert!(
                listed.contains(&format!("{user} writes 1")) && !listed.contains(other),
                "{tools} {user}: {listed}"
            );
            let title = format!("by {user} through {tools}");
            let made = said(&chat(&bellhop, &token(user), &format!("create an article with title \"{title}\"")).await);
            assert!(made.contains(&title), "{tools} {user}: {made}");
            let (own, others) = (kinto.articles(user).await, kinto.articles(other).await);
            assert_eq!(own.iter().filter(|it| it["title"] == title.as_str()).count(), 1, "{own:?}");
            assert!(others.iter().all(|it| it["title"] != title.as_str()), "{others:?}");
        }
    }
}

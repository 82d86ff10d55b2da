//! Many users at the same time, through every door, and nobody sees anything of anybody else.

use futures::future::join_all;
use serde_json::json;

use super::mcp::{legacy, modern};
use super::server::{Answer, Server};

const USERS: usize = 16;
const ROUNDS: usize = 5;

#[tokio::test]
async fn each_of_many_users_gets_only_their_own_through_every_door() {
    let server = Server::start().await;
    let users: Vec<_> = (0..USERS).map(|at| format!("user-{at}-x")).collect();
    join_all(
        users
            .iter()
            .map(|user| server.call(user, "desk_notes_create", json!({"data": {"text": format!("of {user}")}}))),
    )
    .await;
    let server = &server;
    let rounds = (0..ROUNDS).flat_map(|_| &users).map(|user| async move {
        let token = server.token(user);
        let list = json!({"name": "desk_notes_list", "arguments": {}});
        let requests = [
            server.post("/api/tools/desk_notes_list").bearer_auth(&token).json(&json!({})),
            modern(server, &token, "tools/call", list.clone()),
            legacy(server, &token, "2025-11-25", "tools/call", list),
            server.post("/api/agents/chat").bearer_auth(&token).json(&json!({"message": "list notes"})),
        ];
        for answer in join_all(requests.map(Answer::of)).await {
            assert_eq!(answer.status, 200, "{answer:?}");
            assert!(answer.text.contains(&format!("of {user}")), "{user}: {answer:?}");
            assert_eq!(
                answer.text.matches("of user-").count(),
                answer.text.matches(&format!("of {user}")).count(),
                "{answer:?}"
            );
        }
    });
    join_all(rounds).await;
}

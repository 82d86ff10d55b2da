//! The built-in model at work on real rows and files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, missing_docs, reason = "tests")]

mod shop;

use bellhop_agent::{Agent, Ask, Limits, Model};
use gateway::ToolsMode;
use shop::Shop;

#[tokio::test]
async fn smoke() {
    let shop = Shop::open(ToolsMode::Typed).await;
    shop.file("alice", "old.log", "x");
    let toolbox = shop.toolbox("alice").await;
    let agent = Agent::new(Model::BuiltIn, Limits::default(), None).unwrap();
    for message in include_str!("phrases.txt").lines() {
        let answer = agent.ask(&toolbox, Ask { message, history: &[], request_id: "r" }).await.unwrap();
        let tools: Vec<_> = answer.tools_used.iter().map(|u| u.tool.as_str()).collect();
        println!("> {message}\n{tools:?}\n{}\n", answer.response);
    }
}

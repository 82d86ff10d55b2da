#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, missing_docs, reason = "tests")]
mod shop;
use bellhop_agent::{Agent, Ask, Limits, Model};
use gateway::ToolsMode;
use shop::Shop;
#[tokio::test]
async fn smoke() {
    let shop = Shop::open(ToolsMode::Typed).await;
    let toolbox = shop.toolbox("alice").await;
    let agent = Agent::new(Model::BuiltIn, Limits::default(), None).unwrap();
    for message in ["orders on 2026-10-21", "orders after 2026-10-21","orders before 2026-10-21", "orders in october","orders since 2026-10-21", "how many orders before 2026-10-22", "tasks due 2026-12-01","tasks due after 2026-11-30", "create a task with title=X, due=2026-12-12", "files modified today", "status = Open orders"] {
        let answer = agent.ask(&toolbox, Ask { message, history: &[], request_id: "r" }).await.unwrap();
        println!("> {message}\n{}\n", answer.response);
    }
}

//! What the built-in model plans. Only the plan is looked at here; `tests/builtin.rs` carries it out.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod asks_back;
mod catalogs;
mod identity;
mod reads;
mod several;
#[path = "../../../tests/shop/mod.rs"]
mod shop;
mod wishes;
mod writes;

use gateway::{Toolbox, ToolsMode};
use jiff::civil::{Date, date};
use serde_json::Value;

use super::nouns::World;
use super::plan::Plan;
use super::steps;
use shop::Shop;

const TODAY: Date = date(2026, 11, 22);

/// A call that is planned, or what is said instead.
#[derive(Debug, PartialEq)]
enum Planned {
    Call(String, Value),
    Says(String),
}

fn planned(toolbox: &Toolbox, message: &str) -> Planned {
    let world = World::new(toolbox, TODAY);
    let mut steps = steps::read(&world, message);
    let step = steps.remove(0);
    assert!(steps.is_empty(), "{message} is one step, not also {steps:?}");
    match step.plan {
        Plan::Act(act) => Planned::Call(act.tool, act.arguments),
        Plan::Say(text) | Plan::Tell(text) => Planned::Says(text),
        Plan::Look(look) => panic!("{message} is looked up: {look:?}"),
    }
}

async fn alice(tools: ToolsMode) -> (Shop, Toolbox) {
    let shop = Shop::open(tools).await;
    let toolbox = shop.toolbox("alice").await;
    (shop, toolbox)
}

/// Every message makes exactly this call; all that differ are shown at once.
async fn check(table: Vec<(&str, &str, Value)>) {
    let (_shop, toolbox) = alice(ToolsMode::Typed).await;
    let wrong: Vec<String> = table
        .into_iter()
        .filter_map(|(message, tool, arguments)| {
            let wanted = Planned::Call(tool.to_owned(), arguments);
            let got = planned(&toolbox, message);
            (got != wanted).then(|| format!("{message}\n  wanted {wanted:?}\n  got    {got:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

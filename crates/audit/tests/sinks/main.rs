//! Sinks by themselves: what they keep, and what the end of a process leaves behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod file;
mod table;

use access::Effect;
use gateway::AuditLine;

/// A line of a call that created something.
fn line(call_id: &str, outcome: &'static str, begun: bool) -> AuditLine {
    AuditLine {
        time_ms: 1_780_000_000_000,
        call_id: call_id.into(),
        request_id: "r".into(),
        caller: "alice".into(),
        issuer: "https://login.example.test".into(),
        door: "http",
        tool: "shop_orders_create".into(),
        resource: Some("shop".into()),
        target: Some("orders".into()),
        effect: Some(Effect::Write),
        arguments_sha256: Some("00".repeat(32)),
        arguments: None,
        outcome,
        duration_us: 7,
        begun,
    }
}

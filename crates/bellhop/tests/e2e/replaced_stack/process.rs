use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::chat;
use crate::support::{Bellhop, process};

#[tokio::test]
async fn sixteen_users_at_once_each_get_their_own_answer() {
    let bellhop = Bellhop::demo().await;
    let mut tasks = tokio::task::JoinSet::new();
    let started = Instant::now();
    for turn in 0..48 {
        let (user, own, foreign) = if turn % 2 == 0 { ("alice", "104", "203") } else { ("bob", "203", "104") };
        let (url, token) = (bellhop.url.clone(), bellhop.token(user));
        tasks.spawn(async move {
            let request = crate::support::http().post(format!("{url}/api/agents/chat")).bearer_auth(token);
            let answer = request.json(&json!({"message": "show my orders"})).send().await.expect("the server answers");
            let answer: Value = answer.json().await.expect("JSON");
            let text = answer["response"].as_str().unwrap_or_else(|| panic!("{answer}"));
            assert!(text.contains(own) && !text.contains(foreign), "{user} got {text}");
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("every answer is right");
    }
    let each = started.elapsed() / 48;
    assert!(each < Duration::from_millis(500), "{each:?} for each message");
    let resident = resident_mib(bellhop.pid());
    assert!(resident < 256, "{resident} MiB resident after sixteen users at once");
}

/// Memory that a process has in use, from its status. Nothing where the system does not say.
fn resident_mib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or_default() / 1024
}

#[tokio::test]
async fn nothing_is_sent_anywhere_unless_configured() {
    // Whatever would leave by HTTP would ask this proxy first.
    let proxy = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
    let address = format!("http://{}", proxy.local_addr().expect("an address"));
    let names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
    let variables: Vec<_> = names.iter().map(|name| (*name, address.as_str())).collect();
    let bellhop = Bellhop::start(process::home(), &["demo", "--port", "0", "--json"], &variables).await;
    let token = bellhop.token("alice");
    chat(&bellhop, &token, "show my last 3 orders").await;
    bellhop.mcp(&token).call("shop_orders_list", &json!({})).await;
    let someone = tokio::time::timeout(Duration::from_millis(500), proxy.accept()).await;
    assert!(someone.is_err(), "something was sent");
    assert_eq!(foreign_peers(bellhop.pid()), Vec::<String>::new());
}

/// Addresses outside this machine that a process has a TCP connection to, as /proc writes them.
fn foreign_peers(pid: u32) -> Vec<String> {
    let open = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().filter_map(Result::ok);
    let links = open.filter_map(|entry| std::fs::read_link(entry.path()).ok());
    let sockets: Vec<String> = links
        .filter_map(|link| link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']').map(str::to_owned))
        .collect();
    let table = |name: &str| std::fs::read_to_string(format!("/proc/{pid}/net/{name}")).unwrap_or_default();
    let lines = table("tcp") + &table("tcp6");
    let lines = lines.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let own = lines.filter(|words| words.get(9).is_some_and(|inode| sockets.iter().any(|it| it == inode)));
    // 00000000 is no peer at all, …7F is 127.0.0.0/8 in the table's byte order, and …01000000 is ::1.
    let near = |peer: &str| {
        let address = peer.split(':').next().unwrap_or_default();
        address.bytes().all(|byte| byte == b'0')
            || address.ends_with("7F")
            || address.ends_with("0000000001000000")
            || address.ends_with("FFFF00000100007F")
    };
    own.filter_map(|words| words.get(2).map(|peer| (*peer).to_owned())).filter(|peer| !near(peer)).collect()
}

use serde_json::{Value, json};

use super::{SERVE, basics, root, serve, token};
use crate::support::fixtures::{SECRET, Shop};
use crate::support::{Bellhop, Mcp, process};

/// How many orders the user has, by whichever projection is offered.
async fn orders(mcp: &Mcp) -> Value {
    let tools = mcp.tool_names().await;
    let typed = tools.iter().find(|name| name.ends_with("orders_list"));
    let envelope = match typed {
        Some(list) => mcp.call(list, &json!({})).await,
        None => mcp.call("list", &json!({"resource_type": "orders"})).await,
    };
    envelope.get("count").cloned().unwrap_or_else(|| panic!("{envelope:?}"))
}

#[tokio::test]
async fn database_url_with_sqlite() {
    let shop = Shop::sqlite().await;
    let variables = [("DATABASE_URL", shop.url.as_str()), ("JWT_SECRET", SECRET), ("JWT_ISSUER", "https://me.test")];
    let bellhop = serve(&variables).await;
    assert_eq!(orders(&bellhop.mcp(&token("alice", SECRET, "https://me.test"))).await, 2);
}

#[tokio::test]
async fn database_url_with_postgresql() {
    let shop = Shop::postgres().await;
    // As the how-to of the Python stack writes it.
    let url = shop.url.replacen("postgres://", "postgresql+asyncpg://", 1);
    let bellhop = serve(&[("DATABASE_URL", &url), ("JWT_SECRET", SECRET), ("JWT_ISSUER", "https://me.test")]).await;
    assert_eq!(orders(&bellhop.mcp(&token("bob", SECRET, "https://me.test"))).await, 2);
}

#[tokio::test]
async fn base_data_path_and_jwt_secret_with_jwt_issuer() {
    let (_folder, root) = root();
    let bellhop = serve(&basics(&root, &[])).await;
    let mcp = bellhop.mcp(&token("bob", SECRET, "https://me.test"));
    let tools = mcp.tool_names().await;
    let list = tools.iter().find(|name| name.ends_with("files_list")).unwrap_or_else(|| panic!("{tools:?}"));
    let files = mcp.data(list, &json!({})).await;
    assert!(files.to_string().contains("plan.md") && !files.to_string().contains("ALICE"), "{files}");
    let (status, _) =
        bellhop.mcp(&token("bob", "another secret, as long as the first one", "https://me.test")).status().await;
    assert_eq!(status, 401, "a token signed with another secret");
}

#[tokio::test]
async fn a_dot_env_file_counts_and_the_environment_wins() {
    let (_folder, root) = root();
    let home = process::home();
    let lines =
        format!("# of this folder\nBASE_DATA_PATH={root}\nJWT_SECRET=\"{SECRET}\"\nJWT_ISSUER=https://other.test\n");
    std::fs::write(home.path().join(".env"), lines).expect("a file can be written");
    let bellhop = Bellhop::start(home, &SERVE, &[("JWT_ISSUER", "https://me.test")]).await;
    assert_eq!(bellhop.mcp(&token("bob", SECRET, "https://me.test")).status().await.0, 200);
}

#[tokio::test]
async fn an_empty_environment_says_what_to_set() {
    let home = process::home();
    let said = process::refused(home.path(), &SERVE, &[]).await;
    assert!(said.contains("DATABASE_URL") && said.contains("BASE_DATA_PATH"), "{said}");
}

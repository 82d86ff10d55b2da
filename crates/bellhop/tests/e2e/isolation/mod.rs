//! Two users and every tool: whatever Bob calls with whatever of Alice's, nothing of hers appears or changes, and
//! what is hers looks to him like what does not exist.
//!
//! Which tools there are, what they take and what is put in comes from the catalog as it is served and from Alice's
//! own answers; no tool is named here. That the check finds holes is shown by houses with holes.

mod attack;
mod foreign;
mod graphql;
mod grpc;
mod judge;
mod kinto;
mod mcp;
mod modbus;
mod mqtt;
mod own;
mod pool;
mod settings;
mod target;
mod things;
mod tries;

use std::path::Path;

use tempfile::TempDir;

use crate::support::fixtures::{self, Shop};
use crate::support::{Bellhop, process};
use attack::attack;
use judge::Findings;
use target::Target;

/// A house with both users' rows and files, and what must be the same in it before and after.
struct House {
    bellhop: Bellhop,
    root: TempDir,
    shop: Shop,
}

impl House {
    async fn open(shop: Shop, tools: &str, more: &str) -> Self {
        let root = process::home();
        fixtures::furnish(root.path());
        let more = format!("{}{more}", shop.config());
        let config = fixtures::config(&shop.url, root.path(), tools, &more);
        Self { bellhop: Bellhop::serve(&config).await, root, shop }
    }

    /// Lets Bob do his worst.
    async fn attacked(&self) -> Findings {
        self.attacked_at("").await
    }

    /// The same, only with what holds this word.
    async fn attacked_at(&self, focus: &str) -> Findings {
        self.attacked_by(&fixtures::token("alice"), &fixtures::token("bob"), focus).await
    }

    async fn attacked_by(&self, alice: &str, bob: &str, focus: &str) -> Findings {
        let before = self.snapshot().await;
        let settle = async |target: &Target, findings: &mut Findings| {
            findings.compare(&target.name(), &before, &self.snapshot().await);
            self.shop.refill().await;
            fixtures::furnish(self.root.path());
        };
        let findings = attack(&self.bellhop.mcp(alice), &self.bellhop.mcp(bob), focus, settle).await;
        eprintln!("{}", findings.summary());
        findings
    }

    async fn snapshot(&self) -> Vec<String> {
        let mut all = self.shop.alices_rows().await;
        let files = fixtures::alices_files(self.root.path());
        all.extend(files.iter().map(|(path, text)| line(path, text)));
        all
    }
}

fn line(path: &Path, text: &[u8]) -> String {
    format!("file {} {}", path.display(), String::from_utf8_lossy(text))
}

#[tokio::test]
async fn typed_tools_over_sqlite_and_files_keep_users_apart() {
    House::open(Shop::sqlite().await, "typed", "").await.attacked().await.assert_clean();
}

#[tokio::test]
async fn universal_tools_over_sqlite_and_files_keep_users_apart() {
    House::open(Shop::sqlite().await, "universal", "").await.attacked().await.assert_clean();
}

#[tokio::test]
async fn typed_tools_over_postgresql_keep_users_apart() {
    House::open(Shop::postgres().await, "typed", "").await.attacked().await.assert_clean();
}

#[tokio::test]
async fn universal_tools_over_postgresql_keep_users_apart() {
    House::open(Shop::postgres().await, "universal", "").await.attacked().await.assert_clean();
}

#[tokio::test]
async fn typed_tools_over_mariadb_keep_users_apart() {
    House::open(Shop::mariadb().await, "typed", "").await.attacked().await.assert_clean();
}

#[tokio::test]
async fn universal_tools_over_mariadb_keep_users_apart() {
    House::open(Shop::mariadb().await, "universal", "").await.attacked().await.assert_clean();
}

#[tokio::test]
async fn a_private_table_that_is_opened_for_reading_is_found() {
    let findings =
        House::open(Shop::sqlite().await, "typed", "tables.letters.shared = true\n").await.attacked_at("letters").await;
    assert!(findings.leaks.keys().any(|leak| leak.contains("ALICE-0701")), "{}", findings.summary());
}

#[tokio::test]
async fn a_private_table_that_is_opened_for_writing_is_found() {
    let house = House::open(Shop::sqlite().await, "universal", "tables.letters.shared_writable = true\n").await;
    let findings = house.attacked_at("letters").await;
    assert!(findings.changed.iter().any(|line| line.contains("letters")), "{}", findings.summary());
}

#[tokio::test]
async fn an_owner_column_that_is_wrong_is_found() {
    let shop = Shop::sqlite().await;
    shop.execute("UPDATE boxes SET content = 'bob' WHERE id = 700061").await;
    let findings = House::open(shop, "typed", "tables.boxes.owner = \"content\"\n").await.attacked_at("boxes").await;
    assert!(!findings.leaks.is_empty(), "{}", findings.summary());
}

#[tokio::test]
async fn two_users_taken_for_one_are_found() {
    let root = process::home();
    fixtures::furnish(root.path());
    let shop = Shop::sqlite().await;
    let config = fixtures::config(&shop.url, root.path(), "typed", shop.config());
    // A claim that is the same for all: everybody's folder and rows become one user's.
    let config = config.replacen("[auth]\n", "[auth]\nuser_id_claim = \"org\"\n", 1);
    let house = House { bellhop: Bellhop::serve(&config).await, root, shop };
    let org = serde_json::json!({"org": "alice"});
    let (alice, bob) = (fixtures::token_with("alice", &org), fixtures::token_with("bob", &org));
    for (focus, kind) in [("orders", "ALICE-01"), ("notes", "ALICE-09")] {
        let findings = house.attacked_by(&alice, &bob, focus).await;
        assert!(findings.leaks.keys().any(|leak| leak.contains(kind)), "{focus}: {}", findings.summary());
        assert!(!findings.changed.is_empty(), "{focus}: {}", findings.summary());
    }
}

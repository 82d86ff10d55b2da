//! A small shop in SQLite and a folder of files, behind a real gateway, for users who are really verified.

use std::sync::Arc;

use access::{Policy, ResourcePolicy};
use connector::Connector;
use connector_files::Files;
use connector_sql::Sql;
use gateway::{Audit, Door, Gateway, Options, Toolbox, ToolsMode};
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;

pub(crate) struct Shop {
    pub(crate) gateway: Gateway,
    folder: TempDir,
}

impl Shop {
    pub(crate) async fn open(tools: ToolsMode) -> Self {
        Self::with(tools, ResourcePolicy::default(), Audit::default()).await
    }

    pub(crate) async fn with(tools: ToolsMode, policy: ResourcePolicy, audit: Audit) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite://{}", folder.path().join("shop.db").display());
        let mut connection =
            SqliteConnection::connect(&format!("{url}?mode=rwc")).await.expect("a new SQLite file can be opened");
        sqlx::raw_sql(include_str!("seed.sql")).execute(&mut connection).await.expect("the shop can be filled");
        connection.close().await.expect("closed");
        let mut config = connector_sql::Config::new(url);
        config.shared = vec!["products".into()];
        let sql = Sql::connect("shop", config).await.expect("the shop can be opened");
        let mut config = connector_files::Config::new(folder.path().join("files"));
        config.create_root = true;
        let files = Files::open("notes", config).await.expect("the folder can be opened");
        let resources: [(String, Arc<dyn Connector>); 2] =
            [("shop".into(), Arc::new(sql)), ("notes".into(), Arc::new(files))];
        let policy = Policy::new(["shop", "notes"].map(|name| (name.to_owned(), policy.clone())));
        let options = Options { tools, ..Options::default() };
        let gateway = Gateway::new(resources, policy, options, audit, None).expect("a gateway");
        Self { gateway, folder }
    }

    pub(crate) async fn toolbox(&self, user: &str) -> Toolbox {
        self.gateway.toolbox(testkit::caller(user).await, Door::Chat)
    }

    /// Puts a file into a user's folder.
    #[allow(dead_code, reason = "not every test needs files")]
    pub(crate) fn file(&self, user: &str, path: &str, text: &str) {
        let file = self.folder.path().join("files").join(connector_files::folder_name(user)).join(path);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("folders can be made");
        std::fs::write(file, text).expect("a file can be written");
    }
}

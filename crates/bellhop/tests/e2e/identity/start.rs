//! What `serve` does not start with.

use crate::support::process;

#[tokio::test]
async fn serve_does_not_start_without_an_issuer_or_an_audience() {
    for (auth, word) in [
        ("", "issuer"),
        ("[auth]\naudience = \"x\"\n", "issuer"),
        ("[auth]\nissuer = \"https://login.test\"\n", "audience"),
        ("[auth]\nissuer = \"https://login.test\"\naudience = \"\"\n", "audience"),
        ("[auth]\nissuer = \"https://login.test\"\naudience = \"x\"\nsecret = \"short\"\n", "32"),
    ] {
        let home = process::home();
        let text = format!("{auth}[resources.notes]\nkind = \"files\"\nroot = \".\"\n");
        std::fs::write(home.path().join("test.toml"), text).expect("a file can be written");
        let said = process::refused(home.path(), &["serve", "--config", "test.toml", "--port", "0"], &[]).await;
        assert!(said.contains(word), "{auth:?} was refused with\n{said}");
    }
}

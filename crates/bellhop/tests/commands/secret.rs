//! `bellhop secret`, and what its end in the middle leaves behind.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use credentials::{KeyRing, Place, RecordKind, Slot, Store};
use serde_json::{Value, json};
use upstream::Credential;

use super::Folder;

const CONFIG: &str = r#"
[auth]
issuer = "https://issuer.test"
audience = "https://bellhop.test"
secret = "0123456789abcdef0123456789abcdef"

[resources.billing]
kind = "openapi"
url = "https://billing.test"
credential = { store = true }
"#;

async fn folder() -> Folder {
    let folder = Folder::new().await;
    folder.write("bellhop.toml", CONFIG);
    folder
}

fn key(folder: &Folder) -> String {
    folder.answers(&["secret", "key"], &[]).trim().to_owned()
}

/// Gives a command its standard input.
fn fed(folder: &Folder, arguments: &[&str], key: &str, input: &str) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellhop"));
    command.args(arguments).current_dir(folder.path()).env_clear().env("BELLHOP_STORE_KEY", key);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    assert!(!text.contains("panicked"), "{text}");
    (output.status.success(), text)
}

async fn store(folder: &Folder, current: &str, old: &str) -> Store {
    let place = Place::File(folder.path().join(".bellhop/credentials.db"));
    Store::open(&place, KeyRing::parse(current, old).unwrap(), Duration::from_secs(20)).await.unwrap()
}

fn slot(user: &str) -> Slot {
    let issuer = "https://issuer.test".into();
    Slot { resource: "billing".into(), issuer, user: user.into(), kind: RecordKind::Credential }
}

#[tokio::test]
async fn secrets_are_kept_listed_and_removed_and_never_shown() {
    let folder = folder().await;
    let key = key(&folder);
    let variables = [("BELLHOP_STORE_KEY", key.as_str())];
    let (done, said) = fed(&folder, &["secret", "set", "billing", "--user", "alice"], &key, "alices-key\n");
    assert!(done && !said.contains("alices-key"), "{said}");
    let account = ["secret", "set", "billing", "--user", "bob", "--username", "bobs-account"];
    let (done, said) = fed(&folder, &account, &key, "bobs-password");
    assert!(done && !said.contains("bobs-password"), "{said}");
    assert!(fed(&folder, &["secret", "set", "billing", "--user", "carol", "--dev"], &key, "x").0);

    let listed = folder.answers(&["secret", "list", "--json"], &variables);
    assert!(!listed.contains("bobs") && !listed.contains("alices"), "{listed}");
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let told: Vec<_> = listed["credentials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            assert!(entry["set_at_s"].as_u64().unwrap() > 1_700_000_000);
            json!([entry["resource"], entry["user"], entry["issuer"], entry["kind"], entry["type"]])
        })
        .collect();
    let expected = [
        json!(["billing", "carol", "https://development.bellhop.invalid", "credential", "token"]),
        json!(["billing", "alice", "https://issuer.test", "credential", "token"]),
        json!(["billing", "bob", "https://issuer.test", "credential", "basic"]),
    ];
    assert_eq!(told, expected);
    let plain = folder.answers(&["secret", "list", "--user", "bob"], &variables);
    assert!(plain.contains("bob") && !plain.contains("bobs-") && !plain.contains("alice"), "{plain}");

    let opened = store(&folder, &key, "").await;
    let Some(Credential::Token(token)) = opened.credential(&slot("alice")).await.unwrap() else { panic!("no token") };
    assert_eq!(token.expose(), "alices-key");
    folder.answers(&["secret", "remove", "billing", "--user", "alice"], &variables);
    let again = folder.fails_with(&["secret", "remove", "billing", "--user", "alice"], &variables);
    assert!(again.contains("there is no such credential"), "{again}");
    assert!(opened.credential(&slot("alice")).await.unwrap().is_none());
    assert!(opened.credential(&slot("bob")).await.unwrap().is_some());
}

#[tokio::test]
async fn a_secret_is_kept_for_the_issuer_that_has_the_user() {
    let folder = folder().await;
    let second = "[[auth]]\nissuer = \"https://second.test\"\nsame_users_as = \"https://issuer.test\"\n\
                  audience = \"https://bellhop.test\"\nsecret = \"another-secret-of-thirty-two-bytes\"\n";
    folder.write("bellhop.toml", &format!("{}\n{second}", CONFIG.replace("[auth]", "[[auth]]")));
    let key = key(&folder);
    let set = ["secret", "set", "billing", "--user", "alice", "--issuer"];
    let (done, said) = fed(&folder, &[&set[..], &["https://second.test"]].concat(), &key, "alices-key");
    assert!(done, "{said}");
    assert!(store(&folder, &key, "").await.credential(&slot("alice")).await.unwrap().is_some());
    let (done, said) = fed(&folder, &[&set[..], &["https://isuer.test"]].concat(), &key, "alices-key");
    assert!(!done && said.contains("there is https://issuer.test, https://second.test"), "{said}");
    let remove = ["secret", "remove", "billing", "--user", "alice", "--issuer", "https://second.test"];
    folder.answers(&remove, &[("BELLHOP_STORE_KEY", key.as_str())]);
}

#[tokio::test]
async fn each_mistake_says_what_to_do() {
    let folder = folder().await;
    let (right, wrong) = (key(&folder), key(&folder));
    let set = ["secret", "set", "billing", "--user", "alice"];
    let no_key = folder.fails_with(&["secret", "list"], &[]);
    assert!(no_key.contains("`bellhop secret key` prints one"), "{no_key}");
    let no_base64 = folder.fails_with(&["secret", "list"], &[("BELLHOP_STORE_KEY", "hunter2-hunter2")]);
    assert!(no_base64.contains("32 bytes in base64") && !no_base64.contains("hunter2"), "{no_base64}");
    assert!(fed(&folder, &set, &right, "").1.contains("nothing was given"));
    let unknown = fed(&folder, &["secret", "set", "biling", "--user", "alice"], &right, "x").1;
    assert!(unknown.contains("no resource is called \"biling\""), "{unknown}");
    assert!(fed(&folder, &set, &right, "x").0);
    let other = fed(&folder, &set, &wrong, "y").1;
    assert!(other.contains("sealed with the key") && other.contains("BELLHOP_STORE_KEYS_OLD"), "{other}");
    // A server that needs the store does not start without what opens it.
    let (done, said) = fed(&folder, &["check"], &wrong, "");
    assert!(!done && said.contains("sealed with the key"), "{said}");
}

/// How many records stand in the way of a rotation that is to be killed in the middle.
const RECORDS: usize = 1_200;

/// Long, so that a rotation takes its time.
fn kept(number: usize) -> String {
    format!("{number}-{}", "k".repeat(8_000))
}

#[tokio::test]
async fn a_rotation_that_is_killed_keeps_all() {
    let folder = folder().await;
    let (old, new) = (key(&folder), key(&folder));
    let full = store(&folder, &old, "").await;
    for number in 0..RECORDS {
        let credential = Credential::Token(kept(number).into());
        full.set_credential(&slot(&format!("user-{number}")), &credential).await.unwrap();
    }
    drop(full);
    let journal = folder.path().join(".bellhop/credentials.db-journal");
    let rotate = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bellhop"));
        command.args(["secret", "rotate"]).current_dir(folder.path()).env_clear();
        command.env("BELLHOP_STORE_KEY", &new).env("BELLHOP_STORE_KEYS_OLD", &old).stdout(Stdio::null());
        command
    };
    let mut killed = 0;
    for wait_ms in [1, 30, 80, 150] {
        let mut child = rotate().spawn().unwrap();
        while child.try_wait().unwrap().is_none() && !journal.exists() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        child.kill().unwrap();
        let ended = child.wait().unwrap();
        killed += usize::from(!ended.success() && journal.exists());
        let store = store(&folder, &new, &old).await;
        assert_eq!(store.list().await.unwrap().len(), RECORDS, "killed after {wait_ms} ms");
        for number in (0..RECORDS).step_by(97) {
            let credential = store.credential(&slot(&format!("user-{number}"))).await.unwrap();
            let Some(Credential::Token(token)) = credential else { panic!("user-{number} lost theirs") };
            assert_eq!(token.expose(), kept(number));
        }
    }
    assert!(killed > 0, "no kill came in the middle of a rotation");
    assert!(rotate().status().unwrap().success());
    let rotated = store(&folder, &new, "").await;
    assert_eq!(rotated.list().await.unwrap().len(), RECORDS);
}

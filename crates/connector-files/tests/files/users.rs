//! Two users, and users whose ids are meant to be somebody else's.

use bellhop_connector_files::folder_name;
use connector::{Connector, Effect, Operation};
use serde_json::json;

use crate::support::{
    Ask, Bench, RESOURCE, bench, bench_with, create, delete, get, invoke, not_found, refusal, snapshot, update,
};

/// Everything that a user can ask about one path.
fn everything(path: &str) -> Vec<Operation> {
    vec![
        get(path, json!({})),
        get(path, json!({"offset": 1, "length": 2})),
        create(json!({"path": path, "content": "planted"})),
        create(json!({"path": path, "kind": "folder"})),
        update(path, json!({"content": "planted"}), json!({})),
        update(path, json!({"content": "planted"}), json!({"create_missing": true})),
        invoke("append", json!({"path": path, "content": "planted"})),
        invoke("append", json!({"path": path, "content": "planted", "create_missing": true})),
        delete(path, json!({})),
        delete(path, json!({"recursive": true})),
        invoke("move", json!({"from": path, "to": "stolen", "overwrite": true})),
        invoke("move", json!({"from": "mine.md", "to": path, "overwrite": true})),
        invoke("copy", json!({"from": path, "to": "stolen", "overwrite": true})),
        invoke("copy", json!({"from": "mine.md", "to": path, "overwrite": true})),
        invoke("search", json!({"text": "classified", "folder": path})),
        invoke("search", json!({"text": "classified", "glob": path})),
    ]
}

pub(crate) async fn try_everything(bench: &Bench, user: &str, path: &str) {
    let lists = [json!({"folder": path}), json!({"glob": path}), json!({"folder": path, "recursive": false})];
    let lists = lists.map(|options| bench.list_operation(Ask { options, ..Ask::default() }));
    for operation in everything(path).into_iter().chain(lists) {
        let shown = format!("{operation:?}");
        let said = match bench.run(user, operation).await {
            Ok(outcome) => format!("{:?} {:?}", outcome.data, outcome.notices),
            Err(error) => {
                assert_ne!(error.kind().code(), "internal", "{shown}: {error:?}");
                error.message().to_owned()
            }
        };
        assert!(!said.contains("classified"), "{shown}: {said}");
        assert!(!said.contains(bench.root.path().to_str().unwrap()), "{shown}: {said}");
    }
}

#[tokio::test]
async fn one_users_paths_lead_to_nothing_of_another() {
    let bench = bench().await;
    bench.put("bob", "secret.md", "bob's classified");
    bench.put("bob", "folder/deep.md", "bob's classified");
    let bobs = snapshot(&bench.home("bob"));
    for path in ["secret.md", "folder", "folder/deep.md"] {
        bench.put("alice", "mine.md", "hers");
        try_everything(&bench, "alice", path).await;
        assert_eq!(snapshot(&bench.home("bob")), bobs, "{path}");
        std::fs::remove_dir_all(bench.home("alice")).unwrap();
    }
}

#[tokio::test]
async fn what_is_anothers_and_what_is_missing_are_told_in_the_same_words() {
    let bench = bench().await;
    bench.put("bob", "secret.md", "");
    bench.put("alice", "mine.md", "");
    for path in ["secret.md", "missing.md"] {
        let operations = [
            get(path, json!({})),
            update(path, json!({"content": "x"}), json!({})),
            delete(path, json!({})),
            invoke("move", json!({"from": path, "to": "x"})),
            invoke("copy", json!({"from": path, "to": "x"})),
        ];
        for operation in operations {
            assert_eq!(refusal(bench.run("alice", operation).await), not_found());
        }
    }
}

#[tokio::test]
async fn an_id_whose_name_begins_like_anothers_is_another_user() {
    let bench = bench().await;
    bench.put("alice", "secret.md", "alice's classified");
    let hers = snapshot(&bench.home("alice"));
    for user in ["al", "alic", "alicee", "alice2"] {
        bench.put(user, "mine.md", "his");
        try_everything(&bench, user, "../alice/secret.md").await;
        assert_eq!(snapshot(&bench.home("alice")), hers, "{user}");
    }
}

/// Ids made to move the root, to meet, or to break something.
fn strange_ids() -> Vec<String> {
    let mut ids: Vec<String> = [
        ".",
        "..",
        "...",
        "../..",
        "../alice",
        "/",
        "//",
        "/etc",
        "/etc/passwd",
        "\\",
        "..\\alice",
        "C:\\",
        "a/b",
        "a",
        "b",
        "a/../b",
        "alice",
        "Alice",
        "ALICE",
        "alice ",
        " alice",
        "alice.",
        ".alice",
        "alice/",
        "alice\0",
        "\0",
        "alice\n",
        "аlice",
        "ａlice",
        "alicе",
        "ﬁ",
        "fi",
        "é",
        "e\u{301}",
        "ı",
        "i",
        "I",
        "İ",
        "ß",
        "ss",
        "K",
        "\u{212a}",
        "alice\u{200b}",
        "\u{202e}ecila",
        "%2e%2e",
        "%2e%2e%2falice",
        "=2e=2e",
        "=",
        "==",
        "=-",
        "=2e",
        "con",
        "CON",
        "con.txt",
        "nul",
        "com1",
        "com¹",
        "lpt9.x",
        "~",
        "~root",
        "$HOME",
        "*",
        "?",
        "a:b",
        "-rf",
        "--",
        "\u{7f}",
        "😀",
        "\u{1F600}\u{FE0F}",
        "0",
        "00",
        "None",
        "null",
        "undefined",
        "alice;bob",
        "alice,bob",
        "alice|bob",
        ".bellhop-x",
        ".bellhop-0123456789abcdef0123456789abcdef.part",
    ]
    .map(str::to_owned)
    .to_vec();
    ids.extend(["x".repeat(1024), "x".repeat(1023), "X".repeat(1024), "é".repeat(512), "../".repeat(300)]);
    ids.extend([format!("{}a", "y".repeat(250)), format!("{}b", "y".repeat(250)), "/".repeat(200), "y".repeat(200)]);
    ids
}

#[tokio::test]
async fn every_id_has_a_folder_of_its_own_inside_the_root() {
    let bench = bench().await;
    let mut ids = strange_ids();
    // The store of the tests keeps a second file beside each, whose name is longer by half.
    ids.retain(|id| !crate::ON_STORE || folder_name(id).len() < 120);
    for id in &ids {
        bench.create(id, "mine.md", &format!("of {id:?}")).await.unwrap();
    }
    for id in &ids {
        assert_eq!(bench.text(id, "mine.md").await, format!("of {id:?}"));
        assert_eq!(bench.paths(id, Ask::default()).await, ["mine.md"], "{id:?}");
    }
    let outside = std::fs::read_dir(bench.users().parent().unwrap()).unwrap();
    assert_eq!(outside.map(|item| item.unwrap().file_name()).collect::<Vec<_>>(), ["users"]);
    let mut folders: Vec<_> = std::fs::read_dir(bench.users())
        .unwrap()
        .map(|item| item.unwrap().file_name().into_string().unwrap().to_lowercase())
        .collect();
    folders.sort();
    let mut wanted: Vec<_> = ids.iter().map(|id| folder_name(id)).collect();
    wanted.sort();
    assert_eq!(folders, wanted);
}

#[tokio::test]
async fn a_permit_for_something_else_is_refused() {
    let bench = bench().await;
    bench.put("alice", "a.md", "");
    let caller = testkit::caller("alice").await;
    let read = get("a.md", json!({}));
    let wrong = [
        testkit::permit(&caller, "other", &read, Effect::Read),
        testkit::permit(&caller, RESOURCE, &read, Effect::Write),
        testkit::permit(&caller, RESOURCE, &invoke("search", json!({})), Effect::Read),
    ];
    for permit in wrong {
        let refused = bench.files.execute(permit, read.clone(), &testkit::context()).await;
        assert_eq!(refusal(refused).0, "internal");
    }
    for action in ["chmod", "", "files"] {
        assert_eq!(refusal(bench.invoke("alice", action, json!({})).await).0, "invalid_argument");
    }
}

#[tokio::test]
async fn users_of_an_issuer_can_have_a_folder_of_their_own() {
    let bench = bench_with(|config| config.by_issuer = true).await;
    bench.create("alice", "a.md", "hers").await.unwrap();
    let issuer = testkit::caller("alice").await.issuer().to_owned();
    let file = bench.users().join(folder_name(&issuer)).join("alice/a.md");
    assert_eq!(std::fs::read_to_string(file).unwrap(), "hers");
    assert_eq!(bench.text("alice", "a.md").await, "hers");
}

use serde_json::json;

use super::folders;
use crate::support::{fixtures, process};

#[tokio::test]
async fn a_user_whose_name_begins_another_users_name_stays_outside() {
    let (bellhop, root) = folders().await;
    let before = fixtures::alices_files(root.path());
    let al = bellhop.mcp(&fixtures::token("al"));
    for path in ["../alice/shared-name.txt", "../alice", "./../alice/shared-name.txt", "x/../../alice/shared-name.txt"]
    {
        let calls = [
            ("notes_files_get", json!({"identifier": path})),
            ("notes_files_update", json!({"identifier": path, "data": {"content": "x"}})),
            ("notes_files_delete", json!({"identifier": path})),
            ("notes_files_create", json!({"data": {"path": path, "content": "x"}})),
            ("notes_move", json!({"from": path, "to": "mine.txt"})),
            ("notes_copy", json!({"from": path, "to": "mine.txt"})),
        ];
        for (tool, arguments) in calls {
            let answer = al.call(tool, &arguments).await;
            assert_eq!(answer["success"], false, "{tool} {path}: {answer:?}");
            assert!(!format!("{answer:?}").contains("ALICE"), "{tool} {path}: {answer:?}");
        }
    }
    let mut after = fixtures::alices_files(root.path());
    after.retain(|path, _| !path.starts_with("al"));
    assert_eq!(before, after);
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_that_leads_out_of_the_users_folder_is_not_followed() {
    let (bellhop, root) = folders().await;
    let outside = process::home();
    std::fs::write(outside.path().join("secret.txt"), "a secret outside").expect("a file can be written");
    let bobs = root.path().join("bob");
    for (to, name) in [
        (outside.path().join("secret.txt"), "file-link"),
        (outside.path().to_owned(), "folder-link"),
        (root.path().join("alice"), "alice-link"),
        ("../alice".into(), "short-link"),
    ] {
        std::os::unix::fs::symlink(to, bobs.join(name)).expect("a link can be made");
    }
    let bob = bellhop.mcp(&fixtures::token("bob"));
    for path in ["file-link", "folder-link/secret.txt", "alice-link/shared-name.txt", "short-link/shared-name.txt"] {
        let read = bob.call("notes_files_get", &json!({"identifier": path})).await;
        assert_eq!(read["success"], false, "{path}: {read:?}");
        let written = bob.call("notes_files_update", &json!({"identifier": path, "data": {"content": "x"}})).await;
        assert_eq!(written["success"], false, "{path}: {written:?}");
        bob.call("notes_files_delete", &json!({"identifier": path})).await;
    }
    let listed = bob.data("notes_files_list", &json!({"recursive": true})).await.to_string();
    let found = bob.data("notes_search", &json!({"text": "e"})).await.to_string();
    assert!(!listed.contains("secret.txt") && !listed.contains("ALICE"), "{listed}");
    assert!(!found.contains("a secret outside") && !found.contains("ALICE"), "{found}");
    assert_eq!(std::fs::read_to_string(outside.path().join("secret.txt")).expect("still there"), "a secret outside");
    assert!(root.path().join("alice/shared-name.txt").exists());
}

#[tokio::test]
async fn no_user_id_moves_the_root() {
    let (bellhop, root) = folders().await;
    let around: Vec<_> = list(root.path().parent().expect("a parent"));
    let before = fixtures::alices_files(root.path());
    for user in [
        "..",
        ".",
        "../../..",
        "/etc",
        "alice/",
        "a/../alice",
        "ALICE",
        "alice ",
        "\u{430}lice",
        "-rf",
        &"x".repeat(300),
    ] {
        let mcp = bellhop.mcp(&fixtures::token(user));
        let (status, _) = mcp.status().await;
        if status == 401 {
            continue;
        }
        let seen = mcp.data("notes_files_list", &json!({})).await;
        assert_eq!(seen, json!([]), "{user:?} sees files of others");
        mcp.data("notes_files_create", &json!({"data": {"path": "mine.txt", "content": user}})).await;
    }
    let (empty, _) = bellhop.mcp(&fixtures::token("")).status().await;
    assert_eq!(empty, 401, "an empty id is no user");
    for (path, text) in before {
        assert_eq!(
            std::fs::read(root.path().join(&path)).unwrap_or_else(|_| b"a folder".to_vec()),
            text,
            "{path:?} changed"
        );
    }
    let now: Vec<_> = list(root.path().parent().expect("a parent"));
    let new: Vec<_> = now.iter().filter(|name| !around.contains(name) && name.contains("mine")).collect();
    assert!(new.is_empty(), "written beside the root: {new:?}");
    assert!(!root.path().join("mine.txt").exists(), "written into the root itself");
}

fn list(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder can be read").filter_map(Result::ok);
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

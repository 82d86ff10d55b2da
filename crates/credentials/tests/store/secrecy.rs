use sqlx::Connection;

use super::{Folder, new_key, slot, token};

const USERS: [&str; 3] = ["alice@example.test", "bob", "a-user-whose-id-is-much-longer-than-those-of-the-others"];
const RESOURCES: [&str; 2] = ["billing", "personnel-files"];

/// All files of the store, its journal too.
fn bytes(folder: &Folder) -> Vec<u8> {
    let files = std::fs::read_dir(folder.folder.path()).unwrap();
    files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    let encodings = [text.to_owned(), hex(text), base64::Engine::encode(&base64::prelude::BASE64_STANDARD, text)];
    encodings.iter().any(|text| bytes.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes())))
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn the_file_tells_no_secret_no_user_and_no_resource() {
    let (folder, old, new) = (Folder::new(), new_key(), new_key());
    let store = folder.open(&old, "").await.unwrap();
    for resource in RESOURCES {
        for user in USERS {
            store.set_credential(&slot(resource, user), &token(&format!("secret-of-{user}"))).await.unwrap();
        }
    }
    let clear = ["issuer.test", "secret-of-", "token", "credential\"", "https://", &old, &new];
    let telling = |bytes: &[u8]| -> Vec<String> {
        let texts = clear.iter().chain(&USERS).chain(&RESOURCES);
        texts.filter(|text| holds(bytes, text)).map(|text| (*text).to_owned()).collect()
    };
    assert_eq!(telling(&bytes(&folder)), Vec::<String>::new());
    // The search itself finds what is there.
    assert!(holds(&bytes(&folder), &super::id_of(&old)) && holds(b"..YWxpY2U=..", "alice"));
    folder.open(&new, &old).await.unwrap().rotate().await.unwrap();
    assert_eq!(telling(&bytes(&folder)), Vec::<String>::new());
}

#[tokio::test]
async fn what_an_old_key_sealed_is_not_left_in_the_file() {
    let (folder, old, new) = (Folder::new(), new_key(), new_key());
    let store = folder.open(&old, "").await.unwrap();
    for number in 0..200 {
        store.set_credential(&slot("billing", &format!("user-{number}")), &token("secret")).await.unwrap();
    }
    let url = format!("sqlite://{}", folder.file().display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let query = "SELECT label FROM bellhop_credentials UNION ALL SELECT secret FROM bellhop_credentials";
    let sealed: Vec<Vec<u8>> = sqlx::query_scalar(query).fetch_all(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let left = |bytes: &[u8]| sealed.iter().filter(|text| memmem(bytes, &text[text.len() - 24..])).count();
    assert_eq!(left(&bytes(&folder)), 400);
    folder.open(&new, &old).await.unwrap().rotate().await.unwrap();
    assert_eq!(left(&bytes(&folder)), 0);
}

fn memmem(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window[0] == part[0] && window == part)
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_its_owners_only() {
    use std::os::unix::fs::MetadataExt;
    let folder = Folder::new();
    folder.open(&new_key(), "").await.unwrap();
    assert_eq!(folder.file().metadata().unwrap().mode() & 0o777, 0o600);
}

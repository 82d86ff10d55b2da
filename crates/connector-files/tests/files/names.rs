//! The name of a user's folder, for any id.

use std::collections::HashMap;

use bellhop_connector_files::folder_name;
use proptest::prelude::{ProptestConfig, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::strategy::Strategy;

/// Gives back the id of a name that is not a digest.
fn decode(name: &str) -> Option<String> {
    if name == "=" {
        return Some(String::new());
    }
    let mut bytes = Vec::new();
    let mut rest = name.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'=' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(after.get(..2)?).ok()?, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

fn is_digest(name: &str) -> bool {
    name.contains("=-")
}

/// Ids of any characters, and ids of those that are likely to collide.
fn ids() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-cA-C./=\\-\0 %2e]{0,6}",
        "[a-z]{190,210}",
        "(con|prn|aux|nul|com|lpt|CON)[0-9]?(\\.[a-z]{0,2})?",
        prop::collection::vec(any::<char>(), 0..300).prop_map(|chars| chars.into_iter().collect()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn the_name_is_one_plain_step_down_on_any_file_system(id in ids()) {
        let name = folder_name(&id);
        prop_assert!((1..=200).contains(&name.len()));
        prop_assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.=".contains(&byte)));
        prop_assert!(!name.starts_with('.') && !name.ends_with('.'));
        let stem = name.split('.').next().unwrap_or_default();
        let device = ["con", "prn", "aux", "nul"].contains(&stem)
            || (stem.len() == 4 && (stem.starts_with("com") || stem.starts_with("lpt")) && stem.as_bytes()[3].is_ascii_digit());
        prop_assert!(!device, "{name}");
    }

    #[test]
    fn the_id_can_be_read_back_from_every_name_that_is_not_a_digest(id in ids()) {
        let name = folder_name(&id);
        if is_digest(&name) {
            prop_assert!(id.len() > 200 / 3);
        } else {
            prop_assert_eq!(decode(&name), Some(id));
        }
    }

    #[test]
    fn different_ids_have_different_names(ids in prop::collection::vec(ids(), 2..8)) {
        let mut names = HashMap::new();
        for id in ids {
            let before = names.insert(folder_name(&id), id.clone());
            prop_assert!(before.is_none_or(|before| before == id));
        }
    }
}

#[test]
fn all_ids_of_up_to_two_characters_are_distinct() {
    let mut names = HashMap::new();
    let chars: Vec<char> = (0..=0x17f_u32).filter_map(char::from_u32).collect();
    for first in &chars {
        for second in chars.iter().map(|second| Some(*second)).chain([None]) {
            let id: String = std::iter::once(*first).chain(second).collect();
            let name = folder_name(&id);
            assert_eq!(decode(&name).as_deref(), Some(id.as_str()));
            assert!(names.insert(name, id).is_none());
        }
    }
}

#[test]
fn long_ids_that_share_a_beginning_stay_distinct() {
    let (a, b) = (format!("{}a", "é".repeat(400)), format!("{}b", "é".repeat(400)));
    let (a, b) = (folder_name(&a), folder_name(&b));
    assert_ne!(a, b);
    assert!(a.starts_with("=c3=a9=c3=a9") && a.len() <= 200);
}

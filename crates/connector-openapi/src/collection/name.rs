use std::collections::BTreeSet;

/// A unique name for each of these paths, given as literal pieces: the last piece, and as many before it as it takes.
/// A path of fewer pieces has the first claim to a short name. None is one of `taken`.
pub(super) fn unique(paths: &[Vec<String>], taken: &BTreeSet<&str>) -> Vec<String> {
    let mut order: Vec<usize> = (0..paths.len()).collect();
    order.sort_by_key(|at| paths.get(*at).map_or(0, Vec::len));
    let mut used: BTreeSet<String> = taken.iter().map(|it| (*it).to_owned()).collect();
    let mut names = vec![String::new(); paths.len()];
    for at in order {
        let Some(path) = paths.get(at) else { continue };
        let longer = (1..=path.len().max(1)).map(|count| joined(&path[path.len().saturating_sub(count)..]));
        let numbered = (2..).map(|nth: usize| format!("{}_{nth}", joined(path)));
        let free = longer.chain(numbered).find(|name| !name.is_empty() && !used.contains(name));
        if let (Some(name), Some(slot)) = (free, names.get_mut(at)) {
            used.insert(name.clone());
            *slot = name;
        }
    }
    names
}

fn joined(pieces: &[String]) -> String {
    pieces.join("_")
}

/// A piece of a path as a name may be written.
pub(super) fn piece(segment: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '_' };
    segment.chars().map(safe).collect::<String>().trim_matches('_').to_owned()
}

#[test]
fn a_path_has_the_shortest_name_that_is_free() {
    let path = |text: &str| text.split('/').map(str::to_owned).collect::<Vec<_>>();
    let paths = [
        path("repos/issues"),
        path("issues"),
        path("repos/pulls/comments"),
        path("repos/comments"),
        path("v1/list_users"),
    ];
    let taken = BTreeSet::from(["list_users"]);
    assert_eq!(unique(&paths, &taken), ["repos_issues", "issues", "pulls_comments", "comments", "v1_list_users"]);
}

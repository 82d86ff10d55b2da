use std::collections::HashMap;

use http::Method;
use indexmap::IndexMap;

use crate::api::Api;
use crate::collection::name;

/// Operations by path and method.
pub(super) struct Paths {
    pub(super) by_path: IndexMap<String, HashMap<Method, usize>>,
    /// Of a path, those that have one parameter more at the end.
    pub(super) items: HashMap<String, Vec<String>>,
}

impl Paths {
    pub(super) fn of(api: &Api) -> Self {
        let mut paths = Self { by_path: IndexMap::new(), items: HashMap::new() };
        for (number, operation) in api.operations.iter().enumerate().filter(|(_, it)| !it.deprecated) {
            let path = normal(&operation.path);
            let item_of = path.rsplit_once('/').filter(|(_, last)| is_parameter(last));
            if let Some((before, _)) = item_of.filter(|_| !paths.by_path.contains_key(&path)) {
                paths.items.entry(before.to_owned()).or_default().push(path.clone());
            }
            paths.by_path.entry(path).or_default().insert(operation.method.clone(), number);
        }
        paths
    }
}

/// A path without a slash at its end and without `.json`.
pub(super) fn normal(path: &str) -> String {
    let path = path.trim_end_matches('/');
    path.strip_suffix(".json").unwrap_or(path).to_owned()
}

fn is_parameter(segment: &str) -> bool {
    segment.len() > 2 && segment.starts_with('{') && segment.ends_with('}') && segment.matches('{').count() == 1
}

/// The literal pieces of a path, versions left out.
pub(super) fn pieces(path: &str) -> Vec<String> {
    let is_version = |it: &str| {
        it.len() > 1 && it.starts_with(['v', 'V']) && it[1..].chars().all(|c| c.is_ascii_digit() || c == '.')
    };
    let literal = path.split('/').filter(|it| !it.is_empty() && !it.contains('{') && !is_version(it) && *it != "api");
    literal.map(name::piece).filter(|it| !it.is_empty()).collect()
}

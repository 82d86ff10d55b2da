use serde_json::json;

use super::{document, read_with};
use crate::{Config, Selection};

fn names(include: Selection, exclude: Selection) -> Vec<String> {
    let paths = json!({
        "/repos": {"get": {"operationId": "listRepos", "tags": ["repos"]}, "post": {"operationId": "createRepo", "tags": ["repos"]}},
        "/repos/{id}/issues": {"get": {"operationId": "listIssues", "tags": ["issues", "repos"]}},
        "/users": {"get": {"operationId": "listUsers", "tags": ["users"]}},
    });
    let config = Config { include, exclude, ..Config::default() };
    let api = read_with(&document(paths, json!({})), &config, None).unwrap();
    assert!(api.skipped.is_empty());
    api.operations.into_iter().map(|operation| operation.name).collect()
}

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(|it| (*it).to_owned()).collect()
}

#[test]
fn operations_are_chosen_by_tag_path_method_and_name() {
    let none = Selection::default;
    let all = ["listRepos", "createRepo", "listIssues", "listUsers"];
    assert_eq!(names(none(), none()), all);
    assert_eq!(names(Selection { tags: texts(&["issues"]), ..none() }, none()), ["listIssues"]);
    assert_eq!(names(Selection { paths: texts(&["/repos/*"]), ..none() }, none()), ["listIssues"]);
    assert_eq!(names(Selection { methods: texts(&["post"]), ..none() }, none()), ["createRepo"]);
    assert_eq!(names(Selection { names: texts(&["*Repo*"]), ..none() }, none()), ["listRepos", "createRepo"]);
    assert_eq!(
        names(Selection { names: texts(&["list*"]), tags: texts(&["repos"]), ..none() }, none()),
        ["listRepos", "listIssues"]
    );
    assert_eq!(names(none(), Selection { methods: texts(&["GET"]), ..none() }), ["createRepo"]);
    assert_eq!(
        names(Selection { tags: texts(&["repos"]), ..none() }, Selection { names: texts(&["list*s"]), ..none() }),
        ["createRepo"]
    );
}

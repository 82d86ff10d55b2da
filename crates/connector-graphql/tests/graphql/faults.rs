use connector::ErrorKind;
use serde_json::json;
use testkit::Recorder;

use crate::world::{World, call, config, connect, data, user, write};

#[tokio::test]
async fn data_with_errors_beside_it_is_a_success_that_says_what_is_missing() {
    let world = World::new(json!({})).await;
    world.server.put("alice", &[json!({"id": "1", "title": "broken"})]).await;
    let outcome = world.call(&world.alice, "note", json!({"id": "1", "fields": ["id", "fragile"]})).await.unwrap();
    assert_eq!(data(&outcome), json!({"id": "1", "fragile": null}));
    assert_eq!(
        outcome.notices,
        ["`note.fragile` of the answer is missing (unavailable). The upstream says: “The fragile part broke”"]
    );
}

#[tokio::test]
async fn errors_without_data_are_failures_by_their_code() {
    let world = World::new(json!({})).await;
    let cases = [
        ("FORBIDDEN", ErrorKind::PermissionDenied, "The upstream does not allow this. It says: “Not for you”"),
        (
            "UNAUTHENTICATED",
            ErrorKind::PermissionDenied,
            "The upstream did not take the credential that goes with this call. Renew it there and set it here again, or ask this server's operator.",
        ),
        ("NOT_FOUND", ErrorKind::NotFound, "The upstream has no such item."),
        (
            "BAD_USER_INPUT",
            ErrorKind::InvalidArgument,
            "The upstream does not take these arguments. It says: “Not for you”",
        ),
        ("CONFLICT", ErrorKind::Conflict, "It clashes with what the upstream has. It says: “Not for you”"),
        (
            "RATE_LIMITED",
            ErrorKind::RateLimited,
            "The upstream takes no more calls for now. Wait, then try again. It says: “Not for you”",
        ),
        ("INTERNAL_SERVER_ERROR", ErrorKind::Unavailable, "The upstream failed. It says: “Not for you”"),
        ("SOMETHING_OF_THEIRS", ErrorKind::Unsupported, "The upstream refused this. It says: “Not for you”"),
        ("", ErrorKind::Unsupported, "The upstream refused this. It says: “Not for you”"),
    ];
    for (code, kind, message) in cases {
        let error = world.refused(&world.alice, "failing", json!({"code": code, "message": "Not for you"})).await;
        assert_eq!((error.kind(), error.message()), (kind, message), "{code}");
    }
}

#[tokio::test]
async fn what_an_error_says_is_cleaned() {
    let world = World::new(json!({})).await;
    let message =
        format!("<b>Bad</b> key {} at /srv/app/index.js\n    at run (x.js:1)\u{202e}", testkit::graphql::key("alice"));
    let error = world.refused(&world.alice, "failing", json!({"message": message})).await;
    assert_eq!(error.message(), "The upstream refused this. It says: “Bad key *** at …”");
}

#[tokio::test]
async fn a_mutation_that_failed_on_the_way_says_that_it_may_be_done() {
    let world = World::new(json!({})).await;
    let error = world.refused(&world.alice, "failAfterwards", json!({"title": "once"})).await;
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.message().contains("Whether it did what was asked is not known"), "{error}");
    assert!(!error.message().contains("10.0.0.7"), "{error}");
    let written = world.server.written().await;
    assert_eq!(written, [("alice".to_owned(), "once".to_owned())]);
}

#[tokio::test]
async fn nothing_there_is_told_as_nothing() {
    let world = World::new(json!({})).await;
    let outcome = world.call(&world.alice, "nothing", json!({})).await.unwrap();
    assert_eq!((data(&outcome), outcome.notices.len()), (json!(null), 1));
    let hers = world.call(&world.bob, "node", json!({"id": "alice-1"})).await.unwrap();
    let none = world.call(&world.bob, "node", json!({"id": "none"})).await.unwrap();
    assert_eq!((data(&hers), hers.notices), (data(&none), none.notices));
}

#[tokio::test]
async fn arguments_that_the_api_does_not_take_are_the_callers_to_mend() {
    let world = World::new(json!({})).await;
    let error = world.refused(&world.alice, "createNote", json!({"input": {"title": 7}})).await;
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error:?}");
    assert!(error.message().contains("String cannot represent"), "{error}");
}

#[tokio::test]
async fn statuses_and_bodies_are_read_together() {
    let folder = tempfile::tempdir().unwrap();
    let schema =
        write(folder.path(), "schema.graphql", "type Query { look(n: Int!): Int } type Mutation { do(n: Int!): Int }");
    let says = |code: &str| json!({"errors": [{"message": "m", "path": ["look"], "extensions": {"code": code}}]});
    let answers = [
        (400, says("BAD_USER_INPUT"), ErrorKind::InvalidArgument),
        (400, says("GRAPHQL_VALIDATION_FAILED"), ErrorKind::InvalidArgument),
        (400, json!({"errors": [{"message": "m"}]}), ErrorKind::InvalidArgument),
        (500, says("FORBIDDEN"), ErrorKind::PermissionDenied),
        (500, says("X"), ErrorKind::Unavailable),
        (503, json!({"reason": "deploying"}), ErrorKind::Unavailable),
        (401, json!({"errors": [{"message": "m"}]}), ErrorKind::PermissionDenied),
        (403, json!({"message": "m"}), ErrorKind::PermissionDenied),
        (404, json!({}), ErrorKind::NotFound),
        (200, json!({"errors": [{"type": "NOT_FOUND", "message": "m"}], "data": {"look": null}}), ErrorKind::NotFound),
        (
            200,
            json!({"errors": [{"message": "m", "extensions": {"classification": "BAD_REQUEST"}}], "data": null}),
            ErrorKind::InvalidArgument,
        ),
        (200, json!({"hello": "world"}), ErrorKind::Unavailable),
        (200, json!([1, 2]), ErrorKind::Unavailable),
        (200, json!({"data": [1]}), ErrorKind::Unavailable),
        (200, json!({"errors": "none"}), ErrorKind::Unavailable),
    ];
    let told = answers.clone();
    let recorder = Recorder::answering(move |it| {
        let nth = usize::try_from(it.json()["variables"]["n"].as_u64().unwrap()).unwrap();
        (told[nth].0, told[nth].1.clone())
    })
    .await;
    let base =
        json!({"url": recorder.url(), "shared": true, "schema": schema, "http": {"retries": 0, "breaker_failures": 0}});
    let api = connect(config(&base, json!({}))).await.unwrap();
    let alice = user("alice").await;
    for (nth, (status, body, kind)) in answers.iter().enumerate() {
        let error = call(&api, &alice, "look", json!({"n": nth})).await.unwrap_err();
        assert_eq!(error.kind(), *kind, "{status} {body}: {error:?}");
        assert_eq!(error.is_catalog_stale(), body.to_string().contains("VALIDATION_FAILED"), "{body}");
        let error = call(&api, &alice, "do", json!({"n": nth})).await.unwrap_err();
        let is_open = error.message().contains("Whether it did what was asked is not known");
        assert_eq!(is_open, *kind == ErrorKind::Unavailable, "{status} {body}: {error:?}");
    }
}

#[tokio::test]
async fn an_answer_that_is_too_large_to_read_is_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let text =
        "type Query { notes(first: Int): C } type C { edges: [E] } type E { node: N } type N { id: ID title: String }";
    let schema = write(folder.path(), "schema.graphql", text);
    let world = World::new(json!({"http": {"answer_bytes_max": 60}, "schema": schema})).await;
    let error = world.refused(&world.alice, "notes", json!({"first": 50})).await;
    assert_eq!(error.kind(), ErrorKind::LimitExceeded, "{error:?}");
}

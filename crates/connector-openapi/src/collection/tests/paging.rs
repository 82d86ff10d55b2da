use connector::{Comparison, Error, ErrorKind, Filter, Operation, Sort, Start};
use serde_json::{Value, json};

use super::fake::{Answer, Fake, part, things};
use super::{api, array, collections, envelope, ids, list, lists, named, run, walk};

/// All pages of each size are what there is, in order.
async fn walks(document: Value, fake: &Fake, count: u64) {
    let api = api(document);
    let all = collections(&api);
    for limit in [1, 2, 3, 7, 10, 11, 50] {
        let seen = walk(&api, named(&all, "things"), fake, limit).await;
        assert_eq!(seen, (1..=count).collect::<Vec<_>>(), "limit {limit}");
    }
}

#[tokio::test]
async fn pages_by_number_and_link_headers_are_followed() {
    let document = lists("/things", &["page:integer", "per_page:integer"], array());
    let fake = Fake::new(|sent| {
        let (page, size) = (sent.number("page").unwrap_or(1), sent.number("per_page").unwrap_or(30).min(4));
        let all = things(11);
        let answer = Answer::ok(part(&all, (page - 1) * size, size).into());
        match page * size < 11 {
            // Another path and another host, as real ones have: only the query counts.
            true => answer.with("link", format!("<https://elsewhere.example/5/things?page={}&per_page={size}>; rel=\"next\", <x?page=9>; rel=\"last\"", page + 1)),
            false => answer.with("link", "<x?page=1>; rel=\"first\"".into()),
        }
    });
    walks(document, &fake, 11).await;
}

#[tokio::test]
async fn pages_by_number_without_any_word_of_the_next_end_where_one_is_empty() {
    for most in [3, 5, 1000] {
        let document = lists("/things", &["page:integer", "per_page:integer"], array());
        let fake = Fake::new(move |sent| {
            let (page, size) = (sent.number("page").unwrap_or(1), sent.number("per_page").unwrap_or(30).min(most));
            Answer::ok(part(&things(10), (page - 1) * size, size).into())
        });
        walks(document, &fake, 10).await;
    }
}

#[tokio::test]
async fn offsets_are_counted() {
    let document = lists("/things", &["offset:integer", "limit:integer"], envelope("data"));
    let fake = Fake::new(|sent| {
        let (offset, size) = (sent.number("offset").unwrap_or(0), sent.number("limit").unwrap_or(5).min(6));
        Answer::ok(json!({"data": part(&things(13), offset, size), "meta": {"total": 13}}))
    });
    walks(document.clone(), &fake, 13).await;
    let api = api(document);
    let all = collections(&api);
    let outcome = run(&api, named(&all, "things"), &fake, Operation::List(list(3, Start::Offset(9)))).await.unwrap();
    assert_eq!((ids(&outcome), outcome.count, outcome.has_more), (vec![10, 11, 12], Some(13), Some(true)));
}

#[tokio::test]
async fn tokens_are_handed_back() {
    let document = lists("/things", &["page_token", "page_size:integer"], envelope("things"));
    let fake = Fake::new(|sent| {
        let from = sent.text("page_token").map_or(0, |it| it.trim_start_matches("t-").parse().unwrap());
        let to = from + sent.number("page_size").unwrap_or(4).min(4);
        let token = if to < 9 { json!(format!("t-{to}")) } else { json!("") };
        Answer::ok(json!({"things": part(&things(9), from, to - from), "nextPageToken": token}))
    });
    walks(document, &fake, 9).await;
}

#[tokio::test]
async fn the_last_item_is_where_the_next_page_starts() {
    let document = lists("/v1/things", &["starting_after", "ending_before", "limit:integer"], envelope("data"));
    let fake = Fake::new(|sent| {
        let from = sent.number("starting_after").unwrap_or(0);
        let size = sent.number("limit").unwrap_or(10).min(5);
        Answer::ok(json!({"object": "list", "data": part(&things(12), from, size), "has_more": from + size < 12}))
    });
    walks(document, &fake, 12).await;
}

#[tokio::test]
async fn addresses_in_the_body_are_followed_by_their_query() {
    for next in ["next", "next_page_url", "@odata.nextLink"] {
        let document = lists("/things", &["page:integer"], envelope("results"));
        let fake = Fake::new(move |sent| {
            let page = sent.number("page").unwrap_or(1);
            let more = if page < 4 { json!(format!("http://127.0.0.1:1/x?page={}", page + 1)) } else { Value::Null };
            Answer::ok(json!({"results": part(&things(10), (page - 1) * 3, 3), next: more}))
        });
        walks(document, &fake, 10).await;
    }
}

#[tokio::test]
async fn a_header_that_names_the_next_page_is_followed() {
    let document = lists("/things", &["_limit:integer", "_token"], envelope("data"));
    let fake = Fake::new(|sent| {
        let from = sent.number("_token").unwrap_or(0);
        let size = sent.number("_limit").unwrap_or(100).min(3);
        let answer = Answer::ok(json!({"data": part(&things(8), from, size)}));
        match from + size < 8 {
            true => answer.with(
                "next-page",
                format!("http://localhost/v1/buckets/other/things?_limit={size}&_token={}", from + size),
            ),
            false => answer,
        }
    });
    walks(document, &fake, 8).await;
}

#[tokio::test]
async fn a_list_without_paging_is_cut_here() {
    let fake = Fake::new(|_| Answer::ok(things(9).into()));
    walks(lists("/things", &[], array()), &fake, 9).await;
    // And one whose parameters the API does not heed.
    let document = lists("/things", &["limit:integer"], array());
    walks(document, &fake, 9).await;
}

#[tokio::test]
async fn an_api_that_gives_the_same_page_for_ever_is_left() {
    let api = api(lists("/things", &["cursor"], envelope("data")));
    let all = collections(&api);
    let fake = Fake::new(|_| Answer::ok(json!({"data": things(2), "next_cursor": "again"})));
    let outcome = run(&api, named(&all, "things"), &fake, Operation::List(list(50, Start::Offset(0)))).await.unwrap();
    assert_eq!((ids(&outcome), outcome.has_more), (vec![1, 2, 1, 2], Some(false)));
    assert_eq!(outcome.notices.len(), 1);
    assert_eq!(fake.calls(), 2);
}

#[tokio::test]
async fn an_endless_api_is_read_in_bounded_pieces() {
    let api = api(lists("/things", &["page:integer"], array()));
    let all = collections(&api);
    let fake = Fake::new(|sent| {
        let page = sent.number("page").unwrap_or(1) as u64;
        Answer::ok(json!([{"id": page, "name": "x", "done": false}]))
    });
    let mut wanted = list(50, Start::Offset(0));
    wanted.filter = Some(Filter::Compare { field: "name".into(), comparison: Comparison::Eq(json!("y")) });
    let outcome = run(&api, named(&all, "things"), &fake, Operation::List(wanted)).await.unwrap();
    assert_eq!((ids(&outcome), outcome.has_more, fake.calls()), (vec![], Some(true), 10));
    assert!(outcome.next.is_some() && outcome.notices.len() == 1, "{outcome:?}");
    let mut sorted = list(50, Start::Offset(0));
    sorted.sort = vec![Sort { field: "name".into(), descending: false }];
    let error = run(&api, named(&all, "things"), &fake, Operation::List(sorted)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
}

#[tokio::test]
async fn what_a_parameter_narrows_is_asked_of_the_api_and_looked_at_here_too() {
    let api = api(lists("/things", &["name", "page:integer"], array()));
    let all = collections(&api);
    // It takes a part of a name for the name, as many do.
    let fake = Fake::new(|sent| {
        let name = sent.text("name").unwrap_or("").to_owned();
        let found = things(30).into_iter().filter(|it| it["name"].as_str().unwrap().starts_with(&name));
        Answer::ok(if sent.number("page").is_some() { json!([]) } else { found.collect() })
    });
    let mut wanted = list(50, Start::Offset(0));
    let is = |field: &str, comparison| Filter::Compare { field: field.into(), comparison };
    wanted.filter = Some(is("name", Comparison::Eq(json!("thing 1"))));
    let outcome = run(&api, named(&all, "things"), &fake, Operation::List(wanted.clone())).await.unwrap();
    assert_eq!((ids(&outcome), outcome.count), (vec![1], Some(1)));
    assert_eq!(fake.sent.lock().unwrap()[0].text("name"), Some("thing 1"));
    wanted.filter =
        Some(Filter::And(vec![is("done", Comparison::Eq(json!("true"))), is("id", Comparison::Gt(json!("27")))]));
    let outcome = run(&api, named(&all, "things"), &fake, Operation::List(wanted.clone())).await.unwrap();
    assert_eq!(ids(&outcome), [28, 30]);
    wanted.filter = Some(is("id", Comparison::Eq(json!("x"))));
    let error = run(&api, named(&all, "things"), &fake, Operation::List(wanted)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

#[tokio::test]
async fn sorted_pages_do_not_overlap() {
    let api = api(lists("/things", &["page:integer", "per_page:integer"], array()));
    let all = collections(&api);
    let fake = Fake::new(|sent| {
        let (page, size) = (sent.number("page").unwrap_or(1), sent.number("per_page").unwrap_or(30).min(4));
        Answer::ok(part(&things(10), (page - 1) * size, size).into())
    });
    let (mut seen, mut start) = (Vec::new(), Start::Offset(0));
    loop {
        let mut wanted = list(3, start);
        wanted.sort =
            vec![Sort { field: "done".into(), descending: true }, Sort { field: "id".into(), descending: true }];
        let outcome = run(&api, named(&all, "things"), &fake, Operation::List(wanted)).await.unwrap();
        assert_eq!(outcome.count, Some(10));
        seen.extend(ids(&outcome));
        match outcome.next {
            Some(next) => start = Start::After(next),
            None => break,
        }
    }
    assert_eq!(seen, [10, 8, 6, 4, 2, 9, 7, 5, 3, 1]);
}

#[tokio::test]
async fn an_address_in_an_answer_changes_nothing_but_the_page() {
    let api = api(lists("/things", &["page:integer", "owner"], array()));
    let all = collections(&api);
    let fake = Fake::new(|sent| match sent.number("page") {
        None => Answer::ok(things(1).into()).with("link", "<?page=2&owner=bob&x=1>; rel=next".into()),
        Some(_) => Answer::ok(json!([])).with("link", "<?page=1>; rel=first".into()),
    });
    let mut wanted = list(5, Start::Offset(0));
    wanted.options.insert("owner".into(), "alice".into());
    run(&api, named(&all, "things"), &fake, Operation::List(wanted)).await.unwrap();
    let sent = fake.sent.lock().unwrap();
    assert_eq!((sent[1].text("owner"), sent[1].number("page"), sent[1].text("x")), (Some("alice"), Some(2), Some("1")));
}

#[tokio::test]
async fn an_answer_of_another_shape_is_told_as_one() {
    let api = api(lists("/things", &[], array()));
    let all = collections(&api);
    for body in [json!({"a": 1}), json!("x"), json!([1])] {
        let fake = Fake::new(move |_| Answer::ok(body.clone()));
        let error: Error =
            run(&api, named(&all, "things"), &fake, Operation::List(list(5, Start::Offset(0)))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
    }
}

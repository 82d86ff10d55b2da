use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::collection::next::{Came, Next, Pairs, next};
use crate::collection::paging::{Numbered, Paging, Size};
use crate::collection::total::total;

/// Headers of an answer.
type About<'a> = &'a [(&'static str, &'a str)];

fn pairs(all: &[(&str, &str)]) -> Pairs {
    all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn headers(all: &[(&'static str, &str)]) -> HeaderMap {
    all.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())).collect()
}

fn after(sent: &[(&str, &str)], about: &[(&'static str, &str)], body: Value) -> Next {
    let paging = Paging {
        size: Some(Size { name: "limit".into(), max: 100, sure: 0 }),
        page: Some(Numbered { name: "page".into(), first: 1 }),
        cursor: Some("cursor".into()),
        ..Paging::default()
    };
    let (sent, headers) = (pairs(sent), headers(about));
    next(&paging, &Came { sent: &sent, headers: &headers, body: &body, items: 2, last_key: None })
}

fn there(all: &[(&str, &str)]) -> Next {
    Next::There(pairs(all))
}

#[test]
fn a_next_page_is_found_where_real_apis_say_it() {
    let sent = [("limit", "2")];
    let cases: Vec<(About<'_>, Value, Next)> = vec![
        // GitHub
        (
            &[(
                "link",
                "<https://api.github.com/repositories/1/issues?page=2>; rel=\"next\", <https://x/?page=5>; rel=\"last\"",
            )],
            json!([]),
            there(&[("page", "2")]),
        ),
        (
            &[("link", "<https://x/?a=%2Cb&page=3>; title=\"a;b\"; rel=\"prev next\"")],
            json!([]),
            there(&[("a", ",b"), ("page", "3")]),
        ),
        (&[("link", "<https://x/?page=1>; rel=\"first\"")], json!([]), Next::End),
        // GitLab
        (&[("x-next-page", "2")], json!([]), there(&[("limit", "2"), ("cursor", "2")])),
        (&[("x-next-page", "")], json!([]), Next::End),
        // DigitalOcean
        (
            &[],
            json!({"links": {"pages": {"next": "https://api.digitalocean.com/v2/droplets?page=2&per_page=1"}}, "meta": {"total": 3}}),
            there(&[("page", "2"), ("per_page", "1")]),
        ),
        (&[], json!({"links": {"pages": {"first": "https://x/?page=1", "prev": "https://x/?page=2"}}}), Next::End),
        // Slack, Google, Zendesk, Django
        (&[], json!({"response_metadata": {"next_cursor": "abc="}}), there(&[("limit", "2"), ("cursor", "abc=")])),
        (&[], json!({"response_metadata": {"next_cursor": ""}}), Next::End),
        (&[], json!({"nextPageToken": "t"}), there(&[("limit", "2"), ("cursor", "t")])),
        (
            &[],
            json!({"meta": {"has_more": false, "after_cursor": "x"}, "links": {"next": "http://x/?page=2"}}),
            Next::End,
        ),
        (&[], json!({"count": 9, "next": null, "previous": null}), Next::End),
        (&[], json!({"next": "/v1/things?offset=20"}), there(&[("offset", "20")])),
        // HAL, JSON:API, Microsoft
        (&[], json!({"_links": {"next": {"href": "/orders?page=2"}}}), there(&[("page", "2")])),
        (
            &[],
            json!({"@odata.nextLink": "https://graph.example/v1/users?$skiptoken=X'1'"}),
            there(&[("$skiptoken", "X'1'")]),
        ),
        // Figures only
        (&[("x-total-pages", "1")], json!([]), Next::End),
        (&[], json!({"total_pages": 3}), there(&[("limit", "2"), ("page", "2")])),
        (&[("x-total-count", "2")], json!([]), Next::End),
        (&[("x-total-count", "3")], json!([]), there(&[("limit", "2"), ("page", "2")])),
        (&[], json!([]), Next::Perhaps(pairs(&[("limit", "2"), ("page", "2")]))),
    ];
    for (about, body, wanted) in cases {
        assert_eq!(after(&sent, about, body.clone()), wanted, "{about:?} {body}");
    }
}

#[test]
fn totals_are_found_and_counts_of_a_page_are_not_taken_for_them() {
    let none = HeaderMap::new();
    assert_eq!(total(&headers(&[("x-total-count", "12")]), &Value::Null), Some(12));
    assert_eq!(total(&headers(&[("total-records", "7")]), &Value::Null), Some(7));
    assert_eq!(total(&none, &json!({"meta": {"pagination": {"total": 40}}})), Some(40));
    assert_eq!(total(&none, &json!({"count": 9, "next": null, "previous": null})), Some(9));
    assert_eq!(total(&none, &json!({"count": 9, "data": []})), None);
}

#[test]
fn a_hostile_answer_names_no_page() {
    let long = "x".repeat(5_000);
    for about in [("link", "<"), ("link", ">;rel=next<"), ("link", "<a>; rel"), ("next-page", long.as_str())] {
        let found = after(&[("limit", "2")], &[about], json!({}));
        assert!(matches!(found, Next::Perhaps(_)), "{about:?}: {found:?}");
    }
}

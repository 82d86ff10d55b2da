//! Ten thousand files, page by page.

use std::collections::BTreeSet;

use connector::{Sort, Start};
use serde_json::json;

use crate::support::{Ask, Bench, bench, by, data};

const FILES: usize = 10_000;

async fn many() -> Bench {
    let bench = bench().await;
    for number in 0..FILES {
        let path = format!("{:02}/{:05}.txt", number % 37, number);
        bench.put("alice", &path, "x".repeat(number % 11));
    }
    bench
}

async fn walk(bench: &Bench, sort: Vec<Sort>, limit: u32, mut between: impl FnMut(usize)) -> Vec<String> {
    let (mut seen, mut start, mut pages) = (Vec::new(), Start::Offset(0), 0);
    loop {
        let ask = Ask { sort: sort.clone(), limit, start, fields: Some(vec!["path".into()]), ..Ask::default() };
        let outcome = bench.list("alice", ask).await.unwrap();
        seen.extend(data(&outcome).as_array().unwrap().iter().map(|item| item["path"].as_str().unwrap().to_owned()));
        assert_eq!(outcome.has_more, Some(outcome.next.is_some()));
        pages += 1;
        between(pages);
        match outcome.next {
            Some(next) => start = Start::After(next),
            None => return seen,
        }
    }
}

#[tokio::test]
async fn ten_thousand_files_are_each_given_exactly_once() {
    let bench = many().await;
    for (sort, limit) in [(vec![], 999), (by("size", true), 1000), (by("modified", false), 2500), (vec![], 200)] {
        let seen = walk(&bench, sort, limit, |_| {}).await;
        assert_eq!((seen.len(), seen.iter().collect::<BTreeSet<_>>().len()), (FILES, FILES));
    }
}

#[tokio::test]
async fn what_stays_is_given_exactly_once_while_other_files_come_and_go() {
    let bench = many().await;
    let home = bench.home("alice");
    let seen = walk(&bench, Vec::new(), 1000, |page| {
        for number in 0..100 {
            let victim = page * 500 + number * 3;
            let _ = std::fs::remove_file(home.join(format!("{:02}/{victim:05}.txt", victim % 37)));
            std::fs::write(home.join(format!("{:02}/new-{page}-{number}.txt", number % 37)), "").unwrap();
        }
    })
    .await;
    let distinct: BTreeSet<_> = seen.iter().collect();
    assert_eq!(seen.len(), distinct.len(), "nothing twice");
    for number in 0..FILES {
        let path = format!("{:02}/{number:05}.txt", number % 37);
        if home.join(&path).exists() {
            assert!(distinct.contains(&path), "{path} was skipped");
        }
    }
}

#[tokio::test]
async fn an_offset_far_behind_the_end_is_an_empty_page_that_counts_all() {
    let bench = bench().await;
    bench.put("alice", "a", "");
    for start in [1, 2, u64::MAX] {
        let outcome = bench.list("alice", Ask { start: Start::Offset(start), ..Ask::default() }).await.unwrap();
        assert_eq!((data(&outcome), outcome.count, outcome.has_more), (json!([]), Some(1), Some(false)));
    }
}

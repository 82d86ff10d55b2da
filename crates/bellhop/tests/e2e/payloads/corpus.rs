//! Attacks that others collected: sqlmap's and wfuzz's, below the target folder.

use std::collections::BTreeSet;

use crate::support::peers::installed;

/// What stands for sqlmap's placeholders.
const FILLED: [(&str, &str); 22] = [
    ("[RANDNUM]", "4711"),
    ("[RANDNUM1]", "4712"),
    ("[RANDNUM2]", "4713"),
    ("[RANDNUM3]", "4714"),
    ("[RANDNUM4]", "4715"),
    ("[RANDNUM5]", "4716"),
    ("[RANDSTR]", "qzkx"),
    ("[DELIMITER_START]", "qvkpq"),
    ("[DELIMITER_STOP]", "qxzzq"),
    ("[SLEEPTIME]", "20"),
    ("[DELAYED]", "4711 LIKE 4711"),
    ("[ORIGVALUE]", "1"),
    ("[INFERENCE]", "4711=4711"),
    ("[QUERY]", "SELECT note FROM orders LIMIT 1"),
    ("[CHAR]", "NULL"),
    ("[COLSTART]", "1"),
    ("[COLSTOP]", "10"),
    ("[UNION]", "UNION ALL SELECT NULL,note,NULL,NULL FROM orders"),
    ("[GENERIC_SQL_COMMENT]", "-- -"),
    ("[SPACE_REPLACE]", "qs"),
    ("[DOLLAR_REPLACE]", "qd"),
    ("[AT_REPLACE]", "qa"),
];

/// Every payload once: sqlmap's alone and between its boundaries in turn, and wfuzz's lists.
pub(super) fn payloads() -> Vec<String> {
    let sqlmap = |name: &str| read(&format!("payloads/sqlmap/{name}.xml"));
    let boundaries = sqlmap("boundaries");
    let (before, after) = (tagged(&boundaries, "prefix"), tagged(&boundaries, "suffix"));
    assert!(before.len() > 10 && after.len() > 10, "sqlmap has boundaries");
    let mut all = BTreeSet::new();
    for name in ["boolean_blind", "error_based", "inline_query", "stacked_queries", "time_blind", "union_query"] {
        let text = sqlmap(name);
        for payload in [tagged(&text, "payload"), tagged(&text, "vector")].concat() {
            let number = all.len();
            let (prefix, suffix) = (&before[number % before.len()], &after[number % after.len()]);
            all.insert(format!("{prefix} {payload} {suffix}"));
            all.insert(payload);
        }
    }
    for name in ["All_attack", "SQL", "bad_chars"] {
        let list = read(&format!("payloads/wfuzz/{name}.txt"));
        all.extend(list.lines().filter(|line| !line.is_empty()).map(str::to_owned));
    }
    all.into_iter().collect()
}

fn read(name: &str) -> String {
    String::from_utf8_lossy(&std::fs::read(installed(name)).expect("the list can be read")).into_owned()
}

/// The texts between such tags, outside of comments, with the placeholders filled.
fn tagged(xml: &str, tag: &str) -> Vec<String> {
    let bare: String = xml.split("<!--").map(|part| part.split_once("-->").map_or(part, |(_, rest)| rest)).collect();
    let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
    let inside = bare.split(&open).skip(1).filter_map(|part| part.split_once(&close)).map(|(text, _)| text);
    inside.map(filled).filter(|text| !text.trim().is_empty()).collect()
}

fn filled(text: &str) -> String {
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    let replace = |text: String, (from, to): &(&str, &str)| text.replace(from, to);
    let text = entities.iter().fold(text.to_owned(), replace);
    FILLED.iter().fold(text, replace)
}

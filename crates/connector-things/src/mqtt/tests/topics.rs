use super::super::topic::{Filter, Topic, TopicLevel};

#[test]
fn no_id_leaves_its_level() {
    for id in ["a+", "+", "#", "a#b", "a/b", "/", "..//", "$SYS", "$share", "", "a\u{0}b", "a\nb"] {
        assert_eq!(TopicLevel::new(id), None, "{id:?}");
    }
    for id in ["alice", "user-1_2.3~4", "ålice@example.com", "a$b", "..", "%2F"] {
        assert_eq!(TopicLevel::new(id).map(|level| level.to_string()).as_deref(), Some(id));
    }
}

#[test]
fn a_command_goes_to_one_topic_only() {
    for topic in ["users/+/set", "users/#", "$SYS/broker", "", "a\u{0}"] {
        assert!(Topic::new(topic).is_err(), "{topic:?}");
    }
    assert!(Topic::new("users/alice/lamp/power/set").is_ok());
}

#[test]
fn wildcards_mean_what_the_protocol_says() {
    for (filter, topic, meant) in [
        ("a/b", "a/b", true),
        ("a/b", "a/b/c", false),
        ("a/+", "a/b", true),
        ("a/+", "a/b/c", false),
        ("a/+/c", "a/b/c", true),
        ("a/#", "a/b/c", true),
        ("a/#", "a", true),
        ("a/#", "ab", false),
        ("#", "a/b", true),
        ("#", "$SYS/uptime", false),
        ("+/uptime", "$SYS/uptime", false),
        ("$SYS/#", "$SYS/uptime", true),
        ("+", "", true),
        ("a/+", "a/", true),
    ] {
        assert_eq!(Filter::new(filter).expect("a filter").matches(topic), meant, "{filter} {topic}");
    }
    for filter in ["a+", "a/#/b", "a/b#", "$share/group/a", ""] {
        assert!(Filter::new(filter).is_err(), "{filter}");
    }
}

use serde_json::{Value, json};

use super::super::form::{Broker, Qos, Route, read};
use super::super::topic::{Filter, Topic};
use super::{MqttVersion, mqtt};
use crate::binding::Binding;
use crate::binding::testing::form;
use crate::td::Op;

fn route(written: Value, op: Op) -> Result<(Broker, Route), String> {
    read(&form(written), op, true)
}

fn told(topic: &str) -> Route {
    let topic = Topic::new(topic).expect("a topic");
    Route::Publish { topic, qos: Qos::AtLeastOnce, retain: false, response: None }
}

fn heard(filter: &str) -> Route {
    let filter = Filter::new(filter).expect("a filter");
    Route::Subscribe { filter, qos: Qos::AtLeastOnce, is_presence: false }
}

#[test]
fn topics_are_terms_or_the_path() {
    for (written, op, wanted) in [
        (json!({"href": "mqtt://b:1884", "mqv:topic": "a/b"}), Op::Write, told("a/b")),
        (json!({"href": "mqtt://b:1884/a/b"}), Op::Invoke, told("a/b")),
        (json!({"href": "mqtt://b:1884/x", "mqv:filter": "a/+"}), Op::Observe, heard("a/+")),
        (json!({"href": "mqtt://b:1884", "mqv:filter": ["a/#"]}), Op::Subscribe, heard("a/#")),
        (json!({"href": "mqtt://b:1884/a/+/c"}), Op::Subscribe, heard("a/+/c")),
        (
            json!({"href": "mqtt://b:1884/users/a%40b/t", "mqv:controlPacket": "mqv:subscribe"}),
            Op::Read,
            heard("users/a@b/t"),
        ),
    ] {
        let (broker, route) = route(written.clone(), op).unwrap_or_else(|why| panic!("{written}: {why}"));
        assert_eq!((broker.host.as_str(), broker.port, broker.is_secure), ("b", 1884, false));
        assert_eq!(route, wanted, "{written}");
    }
    let (broker, _) = route(json!({"href": "mqtts://b/a"}), Op::Read).expect("a form");
    assert_eq!((broker.port, broker.is_secure), (8_883, true));
}

#[test]
fn a_command_is_acknowledged_and_retained_as_the_form_says() {
    for (written, wanted_qos, wanted_retain) in [
        (json!({"mqv:qos": 0}), Qos::AtLeastOnce, false),
        (json!({"mqv:qos": "quality:2", "mqv:retain": true}), Qos::ExactlyOnce, true),
        (
            json!({"mqv:options": [{"mqv:optionName": "qos", "mqv:optionValue": 2}, {"mqv:optionName": "retain"}]}),
            Qos::ExactlyOnce,
            true,
        ),
    ] {
        let mut whole = json!({"href": "mqtt://b/a"});
        whole.as_object_mut().expect("an object").extend(written.as_object().cloned().expect("an object"));
        let (_, Route::Publish { qos, retain, .. }) = route(whole, Op::Write).expect("a form") else {
            panic!("a command is told");
        };
        assert_eq!((qos, retain), (wanted_qos, wanted_retain), "{written}");
    }
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for (written, op, why) in [
        (json!({"href": "mqtt://b"}), Op::Read, "names no topic"),
        (json!({"href": "mqtt://b/a/#"}), Op::Read, "a # or a ?"),
        (json!({"href": "mqtt://b/users%2Falice/t"}), Op::Read, "encoded"),
        (json!({"href": "mqtt://b/users/%23"}), Op::Read, "encoded"),
        (json!({"href": "mqtt://b/users/%2B/t"}), Op::Read, "encoded"),
        (json!({"href": "mqtt://b/a", "mqv:topic": "users/+/set"}), Op::Write, "no wildcards"),
        (json!({"href": "mqtt://b/a", "mqv:controlPacket": "mqv:publish"}), Op::Read, "control packet"),
        (json!({"href": "mqtt://b/a", "mqv:qos": 3}), Op::Read, "mqv:qos"),
        (json!({"href": "mqtt://u:p@b/a"}), Op::Read, "account"),
        (json!({"href": "mqtt://b", "mqv:filter": ["a", "b"]}), Op::Read, "a list"),
        (json!({"href": "ws://b/a"}), Op::Read, "scheme"),
    ] {
        let said = route(written.clone(), op).expect_err("it cannot be used");
        assert!(said.contains(why), "{written}: {said}");
    }
}

#[tokio::test]
async fn variables_are_looked_through_and_never_name_a_broker() {
    let binding = mqtt(MqttVersion::Auto);
    let well = form(json!({"href": "mqtt://b", "mqv:filter": "users/{caller.id}/t"}));
    assert_eq!(binding.check(&well, Op::Read), Ok(()));
    let loose = form(json!({"href": "mqtt://{broker}/a"}));
    assert!(binding.check(&loose, Op::Read).is_err());
}

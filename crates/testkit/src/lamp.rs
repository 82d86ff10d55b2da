//! A device behind an MQTT broker: a plain client that counts what it is told.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rumqttc_v5::{AsyncClient, Event, LastWill, MqttOptions, Packet, Publish, PublishOptions, PublishProperties, QoS};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::mosquitto::{Mosquitto, password};

/// A lamp of one user, on the topics below `users/NAME/lamp`:
///
/// - `power` tells whether it is on (retained); `power/set` switches it;
/// - `level/set` is heard and never told of again;
/// - `blink` is done and answered, on the topic that the question names or else on `blink/done`;
/// - `status` says `online`, and `offline` by its last will.
///
/// It connects anew by itself, for as long as the value lives.
#[derive(Debug)]
pub struct Lamp {
    user: String,
    client: AsyncClient,
    heard: Arc<Mutex<Vec<(String, String)>>>,
    task: JoinHandle<()>,
}

impl Lamp {
    /// Connects the lamp of this user, and waits until it listens.
    pub async fn start(broker: &Mosquitto, user: &str) -> Self {
        let base = format!("users/{user}/lamp");
        let mut options = MqttOptions::new(format!("lamp of {user}"), ("127.0.0.1", broker.port()));
        options.set_credentials("device", password("device")).set_keep_alive(5).set_clean_start(true);
        let will = LastWill::new(format!("{base}/status"), "offline", QoS::AtLeastOnce, true, None);
        options.set_last_will(will);
        let (client, mut events) = AsyncClient::builder(options).capacity(100).build();
        let heard: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let (ready, is_ready) = tokio::sync::oneshot::channel();
        let task = tokio::spawn({
            let (client, heard, base, mut ready) = (client.clone(), heard.clone(), base, Some(ready));
            async move {
                let mut is_on = false;
                loop {
                    match events.poll().await {
                        Ok(Event::Incoming(Packet::ConnAck(_))) => {
                            let all = ["power/set", "level/set", "blink"].map(|it| format!("{base}/{it}"));
                            for topic in all {
                                let _ = client.try_subscribe(topic, QoS::AtLeastOnce);
                            }
                            tell(&client, &format!("{base}/power"), &is_on.to_string(), true);
                            tell(&client, &format!("{base}/status"), "online", true);
                        }
                        Ok(Event::Incoming(Packet::SubAck(_))) => {
                            if let Some(ready) = ready.take() {
                                let _ = ready.send(());
                            }
                        }
                        Ok(Event::Incoming(Packet::Publish(message))) => {
                            let topic = String::from_utf8_lossy(&message.topic).into_owned();
                            let payload = String::from_utf8_lossy(&message.payload).into_owned();
                            let what = topic.strip_prefix(&format!("{base}/")).unwrap_or_default().to_owned();
                            heard.lock().unwrap_or_else(PoisonError::into_inner).push((what.clone(), payload.clone()));
                            match what.as_str() {
                                "power/set" => {
                                    is_on = payload == "true";
                                    tell(&client, &format!("{base}/power"), &is_on.to_string(), true);
                                }
                                "blink" => answer(&client, &base, &message, &payload),
                                _ => {}
                            }
                        }
                        Ok(_) => {}
                        Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                    }
                }
            }
        });
        tokio::time::timeout(Duration::from_secs(30), is_ready).await.expect("in time").expect("the lamp connects");
        Self { user: user.to_owned(), client, heard, task }
    }

    /// All that it was told so far: the topic below its own, and the payload.
    pub fn heard(&self) -> Vec<(String, String)> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until it was told so often.
    pub async fn hears(&self, count: usize) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.heard().len() < count {
            assert!(Instant::now() < deadline, "the lamp heard only {:?}", self.heard());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Somebody presses its button.
    pub fn press(&self, times: u32) {
        let payload = json!({"times": times}).to_string();
        tell(&self.client, &format!("users/{}/lamp/pressed", self.user), &payload, false);
    }

    /// Its Thing Description, with this account's scheme (`basic`, or `nosec`) and more members.
    pub fn description(broker: &str, id: &str, base: &str) -> Value {
        let form = |op: Value, name: &str, topic: &str| {
            let place = if name == "topic" { "mqv:topic" } else { "mqv:filter" };
            json!({"href": broker, "op": op, place: format!("{base}/{topic}")})
        };
        let mut power = form(json!(["readproperty", "observeproperty"]), "filter", "power");
        power["mqv:retain"] = json!(true);
        let mut blink = form(json!("invokeaction"), "topic", "blink");
        blink["mqv:responseTopic"] = json!(format!("{base}/blink/done"));
        let mut status = form(json!(["readproperty", "observeproperty"]), "filter", "status");
        status["mqv:presence"] = json!(true);
        status["contentType"] = json!("text/plain");
        json!({
            "@context": "https://www.w3.org/2022/wot/td/v1.1", "id": id, "title": "A lamp",
            "securityDefinitions": {"account": {"scheme": "basic"}}, "security": "account",
            "properties": {
                "power": {"type": "boolean", "observable": true, "forms": [power, form(json!("writeproperty"), "topic", "power/set")]},
                "level": {"type": "integer", "minimum": 0, "maximum": 100_000, "writeOnly": true,
                    "forms": [form(json!("writeproperty"), "topic", "level/set")]},
                "status": {"type": "string", "readOnly": true, "observable": true, "forms": [status]},
            },
            "actions": {"blink": {"input": {"type": "object", "properties": {"times": {"type": "integer"}}},
                "output": {"type": "object"}, "forms": [blink]}},
            "events": {"pressed": {"data": {"type": "object"}, "forms": [form(json!("subscribeevent"), "filter", "pressed")]}},
        })
    }
}

impl Drop for Lamp {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn tell(client: &AsyncClient, topic: &str, payload: &str, is_kept: bool) {
    let options = PublishOptions::new(QoS::AtLeastOnce).retain(is_kept);
    client.try_publish(topic, payload.to_owned(), options).expect("the lamp's queue has room");
}

fn answer(client: &AsyncClient, base: &str, question: &Publish, payload: &str) {
    let asked = question.properties.clone().unwrap_or_default();
    let topic = asked.response_topic.unwrap_or_else(|| format!("{base}/blink/done"));
    let properties = PublishProperties { correlation_data: asked.correlation_data, ..PublishProperties::default() };
    let input: Value = serde_json::from_str(payload).unwrap_or(Value::Null);
    let options = PublishOptions::new(QoS::AtLeastOnce).properties(properties);
    let done = json!({"blinked": input["times"]}).to_string();
    client.try_publish(topic, done, options).expect("the lamp's queue has room");
}

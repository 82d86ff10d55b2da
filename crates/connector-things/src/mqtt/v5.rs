use std::sync::atomic::Ordering;
use std::time::Duration;

use rumqttc_v5::{
    AsyncClient, ConnectReturnCode, ConnectionError, Event, EventLoop, IncomingPacketSizeLimit, MqttOptions, Packet,
    PubAckReason, PubCompReason, PubRecReason, PublishOptions, PublishProperties, PublishResult, QoS,
    SubscribeNoticeError, Transport,
};
use tokio::time::timeout;

use super::form::Qos;
use super::message::Message;
use super::wire::{Down, Granted, Heard, Letter, Plan, Taken, is_private};

/// How much may wait to be sent.
const QUEUE: usize = 64;

/// To say something in MQTT 5.
#[derive(Clone, Debug)]
pub(crate) struct Mouth {
    client: AsyncClient,
}

/// To hear something.
pub(crate) struct Ear {
    events: EventLoop,
    limit: Duration,
    stands: bool,
}

pub(crate) fn open(plan: &Plan) -> (Mouth, Ear) {
    let mut options = MqttOptions::new(plan.client_id.clone(), (plan.broker.host.clone(), plan.broker.port));
    options.set_keep_alive(plan.keep_alive_s);
    options.set_clean_start(true).set_connect_timeout(plan.connect_timeout);
    options.set_incoming_packet_size_limit(IncomingPacketSizeLimit::Bytes(plan.message_bytes_max));
    if let Some((name, password)) = plan.account.pair() {
        options.set_credentials(name, password.to_owned());
    }
    if plan.broker.is_secure {
        options.set_transport(match &plan.ca {
            Some(ca) => Transport::tls(ca.clone(), None, None),
            None => Transport::try_tls_with_default_config().unwrap_or_else(|error| {
                // Without the system's authorities nobody is trusted: the handshake fails and says so.
                tracing::warn!(%error, "the system's certificate authorities cannot be read");
                Transport::tls(Vec::new(), None, None)
            }),
        });
    }
    let (kept, limit) = (plan.clone(), plan.connect_timeout);
    options.set_socket_connector(move |_, _| {
        let plan = kept.clone();
        async move {
            let stream = plan.reach.connect(&plan.broker.host, plan.broker.port, plan.broker.named).await?;
            plan.is_reached.store(true, Ordering::Relaxed);
            Ok(stream)
        }
    });
    let (client, events) = AsyncClient::builder(options).capacity(QUEUE).build();
    (Mouth { client }, Ear { events, limit, stands: false })
}

fn qos(qos: Qos) -> QoS {
    match qos {
        Qos::AtLeastOnce => QoS::AtLeastOnce,
        Qos::ExactlyOnce => QoS::ExactlyOnce,
    }
}

impl Mouth {
    pub(crate) async fn publish(&self, letter: Letter) -> Taken {
        let (response_topic, correlation_data) = letter.response.unzip();
        let properties = PublishProperties {
            message_expiry_interval: letter.expiry_s,
            response_topic,
            correlation_data,
            content_type: Some(letter.content_type),
            ..PublishProperties::default()
        };
        let options = PublishOptions::new(qos(letter.qos)).retain(letter.retain).properties(properties);
        let Ok(notice) = self.client.try_publish_tracked(letter.topic, letter.payload, options) else {
            return Taken::NotSent;
        };
        match notice.wait_async().await {
            Ok(result) => taken(&result),
            Err(_) => Taken::Unknown,
        }
    }

    pub(crate) async fn subscribe(&self, filter: &str, wanted: Qos) -> Granted {
        let Ok(notice) = self.client.subscribe_tracked(filter, qos(wanted)).await else { return Granted::Unknown };
        match notice.wait_completion_async().await {
            Ok(()) => Granted::Yes,
            Err(SubscribeNoticeError::V5SubAckFailure(_)) => Granted::Denied,
            Err(_) => Granted::Unknown,
        }
    }

    pub(crate) fn unsubscribe(&self, filter: &str) {
        let _ = self.client.try_unsubscribe(filter);
    }
}

fn taken(result: &PublishResult) -> Taken {
    match result {
        PublishResult::Qos0Flushed => Taken::Unknown,
        PublishResult::Qos1(ack) => match ack.reason {
            PubAckReason::Success => Taken::Yes,
            PubAckReason::NoMatchingSubscribers => Taken::ByNobody,
            PubAckReason::NotAuthorized => Taken::Denied,
            _ => Taken::Refused,
        },
        PublishResult::Qos2Completed(ack) if ack.reason == PubCompReason::Success => Taken::Yes,
        PublishResult::Qos2Completed(_) => Taken::Unknown,
        PublishResult::Qos2PubRecRejected(ack) if ack.reason == PubRecReason::NotAuthorized => Taken::Denied,
        PublishResult::Qos2PubRecRejected(_) => Taken::Refused,
    }
}

impl Ear {
    pub(crate) async fn next(&mut self) -> Result<Heard, Down> {
        let polled = if self.stands {
            self.events.poll().await
        } else {
            timeout(self.limit, self.events.poll()).await.map_err(|_| Down::Silent)?
        };
        match polled {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                self.stands = true;
                Ok(Heard::Standing)
            }
            Ok(Event::Incoming(Packet::Publish(it))) => {
                let correlation = it.properties.and_then(|properties| properties.correlation_data);
                Ok(Heard::Message(Message::now(&it.topic, it.payload, it.retain, correlation)))
            }
            Ok(_) => Ok(Heard::Other),
            Err(error) => Err(down(error)),
        }
    }
}

fn down(error: ConnectionError) -> Down {
    match error {
        ConnectionError::Io(error) if is_private(&error) => Down::Private,
        ConnectionError::ConnectionRefused(
            code @ (ConnectReturnCode::BadUserNamePassword
            | ConnectReturnCode::NotAuthorized
            | ConnectReturnCode::Banned),
        ) => Down::Unwelcome(format!("{code:?}")),
        ConnectionError::ConnectionRefused(
            code @ (ConnectReturnCode::RefusedProtocolVersion | ConnectReturnCode::UnsupportedProtocolVersion),
        ) => Down::OtherVersion(format!("{code:?}")),
        other => Down::Away(other.to_string()),
    }
}

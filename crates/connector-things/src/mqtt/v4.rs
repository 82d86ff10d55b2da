use std::sync::atomic::Ordering;
use std::time::Duration;

use rumqttc_v4::{
    AsyncClient, ConnectReturnCode, ConnectionError, Event, EventLoop, MqttOptions, Packet, PublishOptions, QoS,
    SubscribeNoticeError, Transport,
};
use tokio::time::timeout;

use super::form::Qos;
use super::message::Message;
use super::wire::{Down, Granted, Heard, Letter, Plan, Taken, is_private};

/// How much may wait to be sent.
const QUEUE: usize = 64;

/// To say something in MQTT 3.1.1.
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
    options.set_clean_session(true);
    let most = plan.message_bytes_max as usize;
    options.set_max_packet_size(most, most);
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
        let options = PublishOptions::new(qos(letter.qos)).retain(letter.retain);
        let Ok(notice) = self.client.try_publish_tracked(letter.topic, letter.payload, options) else {
            return Taken::NotSent;
        };
        // A broker of this version acknowledges what it throws away, too.
        if notice.wait_completion_async().await.is_ok() { Taken::Yes } else { Taken::Unknown }
    }

    pub(crate) async fn subscribe(&self, filter: &str, wanted: Qos) -> Granted {
        let Ok(notice) = self.client.subscribe_tracked(filter, qos(wanted)).await else { return Granted::Unknown };
        match notice.wait_completion_async().await {
            Ok(()) => Granted::Yes,
            Err(SubscribeNoticeError::V4SubAckFailure(_)) => Granted::Denied,
            Err(_) => Granted::Unknown,
        }
    }

    pub(crate) fn unsubscribe(&self, filter: &str) {
        let _ = self.client.try_unsubscribe(filter);
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
                Ok(Heard::Message(Message::now(&it.topic, it.payload, it.retain, None)))
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
            code @ (ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized),
        ) => Down::Unwelcome(format!("{code:?}")),
        ConnectionError::ConnectionRefused(code @ ConnectReturnCode::RefusedProtocolVersion) => {
            Down::OtherVersion(format!("{code:?}"))
        }
        other => Down::Away(other.to_string()),
    }
}

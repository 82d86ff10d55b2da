use bytes::Bytes;
use jiff::Timestamp;

/// What a broker told.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) topic: String,
    pub(crate) payload: Bytes,
    /// The broker had kept it: when it was told first is not known.
    pub(crate) retained: bool,
    /// When it arrived here.
    pub(crate) at: Timestamp,
    /// Which question it answers (MQTT 5).
    pub(crate) correlation: Option<Bytes>,
}

impl Message {
    /// One that arrives now. A topic that is not text is nobody's.
    pub(crate) fn now(topic: &[u8], payload: Bytes, retained: bool, correlation: Option<Bytes>) -> Option<Self> {
        let topic = std::str::from_utf8(topic).ok()?.to_owned();
        Some(Self { topic, payload, retained, at: Timestamp::now(), correlation })
    }
}

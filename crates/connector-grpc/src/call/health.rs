use prost::Message;
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};

/// `grpc.health.v1`: the request, whose `service` is empty for the whole server, and the answer, whose only field is the
/// status. Their shapes are close enough to be one type here.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Health {
    #[prost(int32, tag = "1")]
    status: i32,
}

impl Health {
    /// `NOT_SERVING`.
    pub(crate) fn is_not_serving(&self) -> bool {
        self.status == 2
    }

    pub(crate) fn codec() -> HealthCodec {
        HealthCodec
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct HealthCodec;

impl Codec for HealthCodec {
    type Encode = Health;
    type Decode = Health;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for HealthCodec {
    type Item = Health;
    type Error = Status;

    fn encode(&mut self, _: Health, _: &mut EncodeBuf<'_>) -> Result<(), Status> {
        Ok(())
    }
}

impl Decoder for HealthCodec {
    type Item = Health;
    type Error = Status;

    fn decode(&mut self, bytes: &mut DecodeBuf<'_>) -> Result<Option<Health>, Status> {
        Health::decode(bytes).map(Some).map_err(|_| Status::data_loss("no answer to a health check"))
    }
}

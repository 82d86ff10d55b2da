use std::borrow::Cow;
use std::time::Duration;

use serde_json::Value;
use tokio_modbus::{Request, Response};

use super::bus::Bus;
use super::fault::Fault;
use super::form::{Entity, Span};
use super::layout::Layout;
use super::{decode, encode};

/// What coils or registers hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    Bits(Vec<bool>),
    Words(Vec<u16>),
}

impl Held {
    /// As a value.
    pub(crate) fn value(&self, layout: &Layout) -> connector::Result<Value> {
        match self {
            Self::Bits(bits) => Ok(decode::bits(layout, bits)),
            Self::Words(words) => decode::words(layout, words),
        }
    }

    /// Of a value.
    pub(crate) fn of(layout: &Layout, entity: Entity, value: &Value) -> connector::Result<Self> {
        if entity.is_bits() {
            encode::bits(layout, value).map(Self::Bits)
        } else {
            encode::words(layout, value).map(Self::Words)
        }
    }
}

/// Reads. Reading changes nothing, so that a connection that breaks under it is made again once.
pub(crate) async fn read(bus: &Bus, span: &Span, quantity: u16, limit: Duration) -> Result<Held, Fault> {
    match read_once(bus, span, quantity, limit).await {
        Err(Fault::Broken(_)) => read_once(bus, span, quantity, limit).await,
        other => other,
    }
}

async fn read_once(bus: &Bus, span: &Span, quantity: u16, limit: Duration) -> Result<Held, Fault> {
    let request = match span.entity {
        Entity::Coil => Request::ReadCoils(span.address, quantity),
        Entity::DiscreteInput => Request::ReadDiscreteInputs(span.address, quantity),
        Entity::HoldingRegister => Request::ReadHoldingRegisters(span.address, quantity),
        Entity::InputRegister => Request::ReadInputRegisters(span.address, quantity),
    };
    let count = usize::from(quantity);
    match bus.ask(span.unit, request, limit).await? {
        // Bits come in whole bytes.
        Response::ReadCoils(mut bits) | Response::ReadDiscreteInputs(mut bits)
            if bits.len() >= count && bits.len() < count + 8 =>
        {
            bits.truncate(count);
            Ok(Held::Bits(bits))
        }
        Response::ReadHoldingRegisters(words) | Response::ReadInputRegisters(words) if words.len() == count => {
            Ok(Held::Words(words))
        }
        other => Err(Fault::Strange(format!("{other:?}"))),
    }
}

/// Writes, once.
pub(crate) async fn write(bus: &Bus, span: &Span, held: &Held, limit: Duration) -> Result<(), Fault> {
    let at = span.address;
    let request = match held {
        Held::Bits(bits) => match bits.as_slice() {
            [bit] if !span.as_many => Request::WriteSingleCoil(at, *bit),
            bits => Request::WriteMultipleCoils(at, Cow::Borrowed(bits)),
        },
        Held::Words(words) => match words.as_slice() {
            [word] if !span.as_many => Request::WriteSingleRegister(at, *word),
            words => Request::WriteMultipleRegisters(at, Cow::Borrowed(words)),
        },
    };
    let response = bus.ask(span.unit, request, limit).await?;
    // The answer says what was written, and where.
    let is_echo = match (&response, held) {
        (Response::WriteSingleCoil(address, bit), Held::Bits(bits)) => *address == at && bits.as_slice() == [*bit],
        (Response::WriteSingleRegister(address, word), Held::Words(words)) => {
            *address == at && words.as_slice() == [*word]
        }
        (Response::WriteMultipleCoils(address, count), Held::Bits(bits)) => {
            *address == at && usize::from(*count) == bits.len()
        }
        (Response::WriteMultipleRegisters(address, count), Held::Words(words)) => {
            *address == at && usize::from(*count) == words.len()
        }
        _ => false,
    };
    if is_echo { Ok(()) } else { Err(Fault::Strange(format!("{response:?}"))) }
}

use connector::{Error, ErrorKind, Result};
use std::time::Duration;
use tokio_modbus::ExceptionCode;

use crate::binding::Done;

/// Why a request has no good answer.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Nothing was sent: the bus cannot be reached, or it or the unit is left alone for a while.
    Away {
        /// How long it is left alone.
        after: Duration,
        /// For the log.
        source: Option<std::io::Error>,
    },
    /// Nothing was sent: too many wait for the bus.
    Crowded,
    /// It was sent, and no answer came in time.
    Silent,
    /// It was sent, and the connection broke before an answer.
    Broken(std::io::Error),
    /// It was sent, and the answer is none to this request.
    Strange(String),
    /// The device says no (Modbus Application Protocol V1.1b3, section 7).
    Refused(ExceptionCode),
}

impl Fault {
    /// What a reader hears.
    pub(crate) fn into_error(self) -> Error {
        match self {
            Self::Away { source: Some(source), .. } if source.kind() == std::io::ErrorKind::PermissionDenied => {
                let message = "The device's address is a private one, which is not connected to unless \
                               `http.allow_addresses` of this resource names it.";
                Error::new(ErrorKind::PermissionDenied, message).with_source(source)
            }
            Self::Away { after, source } => {
                let error = unavailable("The device cannot be reached right now.").with_retry_after(after);
                match source {
                    Some(source) => error.with_source(source),
                    None => error,
                }
            }
            Self::Crowded => unavailable("Too many calls wait for the device's bus. Try again in a moment."),
            Self::Silent => unavailable("The device does not answer."),
            Self::Broken(source) => {
                unavailable("The connection to the device broke. Try again in a moment.").with_source(source)
            }
            Self::Strange(source) => {
                unavailable("The device sent an answer that belongs to nothing asked.").with_source(source)
            }
            Self::Refused(code) => refused(code),
        }
    }

    /// What became of a command: done or not, it is not sent again.
    pub(crate) fn into_done(self) -> Result<Done> {
        match self {
            Self::Silent | Self::Broken(_) | Self::Strange(_) => Ok(Done::Sent),
            // "Accepted, and it takes long"; "the gateway sent it on, and the device did not answer".
            Self::Refused(ExceptionCode::Acknowledge | ExceptionCode::GatewayTargetDevice) => Ok(Done::Sent),
            other => Err(other.into_error()),
        }
    }
}

fn unavailable(message: &str) -> Error {
    Error::new(ErrorKind::Unavailable, message)
}

fn refused(code: ExceptionCode) -> Error {
    let (kind, message) = match code {
        ExceptionCode::IllegalFunction => (ErrorKind::Unsupported, "The device cannot do this."),
        ExceptionCode::IllegalDataAddress => {
            (ErrorKind::NotFound, "The device has nothing at this address, though its description says so.")
        }
        ExceptionCode::IllegalDataValue => (ErrorKind::InvalidArgument, "The device does not take this value."),
        ExceptionCode::ServerDeviceFailure => {
            (ErrorKind::Internal, "The device reports that it failed while doing this.")
        }
        ExceptionCode::Acknowledge | ExceptionCode::ServerDeviceBusy => {
            (ErrorKind::Unavailable, "The device is busy. Try again in a moment.")
        }
        ExceptionCode::MemoryParityError => (ErrorKind::Internal, "The device reports an error in its memory."),
        ExceptionCode::GatewayPathUnavailable | ExceptionCode::GatewayTargetDevice => {
            (ErrorKind::Unavailable, "The device does not answer its gateway.")
        }
        ExceptionCode::Custom(_) => (ErrorKind::Internal, "The device refuses this for a reason of its own."),
    };
    Error::new(kind, message).with_source(format!("modbus exception {:#04x}", u8::from(code)))
}

use std::time::Duration;

use connector::{Error, ErrorKind, Result};
use tokio::time::timeout;

use super::wire::{Letter, Mouth, Taken};
use crate::binding::Done;

/// Sends a command, once. [`Done::Sent`] is the most that a broker can say.
pub(crate) async fn publish(mouth: &Mouth, letter: Letter, limit: Duration) -> Result<Done> {
    let is_kept = letter.retain;
    let failed = |kind, message: &str| Err(Error::new(kind, message));
    match timeout(limit, mouth.publish(letter)).await.unwrap_or(Taken::Unknown) {
        Taken::Yes | Taken::Unknown => Ok(Done::Sent),
        // The broker keeps it for the device.
        Taken::ByNobody if is_kept => Ok(Done::Sent),
        Taken::ByNobody => {
            failed(ErrorKind::Unavailable, "The device is not connected to its broker: nothing was done.")
        }
        Taken::Denied => failed(
            ErrorKind::PermissionDenied,
            "The device's broker does not let this account send that: nothing was done.",
        ),
        Taken::Refused => {
            failed(ErrorKind::InvalidArgument, "The device's broker did not take that: nothing was done.")
        }
        Taken::NotSent => {
            failed(ErrorKind::Unavailable, "The device's broker could not take it right now: nothing was sent.")
        }
    }
}

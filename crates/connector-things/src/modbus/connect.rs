use std::io;
use std::net;
use std::time::Duration;

use tokio_modbus::client::{Context, rtu, tcp};
use tokio_serial::{ClearBuffer, SerialPort, SerialStream};
use upstream::Reach;

use super::config::{Line, Parity};
use super::form::Place;

/// A connection to a bus.
pub(crate) struct Link {
    pub(crate) context: Context,
    /// The same socket once more, to see whether the other side has closed it.
    socket: Option<net::TcpStream>,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Link")
    }
}

impl Link {
    /// Whether nothing came since the last answer: not an end, and no answer that is too late.
    pub(crate) fn is_quiet(&self) -> bool {
        let Some(socket) = &self.socket else { return true };
        matches!(socket.peek(&mut [0]), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }
}

/// Connects to a place.
pub(crate) async fn connect(place: &Place, line: Option<&Line>, reach: &Reach) -> io::Result<Link> {
    match (place, line) {
        (Place::Tcp { host, port, named }, _) => {
            let stream = reach.connect(host, *port, *named).await?.into_std()?;
            let socket = stream.try_clone()?;
            let stream = tokio::net::TcpStream::from_std(stream)?;
            Ok(Link { context: tcp::attach(stream), socket: Some(socket) })
        }
        (Place::Serial { .. }, Some(line)) => {
            let stream = open(line)?;
            // What stands in the line's buffer was meant for a request before this connection.
            tokio::time::sleep(line.silence().max(Duration::from_millis(5))).await;
            stream.clear(ClearBuffer::Input)?;
            Ok(Link { context: rtu::attach(stream), socket: None })
        }
        (Place::Serial { .. }, None) => Err(io::Error::new(io::ErrorKind::NotFound, "no such line is configured")),
    }
}

fn open(line: &Line) -> io::Result<SerialStream> {
    let parity = match line.parity {
        Parity::Even => tokio_serial::Parity::Even,
        Parity::Odd => tokio_serial::Parity::Odd,
        Parity::None => tokio_serial::Parity::None,
    };
    let stop_bits = if line.stop_bits == 2 { tokio_serial::StopBits::Two } else { tokio_serial::StopBits::One };
    let port = tokio_serial::new(line.port.to_string_lossy(), line.baud_rate);
    let port = port.data_bits(tokio_serial::DataBits::Eight).parity(parity).stop_bits(stop_bits);
    SerialStream::open(&port).map_err(io::Error::from)
}

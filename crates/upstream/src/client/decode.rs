use std::io::{self, Write};

use brotli_decompressor::DecompressorWriter;
use flate2::write::MultiGzDecoder;

/// What is asked for. What comes otherwise is not guessed at.
pub(crate) const ACCEPTED: &str = "gzip, br";

/// Turns a body as it arrives into the body that is meant, up to a bound of decoded bytes. It never holds more than
/// that and the codec's window (32 KiB for gzip, 16 MiB for Brotli).
pub(crate) enum Decoder {
    Plain(Sink),
    Gzip(Box<MultiGzDecoder<Sink>>),
    Brotli(Box<DecompressorWriter<Sink>>),
}

/// How a body came out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Decoded {
    Whole(Vec<u8>),
    Cut(Vec<u8>),
    /// It is not what its header says, or it broke off.
    Broken,
}

impl Decoder {
    /// By the value of `Content-Encoding` (RFC 9110 section 8.4); `None` for one that was not asked for, and for several
    /// on top of each other, which multiply what a small body can become.
    pub(crate) fn new(encoding: Option<&str>, bytes_max: usize) -> Option<Self> {
        let sink = Sink { bytes: Vec::new(), bytes_max, is_full: false };
        match encoding.map(|text| text.trim().to_ascii_lowercase()).as_deref() {
            None | Some("" | "identity") => Some(Self::Plain(sink)),
            Some("gzip" | "x-gzip") => Some(Self::Gzip(Box::new(MultiGzDecoder::new(sink)))),
            Some("br") => Some(Self::Brotli(Box::new(DecompressorWriter::new(sink, 4096)))),
            Some(_) => None,
        }
    }

    /// Takes what has arrived; `false` where no more is wanted.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> bool {
        let written = match self {
            Self::Plain(sink) => sink.write_all(bytes),
            Self::Gzip(decoder) => decoder.write_all(bytes),
            Self::Brotli(decoder) => decoder.write_all(bytes),
        };
        written.is_ok()
    }

    /// What has come out.
    pub(crate) fn finish(mut self, is_whole: bool) -> Decoded {
        let ended = match &mut self {
            Self::Plain(_) => Ok(()),
            Self::Gzip(decoder) if is_whole => decoder.try_finish(),
            Self::Brotli(decoder) if is_whole => decoder.close(),
            Self::Gzip(_) | Self::Brotli(_) => Ok(()),
        };
        let sink = match &mut self {
            Self::Plain(sink) => sink,
            Self::Gzip(decoder) => decoder.get_mut(),
            Self::Brotli(decoder) => decoder.get_mut(),
        };
        let bytes = std::mem::take(&mut sink.bytes);
        // Decoders write once more when they are dropped.
        sink.bytes_max = 0;
        match (sink.is_full, is_whole && ended.is_ok()) {
            (true, _) => Decoded::Cut(bytes),
            (false, true) => Decoded::Whole(bytes),
            (false, false) => Decoded::Broken,
        }
    }
}

/// Keeps so many bytes and says no to more.
#[derive(Debug)]
pub(crate) struct Sink {
    bytes: Vec<u8>,
    bytes_max: usize,
    is_full: bool,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.bytes_max.saturating_sub(self.bytes.len());
        if room == 0 && !bytes.is_empty() {
            self.is_full = true;
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(room);
        self.bytes.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

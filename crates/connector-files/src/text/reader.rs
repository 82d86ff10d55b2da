use std::io::{self, BufRead, BufReader, Read};

use encoding_rs::{Decoder, Encoding, UTF_8};

use super::decode::decode_some;

/// Reads text as UTF-8, whatever it is kept in. UTF-8 itself passes as it is.
pub(crate) fn utf8_reader<'a>(reader: impl BufRead + 'a, encoding: &'static Encoding) -> Box<dyn BufRead + 'a> {
    if encoding == UTF_8 {
        return Box::new(reader);
    }
    let decoder = Some(encoding.new_decoder_with_bom_removal());
    Box::new(BufReader::new(Decoding { reader, decoder, ready: String::new(), given: 0 }))
}

struct Decoding<R> {
    reader: R,
    /// `None` after the end.
    decoder: Option<Decoder>,
    ready: String,
    given: usize,
}

impl<R: BufRead> Read for Decoding<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() {
            let Some(decoder) = &mut self.decoder else { return Ok(0) };
            let bytes = self.reader.fill_buf()?;
            let used = bytes.len();
            self.ready.clear();
            self.given = 0;
            decode_some(decoder, bytes, used == 0, &mut self.ready);
            self.reader.consume(used);
            if used == 0 {
                self.decoder = None;
            }
        }
        let mut rest = &self.ready.as_bytes()[self.given..];
        let read = rest.read(to)?;
        self.given += read;
        Ok(read)
    }
}

use std::io::{self, BufRead};

/// The most bytes of one line that are looked at.
pub(crate) const LINE_BYTES_MAX: usize = 64 * 1024;

/// Reads the next line into `line`, without its end, keeping at most [`LINE_BYTES_MAX`] bytes.
///
/// Gives how many bytes it consumed (0 at the end) and whether the line was longer than what was kept.
pub(crate) fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>, bytes_max: u64) -> io::Result<(u64, bool)> {
    line.clear();
    let (mut consumed, mut longer) = (0, false);
    loop {
        let buffer = reader.fill_buf()?;
        let room = usize::try_from(bytes_max - consumed).unwrap_or(usize::MAX);
        let buffer = &buffer[..buffer.len().min(room)];
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let content = &buffer[..end.unwrap_or(buffer.len())];
        let kept = content.len().min(LINE_BYTES_MAX - line.len());
        longer |= kept < content.len();
        line.extend_from_slice(&content[..kept]);
        let used = end.map_or(buffer.len(), |end| end + 1);
        let finished = used == 0 || end.is_some();
        reader.consume(used);
        consumed += used as u64;
        if finished {
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            return Ok((consumed, longer));
        }
    }
}

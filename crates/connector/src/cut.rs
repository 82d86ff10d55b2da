/// As much of JSON text as fits into so many bytes, its open lists and objects closed after the last member that is whole;
/// `None` where nothing does.
pub fn cut(text: &str, bytes_max: usize) -> Option<String> {
    let (mut open, mut in_string, mut is_escaped) = (Vec::new(), false, false);
    let mut end = None;
    for (at, byte) in text.bytes().enumerate().take(bytes_max) {
        if in_string {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        let (here, depth) = match byte {
            b'"' => {
                in_string = true;
                continue;
            }
            b'[' | b'{' => (at + 1, open.len() + 1),
            b']' | b'}' => (at + 1, open.len().saturating_sub(1)),
            b',' => (at, open.len()),
            _ => continue,
        };
        if here + depth > bytes_max {
            break;
        }
        match byte {
            b'[' => open.push(']'),
            b'{' => open.push('}'),
            b']' | b'}' => drop(open.pop()),
            _ => {}
        }
        end = Some(here);
    }
    Some(text.get(..end?)?.chars().chain(open.into_iter().rev()).collect())
}

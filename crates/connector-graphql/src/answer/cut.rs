/// As much of JSON text as fits, its open lists and objects closed after the last member that is whole.
pub(super) fn json(text: &str, bytes_max: usize) -> Option<String> {
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
        match byte {
            b'"' => in_string = true,
            b'[' | b'{' => open.push(if byte == b'[' { ']' } else { '}' }),
            b']' | b'}' => drop(open.pop()),
            b',' => {}
            _ => continue,
        }
        // A comma ends a member without belonging to it.
        let here = if byte == b',' { at } else { at + 1 };
        if in_string {
            continue;
        }
        if here + open.len() > bytes_max {
            break;
        }
        end = Some((here, open.clone()));
    }
    let (end, open) = end?;
    Some(text.get(..end)?.chars().chain(open.into_iter().rev()).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::json;

    #[test]
    fn what_is_cut_is_json_and_not_longer() {
        let text = r#"{"a":[{"b":"x,]}\"y"},{"b":"z"}],"c":{"d":[1,2,3]}}"#;
        for bytes_max in 2..text.len() {
            let cut = json(text, bytes_max).unwrap();
            assert!(cut.len() <= bytes_max, "{cut}");
            assert!(serde_json::from_str::<Value>(&cut).is_ok(), "{bytes_max}: {cut}");
        }
        assert_eq!(json(text, 30).unwrap(), r#"{"a":[{"b":"x,]}\"y"},{}]}"#);
    }
}

/// The media type by what is in the file, and only then by its name. `text` says that it is text.
///
/// Where the content only says "text" or "an archive", a name that fits says more.
pub(crate) fn media_type(head: &[u8], named: Option<&'static str>, text: bool) -> &'static str {
    let found = infer::get(head);
    if text {
        let marked = found.filter(|kind| kind.matcher_type() == infer::MatcherType::Text);
        return named.filter(|it| is_text(it)).or(marked.map(|kind| kind.mime_type())).unwrap_or("text/plain");
    }
    match (found.map(|kind| kind.mime_type()), named.filter(|named| !is_text(named))) {
        (Some(found), Some(named)) if holds_others(found) => named,
        (Some(found), _) => found,
        (None, Some(named)) => named,
        (None, None) => "application/octet-stream",
    }
}

/// Formats that many others are made of.
fn holds_others(media_type: &str) -> bool {
    matches!(
        media_type,
        "application/zip" | "application/gzip" | "application/x-ole-storage" | "application/octet-stream"
    )
}

fn is_text(media_type: &str) -> bool {
    const TEXTS: [&str; 8] = ["json", "xml", "javascript", "toml", "yaml", "sql", "x-sh", "x-www-form-urlencoded"];
    let Some((kind, name)) = media_type.split_once('/') else { return false };
    kind == "text"
        || TEXTS.iter().any(|it| name.strip_prefix("x-").unwrap_or(name) == *it || name == *it)
        || name.ends_with("+xml")
        || name.ends_with("+json")
        || name == "typescript"
}

#[cfg(test)]
mod tests {
    use super::media_type;

    #[test]
    fn the_content_speaks_first_and_the_name_second() {
        const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        const ZIP: &[u8] = b"PK\x03\x04\x14\0\0\0\x08\0";
        let cases: [(&[u8], Option<&'static str>, bool, &str); 11] = [
            (PNG, None, false, "image/png"),
            (PNG, Some("image/jpeg"), false, "image/png"),
            (PNG, Some("text/plain"), false, "image/png"),
            (ZIP, None, false, "application/zip"),
            (ZIP, Some("application/java-archive"), false, "application/java-archive"),
            (b"\0\x01\x02", Some("image/png"), false, "image/png"),
            (b"\0\x01\x02", Some("text/plain"), false, "application/octet-stream"),
            (b"hello", None, true, "text/plain"),
            (b"hello", Some("text/markdown"), true, "text/markdown"),
            (b"hello", Some("image/png"), true, "text/plain"),
            (b"<svg/>", Some("image/svg+xml"), true, "image/svg+xml"),
        ];
        for (head, named, text, wanted) in cases {
            assert_eq!(media_type(head, named, text), wanted, "{named:?}");
        }
    }
}

use aws_lc_rs::digest;

/// Longest name made, in bytes. Common file systems allow 255.
const BYTES_MAX: usize = 200;

/// Names that Windows gives to devices, with any extension (learn.microsoft.com, "Naming Files, Paths, and Namespaces").
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The name of a user's folder, below one that is configured.
///
/// Where issuers have folders of their own, those have the issuers' names, made the same way.
///
/// `a` to `z`, `0` to `9`, `-`, `_`, and `.` inside the name stay as they are; every other byte is written `=xx` in
/// lower-case hex, so `alice` is `alice`, `Alice` is `=41lice` and `..` is `=2e=2e`. A dot that comes first or last,
/// and the first letter of a Windows device name, are written that way too. A name that would be longer than 200
/// bytes is a readable beginning, `=-` and the SHA-256 of the whole id in hex. The empty id is `=`.
///
/// No two ids share a name, on file systems that ignore letter case either: the result is lower-case ASCII, undoing
/// `=xx` gives the id back, `=-` and a lone `=` occur in no other form, and two long ids would have to share a
/// SHA-256. No result has a separator, is `.` or `..`, begins with a dot, or is empty.
///
/// ```
/// # use bellhop_access::folder_name;
/// assert_eq!(folder_name("alice"), "alice");
/// assert_eq!(folder_name("Alice"), "=41lice");
/// assert_eq!(folder_name("../bob"), "=2e.=2fbob");
/// ```
pub fn folder_name(id: &str) -> String {
    if id.is_empty() {
        return "=".to_owned();
    }
    let last = id.len() - 1;
    let device = is_device(id);
    let mut name = String::with_capacity(id.len());
    let mut prefix = 0;
    for (at, byte) in id.bytes().enumerate() {
        match byte {
            b'a'..=b'z' if !(device && at == 0) => name.push(byte.into()),
            b'0'..=b'9' | b'-' | b'_' => name.push(byte.into()),
            b'.' if at != 0 && at != last => name.push('.'),
            _ => name.push_str(&format!("={byte:02x}")),
        }
        if name.len() <= BYTES_MAX - DIGEST_BYTES {
            prefix = name.len();
        }
    }
    if name.len() > BYTES_MAX {
        name.truncate(prefix);
        name.push_str("=-");
        name.extend(digest::digest(&digest::SHA256, id.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")));
    }
    name
}

/// `=-` and a SHA-256 in hex.
const DIGEST_BYTES: usize = 2 + 64;

fn is_device(id: &str) -> bool {
    let stem = id.split('.').next().unwrap_or(id);
    let numbered =
        |word| stem.strip_prefix(word).is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit());
    DEVICES.contains(&stem) || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::folder_name;

    #[test]
    fn plain_ids_stay_readable_and_others_are_escaped() {
        let cases = [
            ("alice", "alice"),
            ("a.b-c_9", "a.b-c_9"),
            ("Alice", "=41lice"),
            ("..", "=2e=2e"),
            (".", "=2e"),
            ("alice.", "alice=2e"),
            ("../../etc", "=2e.=2f..=2fetc"),
            ("a=b", "a=3db"),
            ("con", "=63on"),
            ("nul.txt", "=6eul.txt"),
            ("com7", "=63om7"),
            ("console", "console"),
            ("a\0b", "a=00b"),
            ("é", "=c3=a9"),
            ("", "="),
            (" ", "=20"),
        ];
        for (id, name) in cases {
            assert_eq!(folder_name(id), name, "{id:?}");
        }
    }
}

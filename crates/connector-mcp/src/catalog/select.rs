use crate::Config;

/// Whether configuration lets a tool or prompt of this name be offered.
pub(super) fn is_selected(config: &Config, name: &str) -> bool {
    let any = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, name));
    (config.include.is_empty() || any(&config.include)) && !any(&config.exclude)
}

/// `*` stands for anything.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(first) else { return false };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        match left.find(piece) {
            Some(at) => left = &left[at + piece.len()..],
            None => return false,
        }
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_anything() {
        assert!(matches("read_*", "read_file") && matches("*_file", "read_file") && matches("r*d*e", "read_file"));
        assert!(matches("read_file", "read_file") && matches("*", "x") && matches("a*", "a"));
        assert!(!matches("read_*", "write_file") && !matches("read", "read_file") && !matches("a*a", "a"));
    }
}

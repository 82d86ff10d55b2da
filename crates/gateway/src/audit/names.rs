//! Names of fields: when two are the same, and when one speaks of a secret.

/// Words of which one in a name makes it credential-like.
const WORDS: [&str; 19] = [
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "hash",
    "salt",
    "otp",
    "totp",
    "jwt",
    "pin",
    "cvv",
    "cvc",
    "ssn",
    "credential",
    "authorization",
    "cookie",
];
/// The same of two words.
const PAIRS: [(&str, &str); 9] = [
    ("api", "key"),
    ("private", "key"),
    ("access", "key"),
    ("signing", "key"),
    ("encryption", "key"),
    ("recovery", "code"),
    ("backup", "code"),
    ("card", "number"),
    ("security", "code"),
];
/// Endings that need no word of their own: `userpassword`.
const ENDINGS: [&str; 7] = ["password", "passwd", "secret", "token", "apikey", "passphrase", "credentials"];

/// Letter case, underscores and hyphens do not matter.
pub(super) fn folded(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

/// Whether values under this name are secret without anybody's saying so.
pub(super) fn is_credential(name: &str) -> bool {
    let words = words(name);
    let is = |word: &String, known: &str| word == known || word.strip_suffix('s') == Some(known);
    words.iter().any(|word| WORDS.iter().any(|known| is(word, known)))
        || words.windows(2).any(|pair| PAIRS.iter().any(|(one, two)| is(&pair[0], one) && is(&pair[1], two)))
        || ENDINGS.iter().any(|ending| folded(name).ends_with(ending))
}

/// The words of a `snake_case`, `kebab-case` or `camelCase` name, in lower case.
fn words(name: &str) -> Vec<String> {
    let (mut words, mut lower) = (vec![String::new()], false);
    for c in name.chars() {
        if !c.is_alphanumeric() || (lower && c.is_uppercase()) {
            words.push(String::new());
        }
        lower = c.is_lowercase() || c.is_numeric();
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::is_credential;

    #[test]
    fn names_that_speak_of_a_secret_are_known_and_others_are_not() {
        for name in ["password", "userPassword", "API-Key", "card_number", "access_tokens", "PIN", "userpassword"] {
            assert!(is_credential(name), "{name}");
        }
        for name in ["shipping", "key", "card", "number", "pins_and_needles_count", "title", "hashtag"] {
            assert_eq!(is_credential(name), name.starts_with("pins"), "{name}");
        }
    }
}

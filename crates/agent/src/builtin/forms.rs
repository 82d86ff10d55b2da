//! English words in the singular and the plural, and names taken apart into words.

/// Whether two lower-case words are the same but for singular and plural.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one == other || singulars(one).iter().any(|a| singulars(other).iter().any(|b| a == b))
}

/// Whether a lower-case word is in the plural, as far as its end tells.
pub(crate) fn is_plural(word: &str) -> bool {
    irregular(word).is_some() || (word.ends_with('s') && !["ss", "us", "is"].iter().any(|end| word.ends_with(end)))
}

/// What a word may be in the singular; itself among them.
pub(crate) fn singulars(word: &str) -> Vec<String> {
    let mut forms = vec![word.to_owned()];
    if let Some(one) = irregular(word) {
        forms.push(one.to_owned());
    }
    if word.len() > 3 && is_plural(word) {
        if let Some(stem) = word.strip_suffix("ies") {
            forms.push(format!("{stem}y"));
        }
        if let Some(stem) = word.strip_suffix("es") {
            forms.push(stem.to_owned());
        }
        if let Some(stem) = word.strip_suffix('s') {
            forms.push(stem.to_owned());
        }
    }
    forms
}

fn irregular(word: &str) -> Option<&'static str> {
    Some(match word {
        "people" => "person",
        "children" => "child",
        "men" => "man",
        "women" => "woman",
        "statuses" => "status",
        "addresses" => "address",
        "indices" => "index",
        "criteria" => "criterion",
        "movies" => "movie",
        "cookies" => "cookie",
        "ties" => "tie",
        "pies" => "pie",
        "series" => "series",
        _ => return None,
    })
}

/// The singular of one word, for sentences.
pub(crate) fn singular(word: &str) -> String {
    if let Some(one) = irregular(word) {
        return one.to_owned();
    }
    if !is_plural(word) || word.len() <= 3 {
        return word.to_owned();
    }
    let sibilant = ["sses", "shes", "ches", "xes", "zes"].iter().any(|end| word.ends_with(end));
    match word {
        _ if word.ends_with("ies") && word.len() > 4 => format!("{}y", &word[..word.len() - 3]),
        _ if sibilant => word[..word.len() - 2].to_owned(),
        _ => word[..word.len() - 1].to_owned(),
    }
}

/// The plural of one word, for sentences.
pub(crate) fn plural(word: &str) -> String {
    if is_plural(word) {
        return word.to_owned();
    }
    let before_y = word.chars().rev().nth(1);
    match word {
        "person" => "people".to_owned(),
        "child" => "children".to_owned(),
        _ if word.ends_with('y') && !before_y.is_some_and(|c| "aeiou".contains(c)) => {
            format!("{}ies", &word[..word.len() - 1])
        }
        _ if ["s", "sh", "ch", "x", "z"].iter().any(|end| word.ends_with(end)) => format!("{word}es"),
        _ => format!("{word}s"),
    }
}

/// A name's words in lower case: `order_items`, `orderItems` and `order-items` are `order`, `items`.
pub(crate) fn split(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = ' ';
    for c in name.chars() {
        let begins = !previous.is_alphanumeric() || (c.is_uppercase() && !previous.is_uppercase());
        if c.is_alphanumeric() {
            match words.last_mut() {
                Some(word) if !begins => word.extend(c.to_lowercase()),
                _ => words.push(c.to_lowercase().collect()),
            }
        }
        previous = c;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn singular_and_plural_are_the_same_word() {
        for (one, many) in [
            ("order", "orders"),
            ("category", "categories"),
            ("movie", "movies"),
            ("box", "boxes"),
            ("address", "addresses"),
            ("person", "people"),
            ("status", "statuses"),
            ("invoice", "invoices"),
        ] {
            assert!(same(one, many), "{one} {many}");
            assert_eq!(plural(one), many);
            assert_eq!(singular(many), one);
        }
        assert!(!same("order", "border"));
    }

    #[test]
    fn names_are_taken_apart() {
        assert_eq!(split("order_items"), ["order", "items"]);
        assert_eq!(split("orderItems"), ["order", "items"]);
        assert_eq!(split("shop.HTTPLog"), ["shop", "httplog"]);
    }
}

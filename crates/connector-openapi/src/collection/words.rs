//! Names compared without regard to how they are written.

/// `petId`, `pet-id`, `PetID` and `pet_id` as `pet_id`.
pub(super) fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut before = None;
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() {
            if !out.is_empty() && !out.ends_with('_') {
                out.push('_');
            }
        } else {
            let starts =
                c.is_ascii_uppercase() && before.is_some_and(|b: char| b.is_ascii_lowercase() || b.is_ascii_digit());
            if starts && !out.ends_with('_') {
                out.push('_');
            }
            out.push(c.to_ascii_lowercase());
        }
        before = Some(c);
    }
    out.truncate(out.trim_end_matches('_').len());
    out
}

/// `companies` as `company`, `addresses` as `address`, `pets` as `pet`. English, and only as far as names of paths go.
pub(super) fn singular(name: &str) -> String {
    let name = snake(name);
    if let Some(stem) = name.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    let is_es = ["sses", "xes", "ches", "shes", "uses"].iter().any(|end| name.ends_with(end));
    if is_es {
        return name[..name.len() - 2].to_owned();
    }
    match name.strip_suffix('s') {
        Some(stem) if !stem.is_empty() && !stem.ends_with('s') => stem.to_owned(),
        _ => name,
    }
}

#[test]
fn names_are_compared_in_one_form() {
    let pairs =
        [("petId", "pet_id"), ("X-Total", "x_total"), ("HTTPCode", "httpcode"), ("_token", "token"), ("a2B", "a2_b")];
    for (from, to) in pairs {
        assert_eq!(snake(from), to);
    }
    let pairs =
        [("companies", "company"), ("addresses", "address"), ("pets", "pet"), ("status", "statu"), ("boss", "boss")];
    for (from, to) in pairs {
        assert_eq!(singular(from), to);
    }
}

use super::words::{singular, snake};

/// Ends of a parameter's name that are a field's name themselves: `merge_request_iid`, `petId`.
const ENDS: [&str; 12] =
    ["id", "iid", "uuid", "guid", "sid", "number", "name", "slug", "key", "code", "username", "login"];

/// Which field of an item of `collection` the path parameter `parameter` holds; `None` where that is not certain.
pub(super) fn field<'f>(parameter: &str, collection: &str, fields: &[&'f str]) -> Option<&'f str> {
    let (parameter, one) = (snake(parameter), singular(collection));
    let named = |wanted: &str| fields.iter().copied().find(|field| snake(field) == wanted);
    if let Some(same) = named(&parameter) {
        return Some(same);
    }
    // What follows the item's own name: `droplet_id`, `issue_number`.
    let rest = parameter.strip_prefix(&one).and_then(|rest| rest.strip_prefix('_'));
    if let Some(field) = rest.and_then(named) {
        return Some(field);
    }
    for end in ENDS {
        let ends_so = parameter == end || parameter.ends_with(&format!("_{end}"));
        if let Some(field) = named(end).filter(|_| ends_so) {
            return Some(field);
        }
    }
    let is_item = parameter == one || parameter == snake(collection) || one.ends_with(&format!("_{parameter}"));
    let names_by_id =
        is_item || parameter.ends_with("id") || parameter == "identifier" || parameter.starts_with("id_or");
    if names_by_id { named("id").or_else(|| named("uuid")) } else { None }
}

#[test]
fn a_path_parameter_is_matched_to_the_field_that_it_holds() {
    let cases = [
        ("petId", "pet", &["name", "id"][..], Some("id")),
        ("customer", "customers", &["object", "id"], Some("id")),
        ("issue_number", "issues", &["id", "number"], Some("number")),
        ("droplet_id", "droplets", &["id", "name"], Some("id")),
        ("merge_request_iid", "merge_requests", &["id", "iid"], Some("iid")),
        ("username", "users", &["login", "id"], None),
        ("username", "user", &["id", "username"], Some("username")),
        ("id_or_name", "things", &["id", "name"], Some("name")),
        ("ref", "branches", &["name", "protected"], None),
        ("PhoneSid", "Phones", &["Sid"], Some("Sid")),
    ];
    for (parameter, collection, fields, wanted) in cases {
        assert_eq!(field(parameter, collection, fields), wanted, "{parameter} of {collection}");
    }
}

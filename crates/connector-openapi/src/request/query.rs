//! Query parameters.

use connector::Result;

use super::encode::{self, Keep};
use super::{Given, pairs, refused};
use crate::api::Parameter;

/// The query, without `?`: what the path's template had, then the parameters in the document's order.
pub(super) fn write<'a>(
    literal: &str,
    given: impl Iterator<Item = Given<'a>>,
    all: impl Iterator<Item = &'a Parameter> + Clone,
) -> Result<String> {
    let mut query = String::new();
    for pair in literal.split('&').filter(|pair| !pair.is_empty()) {
        separate(&mut query);
        encode::push(&mut query, pair, Keep::Reserved);
    }
    for (parameter, value) in given {
        if parameter.content.is_some() {
            separate(&mut query);
            encode::push(&mut query, &parameter.name, Keep::Unreserved);
            query.push('=');
            encode::push(&mut query, &value.to_string(), Keep::Unreserved);
            continue;
        }
        let keep = if parameter.allow_reserved { Keep::Reserved } else { Keep::Unreserved };
        for pair in pairs::of(&parameter.name, value, parameter.style, parameter.explode) {
            let mut others = all.clone().filter(|other| other.name != parameter.name);
            if pair.is_free && others.any(|other| pairs::is_taken(&pair.name, &other.name)) {
                return Err(refused(&parameter.argument, "has a key that is another parameter's name."));
            }
            separate(&mut query);
            pair.write(&mut query, keep);
        }
    }
    Ok(query)
}

fn separate(query: &mut String) {
    if !query.is_empty() {
        query.push('&');
    }
}

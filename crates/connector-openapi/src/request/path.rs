//! Path parameters (OpenAPI 3.1.1 section 4.8.12.3; RFC 6570 sections 3.2.2, 3.2.5, 3.2.7).

use connector::{Error, Result};
use upstream::PathBuilder;

use super::shape::Shape;
use super::template::{Piece, Template};
use super::{Given, refused};
use crate::api::Style;

/// The path of one call. `allowReserved` is for queries alone: a path's values are always encoded.
pub(super) fn fill(template: &Template<'_>, given: Vec<Given<'_>>) -> Result<String> {
    let mut path = PathBuilder::default();
    for piece in &template.pieces {
        path = match piece {
            Piece::Literal(text) => path.literal(text),
            Piece::Variable(name) => {
                let Some((parameter, value)) = given.iter().find(|(parameter, _)| is_for(name, &parameter.name)) else {
                    return Err(Error::invalid(format!("`{}` is missing: it is part of the address.", bare(name))));
                };
                let json = parameter.content.as_ref().map(|_| value.to_string());
                let shape = json.map_or_else(|| Shape::of(value), |json| Shape::One(json.into()));
                check(&parameter.argument, &shape)?;
                expand(path, &parameter.name, &shape, parameter.style, parameter.explode)
            }
        };
    }
    path.finish()
}

/// Some documents write RFC 6570 operators into the template, which OpenAPI does not know: `{+path}`, `{key*}`.
fn bare(name: &str) -> &str {
    name.trim_matches(['+', '*', '.', ';', '/', ' '])
}

fn is_for(variable: &str, parameter: &str) -> bool {
    variable == parameter || bare(variable) == bare(parameter)
}

/// An encoded `/` is a `/` again behind many proxies. It is sent where it separates names; never where nothing would
/// stand between two of them. Steps of `.` and `..` are the path builder's to refuse.
fn check(argument: &str, shape: &Shape<'_>) -> Result<()> {
    let texts: Vec<&str> = match shape {
        Shape::Undefined => vec![""],
        Shape::One(text) => vec![text],
        Shape::Many(items) => items.iter().map(AsRef::as_ref).collect(),
        Shape::Pairs(pairs) => pairs.iter().flat_map(|(key, value)| [*key, value.as_ref()]).collect(),
    };
    if texts.iter().all(|text| text.is_empty()) {
        return Err(refused(argument, "is part of the address and cannot be empty."));
    }
    let has_gap = |text: &str| text.contains(['/', '\\']) && text.split(['/', '\\']).any(str::is_empty);
    match texts.into_iter().any(has_gap) {
        true => Err(refused(
            argument,
            "is part of the address: it cannot begin or end with a slash, nor have two in a row.",
        )),
        false => Ok(()),
    }
}

fn expand(path: PathBuilder, name: &str, shape: &Shape<'_>, style: Style, explode: bool) -> PathBuilder {
    let (before, between) = match (style, explode) {
        (Style::Label, true) => (".".to_owned(), "."),
        (Style::Label, false) => (".".to_owned(), ","),
        (Style::Matrix, _) => (format!(";{name}"), ","),
        // A path has no other styles: OpenAPI 3.1.1 section 4.8.12.3.
        _ => (String::new(), ","),
    };
    let is_exploded_matrix = style == Style::Matrix && explode;
    let sign = if style == Style::Matrix { "=" } else { "" };
    match shape {
        Shape::Undefined => path.literal(&before),
        Shape::One(text) if text.is_empty() => path.literal(&before),
        Shape::One(text) => path.literal(&before).literal(sign).value(text),
        Shape::Many(items) if is_exploded_matrix => {
            items.iter().fold(path, |path, item| path.literal(&before).literal("=").value(item))
        }
        Shape::Many(items) => {
            let path = path.literal(&before).literal(sign);
            joined(path, items.iter(), between, |path, item| path.value(item))
        }
        Shape::Pairs(pairs) if is_exploded_matrix => {
            pairs.iter().fold(path, |path, (key, value)| path.literal(";").value(key).literal("=").value(value))
        }
        Shape::Pairs(pairs) => {
            let path = path.literal(&before).literal(sign);
            let inner = if explode { "=" } else { "," };
            joined(path, pairs.iter(), between, |path, (key, value)| path.value(key).literal(inner).value(value))
        }
    }
}

fn joined<T>(
    path: PathBuilder,
    items: impl Iterator<Item = T>,
    between: &str,
    add: impl Fn(PathBuilder, T) -> PathBuilder,
) -> PathBuilder {
    items.enumerate().fold(path, |path, (at, item)| {
        let path = if at == 0 { path } else { path.literal(between) };
        add(path, item)
    })
}

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::{Environment, Fault};

/// Replaces `${VAR}` in every string by the variable's value, after parsing, so that a value can never become
/// syntax. `$${` stands for `${`.
pub(super) fn expand(value: &mut Spanned<DeValue<'_>>, environment: &Environment) -> Result<(), Fault> {
    let span = value.span();
    match value.get_mut() {
        DeValue::String(text) if text.contains("${") => {
            *text = replaced(text, span, environment)?.into();
            Ok(())
        }
        DeValue::Array(items) => items.iter_mut().try_for_each(|item| expand(item, environment)),
        DeValue::Table(table) => table.iter_mut().try_for_each(|(_, value)| expand(value, environment)),
        _ => Ok(()),
    }
}

fn replaced(text: &str, span: Range<usize>, environment: &Environment) -> Result<String, Fault> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if let Some(before) = rest[..at].strip_suffix('$') {
            out.push_str(before);
            out.push_str("${");
            rest = &rest[at + 2..];
            continue;
        }
        out.push_str(&rest[..at]);
        let inner = &rest[at + 2..];
        let end = inner.find('}').ok_or_else(|| Fault::at(span.clone(), "`${` has no closing `}`"))?;
        let name = &inner[..end];
        let value = environment.get(name).ok_or_else(|| {
            Fault::at(span.clone(), format!("the environment variable {name} is not set"))
                .help(format!("set it, put {name}=… into .env, or write the value here"))
        })?;
        out.push_str(value);
        rest = &inner[end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

//! The answer to an introspection query, written in GraphQL's own language: so that there is one reader of schemas.

use std::fmt::Write;

use connector::{Error, Result};
use serde::Deserialize;
use serde_json::Value;

/// What every schema has (GraphQL section 3.5, section 3.13).
const BUILT_IN: [&str; 5] = ["Int", "Float", "String", "Boolean", "ID"];
const DIRECTIVES: [&str; 5] = ["skip", "include", "deprecated", "specifiedBy", "oneOf"];

/// How many wrappers one type may have: lists of lists.
const WRAPPERS_MAX: usize = 16;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Schema {
    description: Option<String>,
    query_type: Option<Root>,
    mutation_type: Option<Root>,
    subscription_type: Option<Root>,
    types: Vec<Type>,
    #[serde(default)]
    directives: Vec<Directive>,
}

#[derive(Deserialize)]
struct Root {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Type {
    kind: String,
    name: String,
    description: Option<String>,
    #[serde(rename = "specifiedByURL")]
    specified_by_url: Option<String>,
    is_one_of: Option<bool>,
    fields: Option<Vec<Field>>,
    input_fields: Option<Vec<Input>>,
    interfaces: Option<Vec<Reference>>,
    enum_values: Option<Vec<Word>>,
    possible_types: Option<Vec<Reference>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    name: String,
    description: Option<String>,
    #[serde(default)]
    args: Vec<Input>,
    #[serde(rename = "type")]
    of: Reference,
    #[serde(default)]
    is_deprecated: bool,
    deprecation_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    name: String,
    description: Option<String>,
    #[serde(rename = "type")]
    of: Reference,
    default_value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Word {
    name: String,
    description: Option<String>,
    #[serde(default)]
    is_deprecated: bool,
    deprecation_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    kind: String,
    name: Option<String>,
    of_type: Option<Box<Reference>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Directive {
    name: String,
    #[serde(default)]
    locations: Vec<String>,
    #[serde(default)]
    args: Vec<Input>,
    #[serde(default)]
    is_repeatable: bool,
}

/// The schema that an answer holds: `{"data": {"__schema": …}}`, or what is in it.
pub(super) fn printed(answer: &Value) -> Result<String> {
    let inner = answer.get("data").unwrap_or(answer);
    let inner = inner.get("__schema").ok_or_else(|| Error::invalid("This is no answer to an introspection query."))?;
    let schema = Schema::deserialize(inner).map_err(|error| {
        Error::invalid("The API's answer to the introspection query is not one.").with_source(error)
    })?;
    Printer::default().schema(&schema)
}

#[derive(Default)]
struct Printer {
    out: String,
}

impl Printer {
    fn schema(mut self, schema: &Schema) -> Result<String> {
        self.description(schema.description.as_deref());
        self.out.push_str("schema {\n");
        let roots = [
            ("query", &schema.query_type),
            ("mutation", &schema.mutation_type),
            ("subscription", &schema.subscription_type),
        ];
        for (word, root) in roots {
            if let Some(root) = root {
                let _ = writeln!(self.out, "  {word}: {}", name(&root.name)?);
            }
        }
        self.out.push_str("}\n");
        for directive in schema.directives.iter().filter(|it| !DIRECTIVES.contains(&it.name.as_str())) {
            self.directive(directive)?;
        }
        let own = |it: &&Type| !it.name.starts_with("__") && !BUILT_IN.contains(&it.name.as_str());
        for one in schema.types.iter().filter(own) {
            self.kind(one)?;
        }
        Ok(self.out)
    }

    fn directive(&mut self, directive: &Directive) -> Result<()> {
        if directive.locations.is_empty() {
            return Ok(());
        }
        let _ = write!(self.out, "directive @{}", name(&directive.name)?);
        self.arguments(&directive.args)?;
        let locations = directive.locations.iter().map(|it| name(it)).collect::<Result<Vec<_>>>()?.join(" | ");
        let repeatable = if directive.is_repeatable { " repeatable" } else { "" };
        let _ = writeln!(self.out, "{repeatable} on {locations}");
        Ok(())
    }

    fn kind(&mut self, one: &Type) -> Result<()> {
        self.description(one.description.as_deref());
        let own = name(&one.name)?;
        match one.kind.as_str() {
            "SCALAR" => {
                let _ = write!(self.out, "scalar {own}");
                if let Some(url) = &one.specified_by_url {
                    let _ = write!(self.out, " @specifiedBy(url: {})", quoted(url));
                }
            }
            "OBJECT" | "INTERFACE" => {
                let word = if one.kind == "OBJECT" { "type" } else { "interface" };
                let _ = write!(self.out, "{word} {own}");
                self.list(" implements ", " & ", one.interfaces.as_deref().unwrap_or_default())?;
                self.out.push_str(" {\n");
                for field in one.fields.iter().flatten() {
                    self.description(field.description.as_deref());
                    self.out.push_str(name(&field.name)?);
                    self.arguments(&field.args)?;
                    let _ = write!(self.out, ": {}", reference(&field.of, 0)?);
                    self.deprecated(field.is_deprecated, field.deprecation_reason.as_deref());
                    self.out.push('\n');
                }
                self.out.push('}');
            }
            "UNION" => {
                let _ = write!(self.out, "union {own}");
                self.list(" = ", " | ", one.possible_types.as_deref().unwrap_or_default())?;
            }
            "ENUM" => {
                let _ = writeln!(self.out, "enum {own} {{");
                for word in one.enum_values.iter().flatten() {
                    self.description(word.description.as_deref());
                    self.out.push_str(name(&word.name)?);
                    self.deprecated(word.is_deprecated, word.deprecation_reason.as_deref());
                    self.out.push('\n');
                }
                self.out.push('}');
            }
            "INPUT_OBJECT" => {
                let exactly_one = if one.is_one_of == Some(true) { " @oneOf" } else { "" };
                let _ = writeln!(self.out, "input {own}{exactly_one} {{");
                for field in one.input_fields.iter().flatten() {
                    self.input(field)?;
                    self.out.push('\n');
                }
                self.out.push('}');
            }
            _ => return Err(Error::invalid("The API's schema has a kind of type that GraphQL does not know.")),
        }
        self.out.push('\n');
        Ok(())
    }

    fn input(&mut self, input: &Input) -> Result<()> {
        self.description(input.description.as_deref());
        let _ = write!(self.out, "{}: {}", name(&input.name)?, reference(&input.of, 0)?);
        if let Some(default) = &input.default_value {
            let _ = write!(self.out, " = {default}");
        }
        Ok(())
    }

    fn arguments(&mut self, arguments: &[Input]) -> Result<()> {
        if arguments.is_empty() {
            return Ok(());
        }
        self.out.push('(');
        for argument in arguments {
            self.input(argument)?;
            self.out.push('\n');
        }
        self.out.push(')');
        Ok(())
    }

    fn list(&mut self, before: &str, between: &str, types: &[Reference]) -> Result<()> {
        let names = types.iter().map(|it| reference(it, 0)).collect::<Result<Vec<_>>>()?;
        if !names.is_empty() {
            let _ = write!(self.out, "{before}{}", names.join(between));
        }
        Ok(())
    }

    fn description(&mut self, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.out.push_str(&quoted(text));
            self.out.push('\n');
        }
    }

    fn deprecated(&mut self, is_deprecated: bool, reason: Option<&str>) {
        if is_deprecated {
            let _ = write!(self.out, " @deprecated(reason: {})", quoted(reason.unwrap_or("No longer supported")));
        }
    }
}

/// JSON's strings are GraphQL's (section 2.9.4), as this writer writes them.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn name(text: &str) -> Result<&str> {
    let is_name = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && text.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
    if is_name { Ok(text) } else { Err(Error::invalid("The API's schema has a name that is none in GraphQL.")) }
}

fn reference(of: &Reference, depth: usize) -> Result<String> {
    let inner = || match &of.of_type {
        Some(inner) if depth < WRAPPERS_MAX => reference(inner, depth + 1),
        _ => Err(Error::invalid("The API's schema has a type that is nested too deeply to be read.")),
    };
    Ok(match of.kind.as_str() {
        "NON_NULL" => format!("{}!", inner()?),
        "LIST" => format!("[{}]", inner()?),
        _ => name(of.name.as_deref().unwrap_or_default())?.to_owned(),
    })
}

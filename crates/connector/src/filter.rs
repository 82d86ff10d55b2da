use serde_json::Value;

use crate::{Collection, Error, Result};

/// Which items.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// All of these.
    And(Vec<Filter>),
    /// At least one of these.
    Or(Vec<Filter>),
    /// Not this.
    Not(Box<Filter>),
    /// A field compared with a value.
    Compare {
        /// A filterable field of the collection.
        field: String,
        /// How.
        comparison: Comparison,
    },
}

/// How a field is compared. Values are JSON scalars; the connector fits them to the field's type.
#[derive(Clone, Debug, PartialEq)]
pub enum Comparison {
    /// Equal. Never null.
    Eq(Value),
    /// Not equal. Never null; null items do not match.
    Ne(Value),
    /// Less than.
    Lt(Value),
    /// Less than or equal.
    Lte(Value),
    /// Greater than.
    Gt(Value),
    /// Greater than or equal.
    Gte(Value),
    /// Equal to one of these. An empty list matches nothing.
    In(Vec<Value>),
    /// Text that contains this text, taken literally; letter case is ignored.
    Contains(String),
    /// Text that starts with this text, taken literally; letter case is ignored.
    StartsWith(String),
    /// Null (`true`) or not null (`false`).
    IsNull(bool),
}

/// How large a filter may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How deep `and`, `or` and `not` may nest.
    pub depth_max: usize,
    /// How many comparisons in all; each value of an `in` counts as one.
    pub terms_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth_max: 8, terms_max: 500 }
    }
}

impl Filter {
    /// Reads the `filters` argument.
    ///
    /// `{"category":"electronics"}` is `eq`; a list is `in`; null is `is_null`; `{"price":{"gte":20,"lt":50}}`
    /// joins comparisons of one field; several fields are joined by `and`; `{"or":[…]}`, `{"and":[…]}` and
    /// `{"not":{…}}` nest. An empty object matches all and gives `None`.
    pub fn parse(argument: &Value, collection: &Collection, limits: Limits) -> Result<Option<Self>> {
        let mut parser = Parser { collection, limits, terms: 0 };
        let all = parser.object(argument, 0)?;
        Ok((all != Self::And(Vec::new())).then_some(all))
    }
}

struct Parser<'a> {
    collection: &'a Collection,
    limits: Limits,
    terms: usize,
}

impl Parser<'_> {
    fn object(&mut self, argument: &Value, depth: usize) -> Result<Filter> {
        if depth > self.limits.depth_max {
            let max = self.limits.depth_max;
            return Err(Error::invalid(format!("`filters` nests deeper than {max} levels. Make it flatter.")));
        }
        let Value::Object(object) = argument else {
            return Err(Error::invalid(
                "`filters` must be an object such as {\"status\":\"open\"} or {\"price\":{\"gte\":20}}.",
            ));
        };
        let mut all = Vec::with_capacity(object.len());
        for (name, value) in object {
            match name.as_str() {
                "and" => all.push(Filter::And(self.several(name, value, depth)?)),
                "or" => all.push(Filter::Or(self.several(name, value, depth)?)),
                "not" => all.push(Filter::Not(Box::new(self.object(value, depth + 1)?))),
                field => self.field(field, value, &mut all)?,
            }
        }
        Ok(match <[Filter; 1]>::try_from(all) {
            Ok([one]) => one,
            Err(all) => Filter::And(all),
        })
    }

    fn several(&mut self, name: &str, value: &Value, depth: usize) -> Result<Vec<Filter>> {
        match value {
            Value::Array(items) if !items.is_empty() => items.iter().map(|item| self.object(item, depth + 1)).collect(),
            _ => Err(Error::invalid(format!("`{name}` in `filters` must be a list of at least one filter object."))),
        }
    }

    fn field(&mut self, name: &str, value: &Value, all: &mut Vec<Filter>) -> Result<()> {
        let field = self.collection.field(name).filter(|field| field.filterable).ok_or_else(|| {
            let known: Vec<_> = self.collection.fields.iter().filter(|f| f.filterable).map(|f| &*f.name).collect();
            Error::invalid(format!(
                "`{name}` is not a field that {} can be filtered by. It has: {}.",
                self.collection.name,
                known.join(", ")
            ))
        })?;
        let text = field.is_text();
        let compare = |comparison| Filter::Compare { field: name.to_owned(), comparison };
        match value {
            Value::Object(operators) if !operators.is_empty() => {
                for (operator, value) in operators {
                    all.push(compare(self.comparison(name, operator, value, text)?));
                }
            }
            Value::Object(_) => return Err(operator_help(name, "{}")),
            Value::Null => all.push(compare(Comparison::IsNull(true))),
            Value::Array(_) => all.push(compare(self.comparison(name, "in", value, text)?)),
            scalar => all.push(compare(self.comparison(name, "eq", scalar, text)?)),
        }
        Ok(())
    }

    fn comparison(&mut self, field: &str, operator: &str, value: &Value, text: bool) -> Result<Comparison> {
        self.count(match value {
            Value::Array(values) => values.len(),
            _ => 1,
        })?;
        let scalar = || match value {
            Value::Null | Value::Array(_) | Value::Object(_) => Err(Error::invalid(format!(
                "`{operator}` on `{field}` needs a single value. For null use {{\"is_null\":true}}; for several use `in`."
            ))),
            single => Ok(single.clone()),
        };
        let needle = || match value {
            Value::String(needle) if text => Ok(needle.clone()),
            Value::String(_) => Err(Error::invalid(format!("`{operator}` works on text, and `{field}` is not text."))),
            _ => Err(Error::invalid(format!("`{operator}` on `{field}` needs a text."))),
        };
        Ok(match operator {
            "eq" if value.is_null() => Comparison::IsNull(true),
            "ne" if value.is_null() => Comparison::IsNull(false),
            "eq" => Comparison::Eq(scalar()?),
            "ne" => Comparison::Ne(scalar()?),
            "lt" => Comparison::Lt(scalar()?),
            "lte" => Comparison::Lte(scalar()?),
            "gt" => Comparison::Gt(scalar()?),
            "gte" => Comparison::Gte(scalar()?),
            "contains" => Comparison::Contains(needle()?),
            "starts_with" => Comparison::StartsWith(needle()?),
            "is_null" => match value {
                Value::Bool(null) => Comparison::IsNull(*null),
                _ => return Err(Error::invalid(format!("`is_null` on `{field}` needs true or false."))),
            },
            "in" => match value {
                Value::Array(values) if values.iter().all(|v| !v.is_null() && !v.is_array() && !v.is_object()) => {
                    Comparison::In(values.clone())
                }
                _ => return Err(Error::invalid(format!("`in` on `{field}` needs a list of single values."))),
            },
            other => return Err(operator_help(field, other)),
        })
    }

    fn count(&mut self, terms: usize) -> Result<()> {
        self.terms += terms;
        if self.terms > self.limits.terms_max {
            let max = self.limits.terms_max;
            return Err(Error::invalid(format!("`filters` has more than {max} comparisons. Ask for less at once.")));
        }
        Ok(())
    }
}

fn operator_help(field: &str, operator: &str) -> Error {
    Error::invalid(format!(
        "`{operator}` is not an operator for `{field}`. Use eq, ne, lt, lte, gt, gte, in, contains, starts_with or is_null."
    ))
}

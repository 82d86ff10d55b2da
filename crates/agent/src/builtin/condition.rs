use serde_json::{Map, Value, json};

/// One comparison of a field with a value, or any of several.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    One(Comparison),
    Any(Vec<Comparison>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Comparison {
    pub(crate) field: String,
    /// As the `filters` argument spells it: `eq`, `gt`, `contains`, …
    pub(crate) operator: &'static str,
    pub(crate) value: Value,
}

impl Condition {
    pub(crate) fn new(field: impl Into<String>, operator: &'static str, value: impl Into<Value>) -> Self {
        Self::One(Comparison { field: field.into(), operator, value: value.into() })
    }

    /// The opposite; items without a value are in neither.
    pub(crate) fn negated(self) -> Self {
        let Self::One(comparison) = self else { return self };
        let Comparison { field, operator, value } = comparison;
        let (operator, value) = match (operator, value) {
            ("eq", Value::Bool(yes)) => ("eq", Value::Bool(!yes)),
            ("eq", value) => ("ne", value),
            ("is_null", Value::Bool(null)) => ("is_null", Value::Bool(!null)),
            ("ne", value) => ("eq", value),
            ("lt", value) => ("gte", value),
            ("lte", value) => ("gt", value),
            ("gt", value) => ("lte", value),
            ("gte", value) => ("lt", value),
            other => other,
        };
        Self::One(Comparison { field, operator, value })
    }
}

impl Comparison {
    fn put(&self, object: &mut Map<String, Value>) -> bool {
        let simple = self.operator == "eq" && !self.value.is_null();
        match object.get_mut(&self.field) {
            None if simple => {
                object.insert(self.field.clone(), self.value.clone());
                true
            }
            None => {
                object.insert(self.field.clone(), json!({self.operator: self.value}));
                true
            }
            Some(Value::Object(operators)) if !simple && !operators.contains_key(self.operator) => {
                operators.insert(self.operator.into(), self.value.clone());
                true
            }
            Some(_) => false,
        }
    }

    fn words(&self) -> String {
        let value = self.value.as_str().map_or_else(|| self.value.to_string(), str::to_owned);
        let value = value.strip_suffix("T00:00:00Z").map_or(value.clone(), str::to_owned);
        let field = &self.field;
        match self.operator {
            "eq" => format!("{field} = {value}"),
            "ne" => format!("{field} ≠ {value}"),
            "lt" => format!("{field} < {value}"),
            "lte" => format!("{field} ≤ {value}"),
            "gt" => format!("{field} > {value}"),
            "gte" => format!("{field} ≥ {value}"),
            "contains" => format!("{field} containing \"{value}\""),
            "starts_with" => format!("{field} starting with \"{value}\""),
            "is_null" if self.value == Value::Bool(true) => format!("no {field}"),
            "is_null" => format!("a {field}"),
            "in" => {
                let values = self.value.as_array().into_iter().flatten();
                let words: Vec<_> = values.map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).collect();
                format!("{field} = {}", words.join(" or "))
            }
            other => format!("{field} {other} {value}"),
        }
    }
}

/// Conditions joined by `and`, those joined by `or`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Conditions {
    /// Every group is all of its conditions; an item matches with one group.
    groups: Vec<Vec<Condition>>,
}

impl Conditions {
    pub(crate) fn and(&mut self, condition: Condition) {
        match self.groups.last_mut() {
            Some(group) => group.push(condition),
            None => self.groups.push(vec![condition]),
        }
    }

    /// Begins another group.
    pub(crate) fn or(&mut self, condition: Condition) {
        self.groups.push(vec![condition]);
    }

    /// `status is open or shipped`: adds a value to the last condition, where that compares with `eq`.
    pub(crate) fn last_is(&self) -> Option<&str> {
        match self.groups.last()?.last()? {
            Condition::One(Comparison { field, operator: "eq" | "in", .. }) => Some(field),
            _ => None,
        }
    }

    pub(crate) fn or_value(&mut self, value: Value) {
        let last = self.groups.last_mut().and_then(|group| group.last_mut());
        if let Some(Condition::One(comparison)) = last {
            match &mut comparison.value {
                Value::Array(values) => values.push(value),
                first => *first = json!([first.take(), value]),
            }
            comparison.operator = "in";
        }
    }

    /// The `filters` argument.
    pub(crate) fn to_filters(&self) -> Option<Value> {
        match self.groups.as_slice() {
            [] => None,
            [only] => Some(all_of(only)),
            several => Some(json!({"or": several.iter().map(|group| all_of(group)).collect::<Vec<_>>()})),
        }
    }

    /// For the answer: `status = open, total > 100`.
    pub(crate) fn words(&self) -> String {
        let group = |group: &Vec<Condition>| {
            let words: Vec<_> = group
                .iter()
                .map(|condition| match condition {
                    Condition::One(one) => one.words(),
                    Condition::Any(any) => any.iter().map(Comparison::words).collect::<Vec<_>>().join(" or "),
                })
                .collect();
            words.join(" and ")
        };
        self.groups.iter().map(group).collect::<Vec<_>>().join(" or ")
    }
}

fn all_of(group: &[Condition]) -> Value {
    let mut object = Map::new();
    let mut beside = Vec::new();
    for condition in group {
        match condition {
            Condition::One(one) => {
                if !one.put(&mut object) {
                    beside.push(json!({&one.field: {one.operator: one.value}}));
                }
            }
            Condition::Any(any) => {
                let each: Vec<_> = any.iter().map(|one| json!({&one.field: {one.operator: one.value}})).collect();
                if object.contains_key("or") {
                    beside.push(json!({"or": each}));
                } else {
                    object.insert("or".into(), each.into());
                }
            }
        }
    }
    if !beside.is_empty() {
        object.insert("and".into(), beside.into());
    }
    object.into()
}

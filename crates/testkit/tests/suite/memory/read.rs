use access::Caller;
use connector::{
    Aggregate, Comparison, Context, Error, ErrorKind, Filter, Function, Get, List, Outcome, Result, Start,
};
use serde_json::{Map, Value, json};

use super::{Hole, Memory, Row, is_visible};

impl Memory {
    pub(super) fn list(&self, caller: &Caller, list: &List, context: &Context) -> Result<Outcome> {
        let mut all = self.matching(caller, &list.collection, list.filter.as_ref(), self.list_forgets(list));
        for sort in list.sort.iter().rev() {
            all.sort_by_key(|row| row.fields.get(&sort.field).map(Value::to_string));
            if sort.descending {
                all.reverse();
            }
        }
        let count = match self.has(Hole::ListCountsAll) {
            true => self.matching(caller, &list.collection, list.filter.as_ref(), true).len(),
            false => all.len(),
        };
        let from = match &list.start {
            Start::Offset(offset) => usize::try_from(*offset).unwrap(),
            Start::After(place) => place.parse().map_err(|_| Error::invalid("not a cursor"))?,
        };
        let limit = if self.has(Hole::LimitIgnored) { usize::MAX } else { list.limit as usize };
        let mut page: Vec<_> = all.iter().skip(from).take(limit).map(|row| Value::Object(row.fields.clone())).collect();
        let mut notices = Vec::new();
        while !self.has(Hole::BytesIgnored) && json!(page).to_string().len() > context.result_bytes_max {
            page.pop();
            notices = vec!["cut".to_owned()];
        }
        if self.has(Hole::BytesCutQuietly) {
            notices.clear();
        }
        let end = from + page.len();
        let has_more = end < all.len();
        Ok(Outcome {
            count: Some(count as u64),
            has_more: Some(has_more),
            next: has_more.then(|| end.to_string()),
            notices,
            ..Outcome::of(&page)?
        })
    }

    fn list_forgets(&self, list: &List) -> bool {
        self.has(Hole::ListForgetsOwner)
            || (self.has(Hole::SortForgetsOwner) && list.sort.iter().any(|sort| sort.descending))
            || (self.has(Hole::OrEscapesOwner) && matches!(list.filter, Some(Filter::Or(_))))
            || (self.has(Hole::CursorForgetsOwner) && list.start == Start::After("1".into()))
    }

    pub(super) fn get(&self, caller: &Caller, get: &Get, context: &Context) -> Result<Outcome> {
        let place = self.find(caller, &get.collection, &get.identifier, self.has(Hole::GetForgetsOwner))?;
        let outcome = Outcome::of(&self.rows.lock().unwrap()[place].fields)?;
        match outcome.data.as_ref().unwrap().get().len() <= context.result_bytes_max {
            true => Ok(outcome),
            false => Err(Error::new(ErrorKind::LimitExceeded, "Ask for fewer fields.")),
        }
    }

    pub(super) fn aggregate(&self, caller: &Caller, aggregate: &Aggregate) -> Result<Outcome> {
        let metric = &aggregate.metrics[0];
        let forgets = match metric.function {
            Function::Count => self.has(Hole::AggregateCountsAll),
            Function::Max => self.has(Hole::MaxOfAll),
            _ => false,
        };
        let rows = self.matching(caller, &aggregate.collection, aggregate.filter.as_ref(), forgets);
        let mut groups: Vec<(Map<String, Value>, Vec<Row>)> = Vec::new();
        for row in rows {
            let key: Map<_, _> = aggregate
                .group_by
                .iter()
                .map(|it| (it.name.clone(), row.fields.get(&it.field).cloned().unwrap_or(Value::Null)))
                .collect();
            match groups.iter_mut().find(|(one, _)| *one == key) {
                Some((_, rows)) => rows.push(row),
                None => groups.push((key, vec![row])),
            }
        }
        let answers: Vec<_> = groups
            .into_iter()
            .map(|(mut answer, rows)| {
                answer.insert(metric.name.clone(), figure(metric.function, metric.field.as_deref(), &rows));
                answer
            })
            .collect();
        Outcome::of(&answers)
    }

    fn matching(&self, caller: &Caller, collection: &str, filter: Option<&Filter>, forgets_owner: bool) -> Vec<Row> {
        let rows = self.rows.lock().unwrap();
        let is_there = |row: &&Row| row.collection == collection && (forgets_owner || is_visible(row, caller));
        let matches = |row: &&Row| filter.is_none_or(|filter| self.matches(row, filter));
        rows.iter().filter(is_there).filter(matches).cloned().collect()
    }

    fn matches(&self, row: &Row, filter: &Filter) -> bool {
        match filter {
            Filter::And(all) => all.iter().all(|one| self.matches(row, one)),
            Filter::Or(any) => any.iter().any(|one| self.matches(row, one)),
            Filter::Not(one) => !self.matches(row, one),
            Filter::Compare { field, comparison } => {
                row.fields.get(field).is_some_and(|value| self.compares(value, comparison))
            }
        }
    }

    fn compares(&self, value: &Value, comparison: &Comparison) -> bool {
        let text = value.as_str().unwrap_or_default().to_lowercase();
        let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
        match comparison {
            Comparison::Eq(other) => value == other,
            Comparison::Ne(other) => value != other,
            Comparison::In(several) => several.contains(value),
            Comparison::Contains(part) if self.has(Hole::WildcardsInContains) && part == "%" => true,
            Comparison::Contains(part) => text.contains(&part.to_lowercase()),
            Comparison::StartsWith(part) => text.starts_with(&part.to_lowercase()),
            Comparison::IsNull(null) => value.is_null() == *null,
            Comparison::Gte(other) => number(value) >= number(other),
            Comparison::Gt(other) => number(value) > number(other),
            Comparison::Lte(other) => number(value) <= number(other),
            Comparison::Lt(other) => number(value) < number(other),
        }
    }
}

fn figure(function: Function, field: Option<&str>, rows: &[Row]) -> Value {
    let values = rows.iter().filter_map(|row| row.fields.get(field?));
    let numbers: Vec<_> = values.clone().filter_map(Value::as_f64).collect();
    let sum: f64 = numbers.iter().sum();
    match function {
        Function::Count | Function::CountDistinct => json!(rows.len()),
        Function::Sum => json!(sum),
        Function::Avg => json!(sum / numbers.len().max(1) as f64),
        Function::Min => values.min_by_key(|value| sortable(value)).cloned().unwrap_or(Value::Null),
        Function::Max => values.max_by_key(|value| sortable(value)).cloned().unwrap_or(Value::Null),
    }
}

fn sortable(value: &Value) -> (i64, String) {
    (value.as_i64().unwrap_or(0), value.to_string())
}

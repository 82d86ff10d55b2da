//! A declared query, read by the database.

use access::Effect;
use connector::{Action, Error, Ownership, Result};
use serde_json::{Map, Value, json};

use super::text::{Name, Text};
use super::{Answer, Declared, Place, Ready, Slot, Source, Written, names_a_user, output, parameter};
use crate::config::QueryConfig;
use crate::introspect::types;
use crate::pool::{Described, Session};
use crate::schema::{Column, Engine, Kind};
use crate::sql::plain;
use crate::{Config, names};

pub(super) async fn declared(
    place: &Place<'_>,
    engine: Engine,
    session: &mut Session,
    config: &Config,
    query: &QueryConfig,
) -> Result<Declared> {
    let text = Text::read(engine, &query.sql).map_err(|wrong| place.wrong(wrong))?;
    check(place, config, query, &text)?;
    let by: Vec<String> = text.names.iter().filter_map(of_the_caller).collect();
    if by.is_empty() && !query.shared {
        return Ok(place.closed("its SQL names no `:caller` value"));
    }
    let read = query.effect == Effect::Read;
    let (types, columns) = match engine {
        Engine::Sqlite | Engine::MySql => sqlite(place, session, query, &text).await?,
        Engine::Postgres => postgres(place, session, query, &text).await?,
    };
    let slots: Vec<Slot> = text.names.iter().zip(types).map(|(name, column)| slot(query, name, column)).collect();
    for slot in &slots {
        check_default(engine, slot).map_err(|error| place.within(error))?;
    }
    let bare = text.written(|at| written(engine, &slots[at], at + 1));
    let twice =
        columns.iter().enumerate().find(|(at, (name, _))| columns[..*at].iter().any(|(other, _)| other == name));
    if let Some((_, (name, _))) = twice {
        return Err(place.wrong(format!("two columns of its answer are called `{name}`; name them apart with AS")));
    }
    let (sql, answer) = match engine {
        _ if columns.is_empty() && read => {
            return Err(place.wrong("it gives no columns; write effect = \"write\" if it changes something".into()));
        }
        _ if columns.is_empty() => (bare, Answer::Changed),
        Engine::Sqlite | Engine::MySql => {
            let truth = |(name, column): &(String, Column)| (name.clone(), column.kind == Kind::Bool);
            (bare, Answer::Cells(columns.iter().map(truth).collect()))
        }
        Engine::Postgres => (output::rows(&bare, &columns, query.rows_max), Answer::Json),
    };
    if engine == Engine::Postgres {
        session.describe(&sql).await.map_err(|error| place.refused(error, ""))?;
    }
    let output = match &answer {
        Answer::Changed => json!({"type": "object", "properties": {"changed": {"type": "integer"}}}),
        _ => json!({"type": "array", "items": output::row_schema(&columns)}),
    };
    let action = Action {
        name: place.name.to_owned(),
        description: Some(query.description.clone()),
        input: input(query).into(),
        output: Some(output.into()),
        effect: query.effect,
        idempotent: read,
        identity: vec!["caller_id".into()],
        own: std::collections::BTreeMap::new(),
        shown: None,
        ownership: match by.is_empty() {
            true => Ownership::Shared { writable: !read },
            false => Ownership::Owned { by: by.join(", ") },
        },
    };
    let ready =
        Ready { effect: query.effect, statement: Written::Query(sql), slots, answer, rows_max: query.rows_max.max(1) };
    Ok(Declared::Open(Box::new(action), Box::new(ready)))
}

fn of_the_caller(name: &Name) -> Option<String> {
    match name {
        Name::Argument(_) => None,
        Name::CallerId => Some(":caller_id".into()),
        Name::Claim(claim) => Some(format!(":caller.claims.{claim}")),
    }
}

/// What can be seen without the database.
fn check(place: &Place<'_>, config: &Config, query: &QueryConfig, text: &Text) -> Result<()> {
    for (name, settings) in &query.parameters {
        if names_a_user(name, config) {
            return Err(place.wrong(format!(
                "the parameter `{name}` would say for whom; that is always the caller: write `:caller_id` in `sql`"
            )));
        }
        parameter::check(name, settings).map_err(|error| place.within(error))?;
        if let Some(wrong) = settings.default.iter().chain(&settings.choices).find(|it| !fits_one(settings, it)) {
            return Err(place.wrong(format!("{wrong} is no value of the parameter `{name}`")));
        }
        if !text.names.contains(&Name::Argument(name.clone())) {
            return Err(place.wrong(format!("`sql` does not use the parameter `{name}`")));
        }
    }
    for name in &text.names {
        if let Name::Argument(name) = name
            && !query.parameters.contains_key(name)
        {
            let known = query.parameters.keys().map(String::as_str).chain(["caller_id"]);
            return Err(place.wrong(format!(
                "`sql` uses `:{name}`, which `parameters` does not describe. {}",
                names::did_you_mean(name, known).trim_end_matches('.')
            )));
        }
    }
    Ok(())
}

/// The choices of a list are those of its values.
fn fits_one(settings: &crate::config::ParameterConfig, value: &Value) -> bool {
    let one = crate::config::ParameterConfig { list: false, ..settings.clone() };
    parameter::fits(settings, value) || settings.choices.contains(value) && parameter::fits(&one, value)
}

/// SQLite: names of columns, and the types that the configuration gives.
async fn sqlite(
    place: &Place<'_>,
    session: &mut Session,
    query: &QueryConfig,
    text: &Text,
) -> Result<(Vec<Column>, Vec<(String, Column)>)> {
    let bare = text.written(|at| format!("?{}", at + 1));
    if query.effect == Effect::Read {
        probe(place, session, &bare).await?;
    }
    let described = session.describe(&bare).await.map_err(|error| place.refused(error, ""))?;
    let columns = described.columns.into_iter().map(|answered| {
        let kind = if answered.truth { Kind::Bool } else { Kind::Other };
        (answered.name, Column { kind, ..Column::default() })
    });
    Ok((text.names.iter().map(|name| stated(Engine::Sqlite, query, name)).collect(), columns.collect()))
}

/// PostgreSQL: what the server says that its parameters and columns are.
async fn postgres(
    place: &Place<'_>,
    session: &mut Session,
    query: &QueryConfig,
    text: &Text,
) -> Result<(Vec<Column>, Vec<(String, Column)>)> {
    let stated: Vec<Column> = text.names.iter().map(|name| stated(Engine::Postgres, query, name)).collect();
    let mut told = vec![false; stated.len()];
    let (sql, described) = loop {
        let sql = text.written(|at| match told[at] {
            true => plain::slot(Engine::Postgres, &stated[at], at + 1),
            false => format!("${}", at + 1),
        });
        match session.describe(&sql).await {
            Ok(described) => break (sql, described),
            Err(error) => match undetermined(&error).filter(|at| told.get(*at) == Some(&false)) {
                Some(at) => told[at] = true,
                None => return Err(place.refused(error, "")),
            },
        }
    };
    if query.effect == Effect::Read && !described.columns.is_empty() {
        probe(place, session, &sql).await?;
    }
    let Described { parameters, columns } = described;
    let ids: Vec<u32> = parameters.iter().copied().chain(columns.iter().map(|column| column.type_id)).collect();
    let known = types::columns(session, &ids).await?;
    let mut bound = Vec::with_capacity(stated.len());
    for (name, id) in text.names.iter().zip(&parameters) {
        let mut column = known.get(id).cloned().unwrap_or_default();
        if let Some(said) = of_the_caller(name) {
            let many = matches!(column.kind, Kind::Array(_)) && matches!(name, Name::Claim(_));
            if !plain::can_be_caller(&column) && !many {
                return Err(place.wrong(format!(
                    "`{said}` meets a value of the type {}, which is not how users are named; cast that value to text",
                    column.declared
                )));
            }
            if column.kind == Kind::Text {
                // Types that compare loosely, such as citext, compare byte by byte as text.
                "text".clone_into(&mut column.cast);
            }
        }
        bound.push(column);
    }
    let column = |id: u32| known.get(&id).cloned().unwrap_or_default();
    Ok((bound, columns.into_iter().map(|answered| (answered.name, column(answered.type_id))).collect()))
}

/// A statement that only reads can stand where a table can; one that writes cannot.
async fn probe(place: &Place<'_>, session: &mut Session, sql: &str) -> Result<()> {
    let probe = format!("SELECT * FROM (\n{sql}\n) AS \"given\"");
    let hint = ". If it is meant to change something, write effect = \"write\"";
    session.describe(&probe).await.map(drop).map_err(|error| place.refused(error, hint))
}

/// The parameter (counted from 0) whose type PostgreSQL cannot tell: `could not determine data type of parameter $1`,
/// in whatever language.
fn undetermined(error: &sqlx::Error) -> Option<usize> {
    let error = error.as_database_error()?;
    if !matches!(error.code().as_deref(), Some("42P18" | "42P08")) {
        return None;
    }
    let (_, number) = error.message().split_once('$')?;
    let digits = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    number[..digits].parse::<usize>().ok()?.checked_sub(1)
}

/// The type that the configuration gives a parameter.
fn stated(engine: Engine, query: &QueryConfig, name: &Name) -> Column {
    match name {
        Name::Argument(name) => match query.parameters.get(name) {
            Some(settings) => parameter::column(engine, name, settings),
            None => parameter::bound_as(name, Kind::Text, "text".into()),
        },
        Name::CallerId | Name::Claim(_) => parameter::bound_as("", Kind::Text, "text".into()),
    }
}

fn slot(query: &QueryConfig, name: &Name, column: Column) -> Slot {
    let source = match name {
        Name::CallerId => Source::CallerId,
        Name::Claim(claim) => Source::Claim(claim.clone()),
        Name::Argument(name) => {
            let settings = query.parameters.get(name).cloned().unwrap_or_default();
            Source::Argument {
                name: name.clone(),
                default: settings.default.clone(),
                required: parameter::is_required(&settings),
                settings: Some(Box::new(settings)),
            }
        }
    };
    Slot { source, column }
}

fn written(engine: Engine, slot: &Slot, number: usize) -> String {
    match slot.source {
        Source::Argument { .. } => plain::slot(engine, &slot.column, number),
        Source::CallerId | Source::Claim(_) => plain::caller_slot(engine, &slot.column, number),
    }
}

/// A default must be good for the type that the database wants.
fn check_default(engine: Engine, slot: &Slot) -> Result<(), Error> {
    match &slot.source {
        Source::Argument { name, default: Some(default), .. } => {
            plain::value(engine, &slot.column, name, default).map(drop)
        }
        _ => Ok(()),
    }
}

fn input(query: &QueryConfig) -> Map<String, Value> {
    let properties: Map<String, Value> =
        query.parameters.iter().map(|(name, settings)| (name.clone(), parameter::schema(settings))).collect();
    let required = query.parameters.iter().filter(|(_, settings)| parameter::is_required(settings));
    parameter::input(properties, required.map(|(name, _)| name.clone()).collect())
}

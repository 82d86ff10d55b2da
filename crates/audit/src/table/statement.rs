use gateway::{AuditError, AuditLine};
use sea_query::{
    Alias, ColumnDef, Expr, ExprTrait, Index, IntoIden, OnConflict, PostgresQueryBuilder, Query, SqliteQueryBuilder,
    TableRef, Value,
};

#[derive(Clone, Copy, Debug)]
pub(super) enum Engine {
    Sqlite,
    Postgres,
}

#[derive(Debug)]
pub(super) struct Statement {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
}

/// Columns in their order, and whether they hold a number and may be empty.
const COLUMNS: [(&str, Kind, bool); 14] = [
    ("call_id", Kind::Text, false),
    ("time_ms", Kind::Number, false),
    ("request_id", Kind::Text, false),
    ("caller", Kind::Text, false),
    ("issuer", Kind::Text, false),
    ("door", Kind::Text, false),
    ("tool", Kind::Text, false),
    ("resource", Kind::Text, true),
    ("target", Kind::Text, true),
    ("effect", Kind::Text, true),
    ("arguments_sha256", Kind::Text, true),
    ("arguments", Kind::Text, true),
    ("outcome", Kind::Text, false),
    ("duration_us", Kind::Number, false),
];

/// What the end of a call that was begun changes in its row.
const COMPLETED: [&str; 3] = ["time_ms", "outcome", "duration_us"];

#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    Number,
}

#[derive(Debug)]
pub(super) struct Table {
    engine: Engine,
    schema: Option<String>,
    name: String,
}

macro_rules! built {
    ($engine:expr, $statement:expr) => {
        match $engine {
            Engine::Sqlite => $statement.build(SqliteQueryBuilder),
            Engine::Postgres => $statement.build(PostgresQueryBuilder),
        }
    };
}

impl Table {
    /// `name` may have a schema before it.
    pub(super) fn new(engine: Engine, name: &str) -> Self {
        match name.split_once('.') {
            Some((schema, name)) => Self { engine, schema: Some(schema.to_owned()), name: name.to_owned() },
            None => Self { engine, schema: None, name: name.to_owned() },
        }
    }

    fn place(&self) -> TableRef {
        let name = Alias::new(&self.name);
        match &self.schema {
            Some(schema) => (Alias::new(schema), name).into(),
            None => name.into(),
        }
    }

    /// A statement that can be prepared only where the table and its columns are there.
    pub(super) fn probe(&self) -> Statement {
        let mut query = Query::select();
        query.columns(COLUMNS.map(|(name, ..)| Alias::new(name))).from(self.place());
        let (sql, _) = built!(self.engine, query);
        Statement { sql, values: Vec::new() }
    }

    /// The table and its indexes, where they do not exist.
    pub(super) fn creation(&self) -> Vec<Statement> {
        let mut table = sea_query::Table::create();
        table.table(self.place()).if_not_exists();
        for (name, kind, optional) in COLUMNS {
            let mut column = ColumnDef::new(Alias::new(name));
            match kind {
                Kind::Text => column.text(),
                Kind::Number => column.big_integer(),
            };
            if !optional {
                column.not_null();
            }
            if name == "call_id" {
                column.primary_key();
            }
            table.col(&mut column);
        }
        let index = |suffix: &str, columns: &[&str]| {
            let mut index = Index::create();
            index.if_not_exists().name(format!("{}_{suffix}", self.name)).table(self.place());
            for column in columns {
                index.col(Alias::new(*column));
            }
            index
        };
        let by_time = index("by_time", &["time_ms"]);
        let by_caller = index("by_caller", &["caller", "time_ms"]);
        let all = [built!(self.engine, table), built!(self.engine, by_time), built!(self.engine, by_caller)];
        all.into_iter().map(|sql| Statement { sql, values: Vec::new() }).collect()
    }

    /// Rows for these lines. One that is there already stays as it is; where these lines are `completing`, one that is
    /// only begun gets its outcome.
    pub(super) fn insert(&self, lines: &[&AuditLine], completing: bool) -> Result<Statement, AuditError> {
        let mut query = Query::insert();
        query.into_table(self.place()).columns(COLUMNS.map(|(name, ..)| Alias::new(name)));
        for line in lines {
            query.values(row(line))?;
        }
        let mut conflict = OnConflict::column(Alias::new("call_id"));
        if completing {
            let outcome = (Alias::new(&self.name).into_iden(), Alias::new("outcome").into_iden());
            conflict.update_columns(COMPLETED.map(Alias::new)).action_and_where(Expr::col(outcome).eq("begun"));
        } else {
            conflict.do_nothing();
        }
        query.on_conflict(conflict);
        let (sql, values) = built!(self.engine, query);
        Ok(Statement { sql, values: values.0 })
    }
}

/// In the order of [`COLUMNS`].
fn row(line: &AuditLine) -> [Expr; 14] {
    let text = |text: &str| Expr::val(storable(text));
    let optional = |text: Option<&str>| Expr::val(text.map(storable));
    let number = |number: u64| Expr::val(i64::try_from(number).unwrap_or(i64::MAX));
    [
        text(&line.call_id),
        number(line.time_ms),
        text(&line.request_id),
        text(&line.caller),
        text(&line.issuer),
        text(line.door),
        text(&line.tool),
        optional(line.resource.as_deref()),
        optional(line.target.as_deref()),
        optional(line.effect.map(|effect| effect.as_str())),
        optional(line.arguments_sha256.as_deref()),
        optional(line.arguments.as_deref().map(|arguments| arguments.get())),
        text(line.outcome),
        number(line.duration_us),
    ]
}

/// PostgreSQL's text has no NUL. A client that sends one shall not keep the lines of others waiting.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

//! Settings in Redis or Valkey.

mod connection;
mod scripts;

use std::collections::BTreeSet;
use std::fmt;

use connector::{Error, Result};
use redis::{Cmd, FromRedisValue, RedisError, Script, ScriptInvocation};
use serde_json::Value;

use self::connection::{Connection, broke};
use super::{Doc, Store, Stored, Written, lost, plain};
use crate::config::Config;
use crate::space::Space;

/// How many keys one step of a search looks at, and how many values are read at once.
const STEP: usize = 500;

pub(crate) struct Redis {
    connection: Connection,
    prefix: String,
    defaults_prefix: Option<String>,
    history: u32,
    keys_max: u32,
    put: Script,
    delete: Script,
    all: Script,
}

impl Redis {
    pub(crate) async fn open(resource: &str, url: &str, config: &Config) -> Result<Self> {
        let prefix = config.prefix.clone().unwrap_or_else(|| format!("bellhop:{resource}:"));
        super::apart(&prefix, config.defaults_prefix.as_deref())?;
        let redis = Self {
            connection: Connection::new(url, config)?,
            prefix,
            defaults_prefix: config.defaults_prefix.clone(),
            history: config.history,
            keys_max: config.keys_max,
            put: Script::new(scripts::PUT),
            delete: Script::new(scripts::DELETE),
            all: Script::new(scripts::ALL),
        };
        redis.health().await?;
        Ok(redis)
    }

    /// What stands before each of the user's keys.
    fn before(&self, space: &Space) -> String {
        format!("{}{}:", self.prefix, space.as_str())
    }

    fn named(&self, space: &Space, what: &str) -> String {
        format!("{}{}#{what}", self.prefix, space.as_str())
    }

    fn was(&self, space: &Space, key: &str) -> String {
        format!("{}{}#was:{key}", self.prefix, space.as_str())
    }

    /// Asks something that changes nothing.
    async fn read<T: FromRedisValue>(&self, command: &Cmd) -> Result<T> {
        let mut open = self.connection.open().await?;
        let answer = tokio::time::timeout(self.connection.timeout(), command.query_async(&mut open.link)).await;
        match answer {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                if broke(&error) {
                    self.connection.close(&open).await;
                }
                Err(failed(error))
            }
            Err(_) => {
                self.connection.close(&open).await;
                Err(Error::unavailable("the store does not answer in time"))
            }
        }
    }

    /// Runs a script. Where the connection breaks meanwhile, nobody knows whether it ran.
    async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T> {
        let mut open = self.connection.open().await?;
        match tokio::time::timeout(self.connection.timeout(), script.invoke_async(&mut open.link)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) if broke(&error) => {
                self.connection.close(&open).await;
                Err(lost(error))
            }
            Ok(Err(error)) => Err(failed(error)),
            Err(_) => {
                self.connection.close(&open).await;
                Err(lost("the store does not answer in time"))
            }
        }
    }
}

#[async_trait::async_trait]
impl Store for Redis {
    async fn get(&self, space: &Space, key: &str) -> Result<Option<Stored>> {
        let mut command = redis::cmd("HMGET");
        command.arg(self.before(space) + key).arg("rev").arg("doc");
        match self.read::<(Option<u64>, Option<String>)>(&command).await? {
            (Some(revision), Some(doc)) => Ok(Some(Stored { doc: read(&doc)?, revision })),
            _ => Ok(None),
        }
    }

    async fn all(&self, space: &Space, max: usize) -> Result<Vec<(String, Stored)>> {
        let mut script = self.all.prepare_invoke();
        script.key(self.named(space, "keys")).arg(self.before(space)).arg(max);
        let found: Vec<(String, u64, String)> = self.run(&script).await?;
        found.into_iter().map(|(key, revision, doc)| Ok((key, Stored { doc: read(&doc)?, revision }))).collect()
    }

    async fn put(&self, space: &Space, key: &str, doc: &Doc, expected: u64) -> Result<Written> {
        let text = serde_json::to_string(doc).map_err(Error::internal)?;
        let before = self.before(space);
        let mut script = self.put.prepare_invoke();
        script.key(format!("{before}{key}")).key(self.named(space, "keys")).key(self.named(space, "rev"));
        script.key(self.was(space, key)).arg(key).arg(expected.to_string()).arg(text);
        script.arg(doc.expires.map_or(String::new(), |at| at.to_string()));
        script.arg(self.history).arg(self.keys_max).arg(before);
        match self.run(&script).await? {
            (0_u8, revision) => Ok(Written::Done(revision)),
            (1, _) => Ok(Written::Changed),
            _ => Ok(Written::Full),
        }
    }

    async fn delete(&self, space: &Space, key: &str, expected: u64) -> Result<Written> {
        let mut script = self.delete.prepare_invoke();
        script.key(self.before(space) + key).key(self.named(space, "keys")).key(self.was(space, key));
        script.arg(key).arg(expected.to_string());
        match self.run::<u8>(&script).await? {
            0 => Ok(Written::Done(expected)),
            _ => Ok(Written::Changed),
        }
    }

    async fn history(&self, space: &Space, key: &str) -> Result<Vec<Stored>> {
        let mut command = redis::cmd("LRANGE");
        command.arg(self.was(space, key)).arg(0).arg(-1);
        let kept: Vec<String> = self.read(&command).await?;
        let revision = |line: &String| {
            let (revision, doc) = line.split_once(' ').ok_or_else(odd)?;
            Ok(Stored { doc: read(doc)?, revision: revision.parse().map_err(|_| odd())? })
        };
        kept.iter().map(revision).collect()
    }

    async fn default(&self, key: &str) -> Result<Option<Value>> {
        let Some(prefix) = &self.defaults_prefix else { return Ok(None) };
        // MGET gives nothing where GET complains that the key is no text.
        let (found,): (Option<Vec<u8>>,) = self.read(redis::cmd("MGET").arg(format!("{prefix}{key}"))).await?;
        Ok(found.and_then(|bytes| plain(&bytes)))
    }

    async fn defaults(&self, max: usize) -> Result<Vec<(String, Value)>> {
        let Some(prefix) = &self.defaults_prefix else { return Ok(Vec::new()) };
        let pattern = format!("{}*", literal(prefix));
        let (mut cursor, mut names) = (0_u64, BTreeSet::new());
        loop {
            let mut command = redis::cmd("SCAN");
            command.arg(cursor).arg("MATCH").arg(&pattern).arg("COUNT").arg(STEP);
            let (next, found): (u64, Vec<Vec<u8>>) = self.read(&command).await?;
            names.extend(found.into_iter().filter_map(|name| String::from_utf8(name).ok()));
            if next == 0 || names.len() >= max {
                break;
            }
            cursor = next;
        }
        let (names, mut all) = (names.into_iter().collect::<Vec<_>>(), Vec::new());
        for some in names.chunks(STEP) {
            let found: Vec<Option<Vec<u8>>> = self.read(redis::cmd("MGET").arg(some)).await?;
            let pairs = some.iter().zip(found);
            all.extend(
                pairs.filter_map(|(name, bytes)| Some((name.strip_prefix(prefix)?.to_owned(), plain(&bytes?)?))),
            );
        }
        Ok(all)
    }

    async fn health(&self) -> Result<()> {
        self.read::<String>(&redis::cmd("PING")).await.map(drop)
    }
}

/// A text as a pattern that matches it and nothing else (Redis, KEYS: `* ? [ ] ^ - \`).
fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for one in text.chars() {
        if matches!(one, '*' | '?' | '[' | ']' | '\\' | '^' | '-') {
            pattern.push('\\');
        }
        pattern.push(one);
    }
    pattern
}

fn read(doc: &str) -> Result<Doc> {
    serde_json::from_str(doc).map_err(Error::internal)
}

fn odd() -> Error {
    Error::internal("a revision in the store that nobody here wrote")
}

fn failed(error: RedisError) -> Error {
    use redis::{ErrorKind as Kind, ServerErrorKind as Server};
    let is_away = broke(&error)
        || matches!(
            error.kind(),
            Kind::Server(Server::BusyLoading | Server::TryAgain | Server::MasterDown | Server::ReadOnly)
        );
    if is_away { Error::unavailable(error) } else { Error::internal(error) }
}

impl fmt::Debug for Redis {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Redis").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn nothing_in_a_prefix_matches_anything_else() {
        assert_eq!(literal(r"a*b?[c]\d:é"), r"a\*b\?\[c\]\\d:é");
    }
}

use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use connector::{Context, Error, ErrorKind, Outcome, Progress, Result};
use serde_json::{Map, Value, json};

use crate::actions::lines::{LINE_BYTES_MAX, next_line};
use crate::actions::needle::Needle;
use crate::blocking::Stop;
use crate::config::Config;
use crate::entry::Entry;
use crate::glob::Glob;
use crate::home::{Content, Home, Scope};
use crate::options::Options;
use crate::page::Page;
use crate::path::Place;
use crate::text::{SNIFF_BYTES, detect, utf8_reader};

/// How many matching lines are given where nothing is said, and at most.
pub(crate) const LINES_DEFAULT: u64 = 50;
pub(crate) const LINES_MAX: u64 = 1000;

/// How many bytes of a file are fetched at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// All lines of a file, however many.
const REST: u64 = u64::MAX;

const MORE: &str = "There is more to read than one search reads.";

/// Lines that contain a text, by path and line number.
pub(crate) fn search(
    home: &dyn Home,
    input: &Map<String, Value>,
    config: &Config,
    context: &Context,
    stop: &Stop,
) -> Result<Outcome> {
    let options = Options(input);
    let needle = Needle::read(&options)?;
    let lines_max = options.number("limit")?.unwrap_or(LINES_DEFAULT).clamp(1, LINES_MAX);
    let begin = options.text("go_on")?.map(|text| Position::parse(text, config)).transpose()?;
    let glob = options.text("glob")?.map(Glob::parse).transpose()?;
    let folder = options.folder("folder", config.depth_max)?;
    let scope = Scope { folders: false, glob: glob.as_ref(), stat: false, ..Scope::all(folder, config.entries_max) };
    let mut entries = Vec::new();
    let walked = home.walk(&scope, &mut |entry| {
        entries.push(entry);
        Ok(ControlFlow::Continue(()))
    })?;
    entries.sort_by(|a, b| a.place.cmp(&b.place));
    if let Some(begin) = &begin {
        entries.retain(|entry| entry.place >= begin.place);
    }
    let mut search = Search::new(needle, lines_max, config, context.result_bytes_max);
    for (done, entry) in entries.iter().enumerate() {
        stop.check()?;
        let skip = begin.as_ref().filter(|begin| begin.place == entry.place).map_or(0, |begin| begin.lines);
        search.file(home, entry, skip, stop)?;
        if search.full.is_some() {
            search.unsearched = entries.len() - done;
            break;
        }
        if done % 100 == 99 {
            let total = Some(entries.len() as f64);
            context.progress(Progress { done: (done + 1) as f64, total, message: Some("files searched".into()) });
        }
    }
    let mut notices = walked.notices(config.entries_max, config.depth_max);
    notices.extend(search.notices());
    let complete = search.full.is_none() && !walked.cut;
    Ok(Outcome {
        data: Some(search.page.into_json()?),
        count: (complete && begin.is_none()).then_some(search.lines),
        has_more: Some(!complete),
        notices,
        ..Outcome::default()
    })
}

/// How far a search has come: a file, and how many of its lines are done.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Position {
    place: Place,
    lines: u64,
}

impl Position {
    fn parse(text: &str, config: &Config) -> Result<Self> {
        let Some((lines, path)) = text.split_once(':') else { return Err(Self::unknown()) };
        let lines = lines.parse().map_err(|_| Self::unknown())?;
        Ok(Self { place: Place::parse("go_on", path, config.depth_max)?, lines })
    }

    fn unknown() -> Error {
        Error::invalid("`go_on` must be what the notice of an earlier search said.")
    }
}

struct Search {
    needle: Needle,
    page: Page,
    lines: u64,
    lines_max: u64,
    bytes_max: u64,
    bytes_left: u64,
    until: Instant,
    binary: u64,
    unreadable: u64,
    long: u64,
    /// Why it stopped early, and where.
    full: Option<(String, Position)>,
    /// How many files are not searched to their end.
    unsearched: usize,
}

impl Search {
    fn new(needle: Needle, lines_max: u64, config: &Config, result_bytes_max: usize) -> Self {
        Self {
            needle,
            page: Page::new(result_bytes_max),
            lines: 0,
            lines_max,
            bytes_max: config.search_bytes_max,
            bytes_left: config.search_bytes_max,
            until: Instant::now() + Duration::from_millis(config.search_ms_max),
            binary: 0,
            unreadable: 0,
            long: 0,
            full: None,
            unsearched: 0,
        }
    }

    fn file(&mut self, home: &dyn Home, entry: &Entry, skip: u64, stop: &Stop) -> Result<()> {
        match self.lines_of(home, entry, skip, stop) {
            // What vanished or cannot be read is passed over, as a person searching would.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => {
                self.unreadable += u64::from(error.kind() == ErrorKind::PermissionDenied);
                Ok(())
            }
            done => done,
        }
    }

    fn lines_of(&mut self, home: &dyn Home, entry: &Entry, skip: u64, stop: &Stop) -> Result<()> {
        let place = &entry.place;
        if skip == REST {
            return Ok(());
        }
        let fresh = self.bytes_left == self.bytes_max;
        let mut content = home.open(entry)?;
        let mut reader = BufReader::with_capacity(CHUNK_BYTES, Reader { content: &mut *content, at: 0 });
        let head = reader.fill_buf().map_err(own)?;
        let Some(encoding) = detect(&head[..head.len().min(SNIFF_BYTES)], head.len() < SNIFF_BYTES) else {
            self.binary += 1;
            return Ok(());
        };
        let mut reader = utf8_reader(reader, encoding);
        let (mut line, mut number) = (Vec::new(), 0_u64);
        loop {
            if number % 256 == 0 {
                stop.check()?;
                if Instant::now() > self.until {
                    // Where all the time went into skipping, going on would never come further.
                    let lines = if fresh && number <= skip && skip > 0 { REST } else { number.max(skip) };
                    return self.stop("The search took too long and was stopped.".into(), place, lines);
                }
            }
            let budget = if number < skip { u64::MAX } else { self.bytes_left };
            let (consumed, longer) = next_line(&mut reader, &mut line, budget).map_err(own)?;
            if consumed == 0 {
                return Ok(());
            }
            number += 1;
            if number <= skip {
                continue;
            }
            self.bytes_left -= consumed;
            let cut = self.bytes_left == 0;
            // A line that may have been cut is left to the next search, unless it would always be cut.
            if cut && !(fresh && number == skip + 1) {
                return self.stop(MORE.into(), place, number - 1);
            }
            self.long += u64::from(longer);
            self.line(place, number, &String::from_utf8_lossy(&line))?;
            if cut && self.full.is_none() {
                return self.stop(MORE.into(), place, number);
            }
            if self.full.is_some() {
                return Ok(());
            }
        }
    }

    fn line(&mut self, place: &Place, number: u64, line: &str) -> Result<()> {
        if !self.needle.is_in(line) {
            return Ok(());
        }
        if self.lines == self.lines_max {
            let why = format!("Only the first {} matching lines are given.", self.lines_max);
            return self.stop(why, place, number - 1);
        }
        let item = json!({"path": place.as_str(), "line": number, "text": self.needle.shown(line)});
        if self.page.add(&item)? {
            self.lines += 1;
            return Ok(());
        }
        self.stop("The answer grew too large, so not all matching lines are given.".into(), place, number - 1)
    }

    fn stop(&mut self, why: String, place: &Place, lines: u64) -> Result<()> {
        self.full = Some((why, Position { place: place.clone(), lines }));
        Ok(())
    }

    fn notices(&self) -> Vec<String> {
        let mut notices = Vec::new();
        if let Some((why, at)) = &self.full {
            notices.push(format!(
                "{why} Files not searched to their end: {}. Search again with `go_on` \"{}:{}\", or name a `folder` or \
                 `glob`.",
                self.unsearched,
                at.lines,
                at.place.as_str(),
            ));
        }
        if self.binary > 0 {
            notices.push(format!("Files that are not text were passed over: {}.", self.binary));
        }
        if self.unreadable > 0 {
            notices.push(format!("Files that the server may not read were passed over: {}.", self.unreadable));
        }
        if self.long > 0 {
            notices.push(format!("Lines searched only in their first {LINE_BYTES_MAX} bytes: {}.", self.long));
        }
        notices
    }
}

/// A file as a stream.
struct Reader<'a> {
    content: &'a mut dyn Content,
    at: u64,
}

impl Read for Reader<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let bytes = self.content.read(self.at, to.len()).map_err(io::Error::other)?;
        to[..bytes.len()].copy_from_slice(&bytes);
        self.at += bytes.len() as u64;
        Ok(bytes.len())
    }
}

/// Takes our own error out of the one that carried it through a stream.
fn own(error: io::Error) -> Error {
    match error.downcast::<Error>() {
        Ok(own) => own,
        Err(error) => crate::error::failed(error),
    }
}

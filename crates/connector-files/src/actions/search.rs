use std::io::BufReader;
use std::time::{Duration, Instant};

use connector::{Context, Outcome, Progress, Result};
use serde_json::{Map, Value, json};

use crate::actions::lines::{LINE_BYTES_MAX, next_line};
use crate::actions::needle::Needle;
use crate::blocking::Stop;
use crate::config::Config;
use crate::error::missing;
use crate::glob::Glob;
use crate::home::{Home, open_file};
use crate::options::Options;
use crate::page::Page;
use crate::path::Place;
use crate::range::{SNIFF_BYTES, is_text};
use crate::walk::{Scope, Walked, walk};

/// How many matching lines are given where nothing is said, and at most.
pub(crate) const LINES_DEFAULT: u64 = 50;
pub(crate) const LINES_MAX: u64 = 1000;

/// Lines that contain a text, by path and line number.
pub(crate) fn search(
    home: Option<&Home>,
    input: &Map<String, Value>,
    config: &Config,
    context: &Context,
    stop: &Stop,
) -> Result<Outcome> {
    let options = Options(input);
    let needle = Needle::read(&options)?;
    let lines_max = options.number("limit")?.unwrap_or(LINES_DEFAULT).clamp(1, LINES_MAX);
    let scope = Scope {
        folder: options.folder("folder", config.depth_max)?,
        recursive: true,
        folders: false,
        glob: options.text("glob")?.map(Glob::parse).transpose()?,
        stat: false,
    };
    let walked = match home {
        Some(home) => walk(home, &scope, config, stop)?,
        None if scope.folder.is_top() => Walked::default(),
        None => return Err(missing()),
    };
    let mut notices = walked.notices(config);
    let mut places: Vec<_> = walked.entries.into_iter().map(|entry| entry.place).collect();
    places.sort();
    let mut search = Search::new(needle, lines_max, config, context.result_bytes_max);
    for (done, place) in places.iter().enumerate() {
        stop.check()?;
        if search.full.is_some() {
            break;
        }
        if let Some(home) = home {
            search.file(home, place, stop)?;
        }
        if done % 100 == 99 {
            let total = Some(places.len() as f64);
            context.progress(Progress { done: (done + 1) as f64, total, message: Some("files searched".into()) });
        }
    }
    notices.extend(search.notices());
    let complete = search.full.is_none() && !walked.cut;
    Ok(Outcome {
        data: Some(search.page.into_json()?),
        count: complete.then_some(search.lines),
        has_more: Some(!complete),
        notices,
        ..Outcome::default()
    })
}

struct Search {
    needle: Needle,
    page: Page,
    lines: u64,
    lines_max: u64,
    bytes_left: u64,
    until: Instant,
    binary: u64,
    long: u64,
    /// Why it stopped early.
    full: Option<String>,
}

impl Search {
    fn new(needle: Needle, lines_max: u64, config: &Config, result_bytes_max: usize) -> Self {
        Self {
            needle,
            page: Page::new(result_bytes_max),
            lines: 0,
            lines_max,
            bytes_left: config.search_bytes_max,
            until: Instant::now() + Duration::from_millis(config.search_ms_max),
            binary: 0,
            long: 0,
            full: None,
        }
    }

    fn file(&mut self, home: &Home, place: &Place, stop: &Stop) -> Result<()> {
        // What vanished or cannot be read is passed over, as a person searching would.
        let Ok(dir) = home.folder(&place.parent()) else { return Ok(()) };
        let Ok((file, _)) = open_file(&dir, place.name()) else { return Ok(()) };
        let mut reader = BufReader::with_capacity(SNIFF_BYTES, file);
        let Ok(head) = std::io::BufRead::fill_buf(&mut reader) else { return Ok(()) };
        if !is_text(head, head.len() < SNIFF_BYTES) {
            self.binary += 1;
            return Ok(());
        }
        let (mut line, mut number) = (Vec::new(), 0_u64);
        loop {
            if number % 256 == 0 {
                stop.check()?;
                if Instant::now() > self.until {
                    self.full = Some("The search took too long and was stopped.".into());
                }
            }
            if self.bytes_left == 0 {
                self.full = Some("There is more to read than one search reads.".into());
            }
            if self.full.is_some() {
                return Ok(());
            }
            let Ok((consumed, longer)) = next_line(&mut reader, &mut line, self.bytes_left) else { return Ok(()) };
            if consumed == 0 {
                return Ok(());
            }
            self.bytes_left -= consumed;
            number += 1;
            self.long += u64::from(longer);
            self.line(place, number, &String::from_utf8_lossy(&line))?;
        }
    }

    fn line(&mut self, place: &Place, number: u64, line: &str) -> Result<()> {
        if !self.needle.is_in(line) {
            return Ok(());
        }
        if self.lines == self.lines_max {
            self.full = Some(format!("Only the first {} matching lines are given.", self.lines_max));
            return Ok(());
        }
        let item = json!({"path": place.as_str(), "line": number, "text": self.needle.shown(line)});
        if self.page.add(&item)? {
            self.lines += 1;
        } else {
            self.full = Some("The answer grew too large, so not all matching lines are given.".into());
        }
        Ok(())
    }

    fn notices(&self) -> Vec<String> {
        let mut notices: Vec<_> = self.full.iter().map(|why| format!("{why} Name a `folder` or `glob`.")).collect();
        if self.binary > 0 {
            notices.push(format!("Files that are not text were passed over: {}.", self.binary));
        }
        if self.long > 0 {
            notices.push(format!("Lines searched only in their first {LINE_BYTES_MAX} bytes: {}.", self.long));
        }
        notices
    }
}

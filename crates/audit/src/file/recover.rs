use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::journal::INFIX;
use super::log::Log;
use super::rotate::numbered;
use super::same::leads_to;

/// Gives every call that a process which has ended left begun its line: what came of it is `unknown`.
pub(super) fn recover(log: &mut Log) -> io::Result<()> {
    for path in journals(&log.options.path)? {
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        match file.try_lock() {
            Ok(()) if leads_to(&path, &file)? => {}
            // Its process lives, or another has just recovered it.
            Ok(()) | Err(TryLockError::WouldBlock) => continue,
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let begun = begun(&file)?;
        let lines: String = without_ended(begun, &log.options)?.into_values().collect();
        if !lines.is_empty() {
            tracing::warn!(
                calls = lines.lines().count(),
                "calls that were under way when their process ended are in the audit with the outcome unknown"
            );
            log.append(lines.as_bytes())?;
        }
        std::fs::remove_file(&path)?;
    }
    Ok(())
}

/// The journals beside the file.
fn journals(log_path: &Path) -> io::Result<Vec<PathBuf>> {
    let folder = log_path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(name) = log_path.file_name().and_then(|name| name.to_str()) else { return Ok(Vec::new()) };
    let prefix = format!("{name}{INFIX}");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(|name| name.starts_with(&prefix)) {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// The journal's lines as they shall stand in the file, by their calls' names. A last line that has no end was never
/// answered for.
fn begun(journal: &File) -> io::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for line in BufReader::new(journal).split(b'\n') {
        let Ok(mut line) = serde_json::from_slice::<Map<String, Value>>(&line?) else { continue };
        let Some(call_id) = line.get("call_id").and_then(Value::as_str).map(str::to_owned) else { continue };
        line.insert("outcome".into(), "unknown".into());
        found.insert(call_id, Value::Object(line).to_string() + "\n");
    }
    Ok(found)
}

/// Takes away what has its line already, in the file or in one that was put aside.
fn without_ended(
    mut begun: BTreeMap<String, String>,
    options: &super::FileOptions,
) -> io::Result<BTreeMap<String, String>> {
    let aside = (1..=options.keep.max(1)).map(|number| numbered(&options.path, number));
    for path in std::iter::once(options.path.clone()).chain(aside) {
        if begun.is_empty() {
            break;
        }
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for line in BufReader::new(file).split(b'\n') {
            let line = line?;
            let text = String::from_utf8_lossy(&line);
            let call_id = text.split_once("\"call_id\":\"").and_then(|(_, rest)| rest.split('"').next());
            if let Some(call_id) = call_id {
                begun.remove(call_id);
            }
        }
    }
    Ok(begun)
}

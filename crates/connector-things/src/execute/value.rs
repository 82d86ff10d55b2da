use connector::{Error, ErrorKind, Result};
use serde_json::Value;

use crate::td::validator;
use crate::words::clean;

/// How many complaints are told at once.
const FAULTS_MAX: usize = 3;

/// Whether a value may be sent: by type, range, step, list. Nothing has left when this refuses.
pub(super) fn check(value: &Value, schema: &Value, what: &str, unit: Option<&str>) -> Result<()> {
    match faults(value, schema)? {
        None => Ok(()),
        Some(faults) => {
            let unit = unit.map(|unit| format!(" (in {unit})")).unwrap_or_default();
            Err(Error::invalid(format!("{what}{unit} does not take this: {faults}. Nothing was sent.")))
        }
    }
}

/// Whether what a device answered is what its description says. What is not is no reading.
pub(super) fn check_answer(value: &Value, schema: &Value, what: &str) -> Result<()> {
    match faults(value, schema)? {
        None => Ok(()),
        Some(faults) => {
            let message = format!(
                "The device answered, but not as its description says: {what}: {faults}. The value is not passed on."
            );
            Err(Error::new(ErrorKind::Unsupported, message))
        }
    }
}

fn faults(value: &Value, schema: &Value) -> Result<Option<String>> {
    let validator = validator(schema).map_err(Error::internal)?;
    let faults = validator.iter_errors(value).take(FAULTS_MAX).map(|error| {
        let at = error.instance_path().to_string();
        let at = if at.is_empty() { String::new() } else { format!("{at}: ") };
        clean(&format!("{at}{error}"), 200).unwrap_or_default()
    });
    let faults: Vec<_> = faults.collect();
    Ok((!faults.is_empty()).then(|| faults.join("; ")))
}

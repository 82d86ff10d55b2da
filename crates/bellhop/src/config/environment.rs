use std::collections::BTreeMap;
use std::path::Path;

use super::Fault;

/// The process's variables, over those of `.env`. Read once; nothing else reads the environment.
#[derive(Clone, Default)]
pub(crate) struct Environment {
    variables: BTreeMap<String, String>,
}

impl Environment {
    /// Reads `.env` in the current folder, where there is one, and the process's own variables, which win.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub(crate) fn read() -> Result<Self, Fault> {
        let mut variables = BTreeMap::new();
        let file = Path::new(".env");
        if file.is_file() {
            let entries =
                dotenvy::from_path_iter(file).map_err(|error| Fault::plain(format!(".env cannot be read: {error}")))?;
            for entry in entries {
                let (name, value) = entry.map_err(|error| misread(file, &error))?;
                variables.insert(name, value);
            }
        }
        variables.extend(
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        );
        Ok(Self { variables })
    }

    /// These variables and no others.
    pub(crate) fn of<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self { variables: variables.into_iter().map(owned).collect() }
    }

    /// A variable that is set and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A switch: true, 1, yes, on, or the opposites.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Fault> {
        match self.get(name).map(str::to_ascii_lowercase).as_deref() {
            None | Some("false" | "0" | "no" | "off") => Ok(false),
            Some("true" | "1" | "yes" | "on") => Ok(true),
            Some(_) => Err(Fault::plain(format!("{name} must be true or false"))),
        }
    }

    /// A TCP port.
    pub(crate) fn port(&self, name: &str) -> Result<Option<u16>, Fault> {
        let Some(text) = self.get(name) else { return Ok(None) };
        text.parse()
            .map(Some)
            .map_err(|_| Fault::plain(format!("{name} must be a port from 0 to 65535, not \"{text}\"")))
    }
}

/// Says which line, by its number and nothing of what stands in it: it may be a secret.
fn misread(file: &Path, error: &dotenvy::Error) -> Fault {
    let line = match error {
        dotenvy::Error::LineParse(part, _) => std::fs::read_to_string(file)
            .ok()
            .and_then(|text| text.lines().position(|line| line.contains(part.trim())))
            .map_or_else(String::new, |at| format!(" at line {}", at + 1)),
        _ => String::new(),
    };
    Fault::plain(format!(".env cannot be understood{line}"))
        .help("write NAME=value; a value with blanks or # needs quotes: NAME=\"a b\"")
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Names only: values are secrets.
        out.debug_set().entries(self.variables.keys()).finish()
    }
}

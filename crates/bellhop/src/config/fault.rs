use std::ops::Range;
use std::path::Path;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

/// Something wrong in the configuration: what, where, and what to do.
#[derive(Debug)]
pub(crate) struct Fault {
    message: String,
    help: Option<String>,
    span: Option<Range<usize>>,
    source: Option<Box<NamedSource<String>>>,
}

impl Fault {
    /// A fault that is nowhere in a file.
    pub(crate) fn plain(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, span: None, source: None }
    }

    /// A fault at bytes `span` of the file.
    pub(crate) fn at(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span: Some(span), ..Self::plain(message) }
    }

    /// What the reader of TOML found, with the nearest known key where one is unknown.
    pub(crate) fn toml(error: &toml::de::Error) -> Self {
        let message = error.message().to_owned();
        Self { help: suggestion(&message), span: error.span(), ..Self::plain(message) }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Shows the line of the file.
    pub(crate) fn in_file(mut self, path: &Path, text: &str) -> Self {
        self.source =
            Some(Box::new(NamedSource::new(path.display().to_string(), text.to_owned()).with_language("toml")));
        self
    }
}

/// "unknown field `x`, expected one of `a`, `b`" → did you mean `a`?
fn suggestion(message: &str) -> Option<String> {
    let mut words = message.split('`').skip(1).step_by(2);
    let wrong = words.next().filter(|_| message.starts_with("unknown "))?;
    let nearest = words
        .map(|known| (strsim::jaro_winkler(wrong, known), known))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))?;
    Some(format!("did you mean `{}`?", nearest.1))
}

impl std::fmt::Display for Fault {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl Diagnostic for Fault {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as _)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_deref().map(|source| source as _)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.span.clone()?;
        self.source.as_ref()?;
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(Some("here".into()), span))))
    }
}

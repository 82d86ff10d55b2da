//! Documents as they were read, and what a `$ref` in them leads to.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::{Map, Value};
use url::Url;

/// How many `$ref`s lead from one to the next before it counts as a circle.
const HOPS_MAX: usize = 32;

/// A document and those that it refers to; the first is the one that configuration names.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    all: Vec<Document>,
    by_address: HashMap<String, usize>,
}

#[derive(Debug)]
struct Document {
    root: Value,
    address: Option<Url>,
}

/// A place in one of the documents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<'a> {
    pub(crate) value: &'a Value,
    pub(crate) document: usize,
}

impl<'a> At<'a> {
    pub(crate) fn object(self) -> Option<&'a Map<String, Value>> {
        self.value.as_object()
    }

    /// A member of it, without following what is there.
    pub(crate) fn get(self, name: &str) -> Option<At<'a>> {
        self.value.get(name).map(|value| At { value, ..self })
    }

    /// The items of a list; none where it is not one.
    pub(crate) fn items(self) -> impl Iterator<Item = At<'a>> {
        self.value.as_array().into_iter().flatten().map(move |value| At { value, ..self })
    }

    /// The members of an object but for extensions; none where it is not one.
    pub(crate) fn members(self) -> impl Iterator<Item = (&'a String, At<'a>)> {
        self.names().filter(|(name, _)| !name.starts_with("x-"))
    }

    /// The members of an object whose names the document's author chose: `x-api-key` is one of them, no extension.
    pub(crate) fn names(self) -> impl Iterator<Item = (&'a String, At<'a>)> {
        self.object().into_iter().flatten().map(move |(name, value)| (name, At { value, ..self }))
    }

    pub(crate) fn text(self, name: &str) -> Option<&'a str> {
        self.value.get(name).and_then(Value::as_str)
    }

    /// `true`, also where it was written as text.
    pub(crate) fn flag(self, name: &str) -> Option<bool> {
        match self.value.get(name)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl Documents {
    pub(crate) fn new(root: Value, address: Option<Url>) -> Self {
        let mut documents = Self::default();
        documents.add(root, address);
        documents
    }

    pub(crate) fn add(&mut self, root: Value, address: Option<Url>) {
        if let Some(address) = &address {
            self.by_address.insert(address.to_string(), self.all.len());
        }
        self.all.push(Document { root, address });
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// The root of the document that configuration names.
    pub(crate) fn root(&self) -> At<'_> {
        self.root_of(0).unwrap_or(At { value: &Value::Null, document: 0 })
    }

    pub(crate) fn root_of(&self, document: usize) -> Option<At<'_>> {
        self.all.get(document).map(|it| At { value: &it.root, document })
    }

    /// Where the first document came from.
    pub(crate) fn address(&self) -> Option<&Url> {
        self.address_of(0)
    }

    pub(crate) fn address_of(&self, document: usize) -> Option<&Url> {
        self.all.get(document)?.address.as_ref()
    }

    /// What stands at `at`, or at the end of its `$ref`s. `None` where one leads nowhere or in a circle.
    pub(crate) fn follow<'a>(&'a self, at: At<'a>) -> Option<At<'a>> {
        let mut at = at;
        for _ in 0..HOPS_MAX {
            let Some(reference) = at.text("$ref") else { return Some(at) };
            let (document, pointer) = self.target(at.document, reference)?;
            at = self.at(document, &pointer)?;
        }
        None
    }

    /// Which document a reference means, and where in it: a JSON pointer (RFC 6901).
    pub(crate) fn target(&self, document: usize, reference: &str) -> Option<(usize, String)> {
        let (address, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let pointer = decoded(fragment).into_owned();
        if address.is_empty() {
            return Some((document, pointer));
        }
        let resolved = self.address_of(document).and_then(|base| base.join(address).ok());
        let known = resolved.and_then(|url| self.by_address.get(url.as_str()).copied());
        match known {
            Some(document) => Some((document, pointer)),
            // Not legal, and common: the bare name of a schema.
            None if fragment.is_empty() => {
                let pointer = format!("/components/schemas/{}", address.replace('~', "~0").replace('/', "~1"));
                self.at(document, &pointer).map(|_| (document, pointer))
            }
            None => None,
        }
    }

    /// What a pointer leads to. Where a step is missing, it is looked for behind the `$ref` that stands there.
    pub(crate) fn at(&self, document: usize, pointer: &str) -> Option<At<'_>> {
        let root = self.root_of(document)?;
        if let Some(value) = root.value.pointer(pointer) {
            return Some(At { value, document });
        }
        let steps = pointer.strip_prefix('/')?.split('/');
        steps.enumerate().try_fold(root, |at, (depth, step)| {
            let step = step.replace("~1", "/").replace("~0", "~");
            at.step(&step).or_else(|| {
                let reference = at.text("$ref").filter(|_| depth < HOPS_MAX)?;
                let (document, next) = self.target(at.document, reference)?;
                let value = self.root_of(document)?.value.pointer(&next)?;
                At { value, document }.step(&step)
            })
        })
    }
}

impl<'a> At<'a> {
    fn step(self, step: &str) -> Option<At<'a>> {
        match self.value {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?).map(|value| At { value, ..self }),
            _ => self.get(step),
        }
    }
}

/// Percent-encoding undone (RFC 6901 section 6).
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

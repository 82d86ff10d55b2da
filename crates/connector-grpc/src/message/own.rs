use access::Caller;
use connector::{Error, ErrorKind, Result};
use prost::Message;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, ReflectMessage, Value};
use upstream::{Identity, Target, Tie, another, fold};

use super::typed::{is_own, typed};
use crate::catalog::{folded, take_steps};

/// How deep messages may stand within each other.
const DEPTH_MAX: usize = 64;

/// The caller's own values for one method's message.
#[derive(Debug, Default)]
pub(crate) struct Own {
    anywhere: Vec<(String, String)>,
    paths: Vec<(Vec<String>, String)>,
}

impl Own {
    pub(crate) fn new(identity: &Identity, tie: &Tie, caller: &Caller) -> Result<Self> {
        let mut own = Self::default();
        for bind in tie.binds.iter().filter_map(|at| identity.binds().get(*at)) {
            match &bind.target {
                Target::Anywhere(name) => own.anywhere.push((fold(name), bind.value(caller)?)),
                Target::Body(path) => own.paths.push((path.clone(), bind.value(caller)?)),
                Target::Parameter(..) => {}
            }
        }
        Ok(own)
    }

    /// Makes a message the caller's: what names anybody else is refused wherever it stands, packed messages and free data
    /// included, and their own values are put where they belong. Values that the types do not name are refused too.
    pub(crate) fn fill(&self, message: &mut DynamicMessage) -> Result<()> {
        self.walk(message, 0)?;
        for (path, value) in &self.paths {
            let Some(steps) = take_steps(&message.descriptor(), path) else { continue };
            let Some((last, way)) = steps.split_last() else { continue };
            let mut at = &mut *message;
            for step in way {
                at = at.get_field_mut(step).as_message_mut().ok_or_else(|| Error::internal("no message on the way"))?;
            }
            put(at, last, value)?;
        }
        Ok(())
    }

    fn walk(&self, message: &mut DynamicMessage, depth: usize) -> Result<()> {
        if depth > DEPTH_MAX {
            return Err(Error::invalid(format!(
                "The arguments nest deeper than {DEPTH_MAX} levels. Make them flatter."
            )));
        }
        if message.extensions().next().is_some() {
            return Err(Error::invalid("Extensions cannot be given as arguments."));
        }
        let descriptor = message.descriptor();
        if descriptor.full_name() == "google.protobuf.Any" {
            return self.packed(message, depth);
        }
        for field in descriptor.fields() {
            let name = folded(&field);
            if let Some((_, value)) = self.anywhere.iter().find(|(bound, _)| *bound == name) {
                put(message, &field, value)?;
            } else if message.has_field(&field) {
                self.value(message.get_field_mut(&field), &field, depth)?;
            }
        }
        Ok(())
    }

    fn value(&self, value: &mut Value, field: &FieldDescriptor, depth: usize) -> Result<()> {
        match value {
            Value::Message(message) => self.walk(message, depth + 1),
            Value::List(items) => items.iter_mut().try_for_each(|item| self.value(item, field, depth)),
            Value::Map(entries) => entries.iter_mut().try_for_each(|(key, value)| {
                if let MapKey::String(key) = key {
                    let name = fold(key);
                    let bound = self.anywhere.iter().find(|(bound, _)| *bound == name);
                    if bound.is_some_and(|(_, own)| !is_own(value, own)) {
                        return Err(another(key));
                    }
                }
                self.value(value, field, depth)
            }),
            Value::EnumNumber(number) => known(*number, field),
            _ => Ok(()),
        }
    }

    /// A message within bytes. What cannot be looked into is not sent.
    fn packed(&self, message: &mut DynamicMessage, depth: usize) -> Result<()> {
        let unknown = || Error::invalid("`@type` must name a message type of this service.");
        let pool = message.descriptor().parent_pool().clone();
        let text = |name: &str| message.get_field_by_name(name).map(|value| value.into_owned());
        let (Some(Value::String(url)), Some(Value::Bytes(bytes))) = (text("type_url"), text("value")) else {
            return Err(unknown());
        };
        if url.is_empty() && bytes.is_empty() {
            return Ok(());
        }
        let name = url.rsplit('/').next().unwrap_or_default();
        let descriptor = pool.get_message_by_name(name).ok_or_else(unknown)?;
        let mut inner = DynamicMessage::decode(descriptor, bytes).map_err(|_| unknown())?;
        self.walk(&mut inner, depth + 1)?;
        message.set_field_by_name("value", Value::Bytes(inner.encode_to_vec().into()));
        Ok(())
    }
}

/// Puts the caller's value where nobody else's may stand.
fn put(message: &mut DynamicMessage, field: &FieldDescriptor, own: &str) -> Result<()> {
    let typed = if crate::catalog::settable(field) { typed(own, field) } else { None };
    if message.has_field(field) {
        let given = message.get_field(field).into_owned();
        let is_own = typed.as_ref() == Some(&given) || is_own(&given, own);
        if !is_own {
            return Err(another(field.json_name()));
        }
    }
    let Some(typed) = typed else {
        if !crate::catalog::settable(field) {
            return Ok(());
        }
        return Err(Error::new(
            ErrorKind::PermissionDenied,
            "This call is made with what your token says of you, and this service cannot take it: it wants another sort of \
             value. Ask this server's operator.",
        ));
    };
    let rivals = field.containing_oneof().into_iter().flat_map(|oneof| oneof.fields().collect::<Vec<_>>());
    if let Some(rival) = rivals.into_iter().find(|rival| rival != field && message.has_field(rival)) {
        return Err(another(rival.json_name()));
    }
    message.set_field(field, typed);
    Ok(())
}

fn known(number: i32, field: &FieldDescriptor) -> Result<()> {
    let kind = match field.kind() {
        Kind::Message(entry) if entry.is_map_entry() => entry.map_entry_value_field().kind(),
        other => other,
    };
    let Kind::Enum(of) = kind else { return Ok(()) };
    if of.get_value(number).is_some() {
        return Ok(());
    }
    let names: Vec<String> = of.values().take(20).map(|value| value.name().to_owned()).collect();
    let name = field.json_name();
    Err(Error::invalid(format!("`{name}` has no value {number}. Use one of: {}.", names.join(", "))))
}

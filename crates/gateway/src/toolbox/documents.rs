use access::Effect;
use connector::{Context, List, Operation, Outcome, Read, Result, Start};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Toolbox;
use super::errand::{Found, Heard};
use super::path::{Missed, gone};
use crate::projection::Known;
use crate::{Given, Reply, content, links, round};

/// Some of the documents that this caller may read.
#[derive(Clone, Debug, Default)]
pub struct DocumentPage {
    /// They, as MCP's resources.
    pub items: Vec<Value>,
    /// Give it to go on.
    pub next_cursor: Option<String>,
}

/// Where the next page of documents starts.
#[derive(Serialize, Deserialize)]
struct Position {
    resource: String,
    after: Option<String>,
    offset: u64,
}

/// What cursors of documents are bound to: no collection is called this.
const PLACE: &str = "resources/list";

impl Toolbox {
    /// A page of the documents of all resources. Each resource that is asked leaves a line in the audit. One of several
    /// that cannot answer is left out.
    pub async fn documents(&self, cursor: Option<&str>, context: &Context) -> Result<DocumentPage, Missed> {
        let failed = |error| Missed::Failed(Box::new(Reply::failure(&error, &context.request_id)));
        let position = cursor.map(|cursor| self.inner.sealer.opened::<Position>(cursor, &self.caller, PLACE));
        let mut position = match position {
            Some(None) => {
                let sentence =
                    "This cursor is not one that this list gave you. Leave it out to start from the beginning.";
                return Err(failed(connector::Error::invalid(sentence)));
            }
            Some(found) => found,
            None => None,
        };
        let sources: Vec<_> = self.documented().collect();
        let alone = sources.len() == 1;
        let limit = self.inner.options.rows_default.max(1);
        let mut page = DocumentPage::default();
        for (resource, known) in sources {
            // A page goes on in the resource that the cursor names; those before it have been told.
            let here = match position.take() {
                Some(here) if here.resource != known.name => {
                    position = Some(here);
                    continue;
                }
                here => here,
            };
            let offset = here.as_ref().map_or(0, |here| here.offset);
            let start = here.and_then(|here| here.after).map_or(Start::Offset(offset), Start::After);
            let outcome = match self.list_of(resource, known, limit, start, context).await {
                Ok(outcome) => outcome,
                Err(missed) if alone => return Err(missed),
                Err(missed) => {
                    tracing::warn!(resource = known.name, ?missed, "its documents are left out of the list");
                    continue;
                }
            };
            let items = items(known, &outcome);
            let told = items.len() as u64;
            page.items.extend(items);
            if outcome.next.is_some() || outcome.has_more == Some(true) {
                let next = Position { resource: known.name.clone(), after: outcome.next, offset: offset + told };
                page.next_cursor = Some(self.inner.sealer.seal(&next, &self.caller, PLACE).map_err(failed)?);
                break;
            }
        }
        Ok(page)
    }

    /// Patterns of the addresses of further documents, as MCP's resource templates.
    pub fn templates(&self) -> Vec<Value> {
        let all = self.documented().flat_map(|(_, known)| {
            let templates = known.catalog.documents.iter().flat_map(|documents| &documents.templates);
            templates.map(move |template| {
                let mut template = template.clone();
                links::mark(known, template.get_mut("uriTemplate"));
                template
            })
        });
        all.collect()
    }

    /// Reads a document as this caller: MCP's list of contents.
    pub async fn read(&self, uri: &str, given: Option<Given>, context: &Context) -> Result<Heard, Missed> {
        let asked = json!({"uri": uri});
        let place = round::place("resources/read", "", &asked);
        let found = self.find_document(uri, given, &place);
        let resource = found.as_ref().map_or(0, |(resource, _)| *resource);
        let outcome = self.attend("resources/read", &asked, context, found).await?;
        self.heard(outcome, &place, &context.request_id, |data| {
            let known = self.projection.resources.get(resource).ok_or_else(gone)?;
            if let Some(contents) = data.as_array_mut() {
                contents.retain(content::is_contents);
                for one in contents {
                    content::tidy(one.get_mut("text"));
                    links::mark(known, one.get_mut("uri"));
                }
            }
            self.within_bytes(data)
        })
    }

    fn find_document(&self, uri: &str, given: Option<Given>, place: &str) -> Found {
        let (resource, uri) = self.resource_of(uri)?;
        let answers = self.opened(given, place)?;
        Ok((resource, Operation::Read(Read { uri, answers })))
    }

    async fn list_of(
        &self,
        resource: usize,
        known: &Known,
        limit: u32,
        start: Start,
        context: &Context,
    ) -> Result<Outcome, Missed> {
        let collection = known.catalog.documents.as_ref().map(|it| it.collection.clone()).unwrap_or_default();
        let list = List {
            collection,
            filter: None,
            sort: Vec::new(),
            fields: None,
            limit,
            start,
            options: serde_json::Map::new(),
        };
        self.attend(PLACE, &Value::Null, context, Ok((resource, Operation::List(list)))).await
    }

    /// The resources with documents that this caller may read.
    fn documented(&self) -> impl Iterator<Item = (usize, &Known)> {
        let all = self.projection.resources.iter().enumerate();
        all.filter(|(_, known)| {
            known.catalog.documents.is_some()
                && self.inner.policy.allows(&self.caller, &known.name, Effect::Read).is_ok()
        })
    }
}

/// The listed documents as clients see them. One whose address would pass for another resource's is left out.
fn items(known: &Known, outcome: &Outcome) -> Vec<Value> {
    let all: Vec<Value> =
        outcome.data.as_ref().and_then(|data| serde_json::from_str(data.get()).ok()).unwrap_or_default();
    let own = all.into_iter().filter(|item| {
        let uri = item.get("uri").and_then(Value::as_str);
        uri.is_some_and(|uri| !known.bare || !links::pretends(uri))
    });
    own.map(|mut item| {
        if let Some(item) = item.as_object_mut() {
            item.retain(|_, value| !value.is_null());
        }
        ["name", "title", "description"].iter().for_each(|name| content::tidy(item.get_mut(*name)));
        links::mark(known, item.get_mut("uri"));
        item
    })
    .collect()
}

//! `multipart/form-data` (RFC 7578; OpenAPI 3.1.1 sections 4.8.14.5 and 4.8.15).

use aws_lc_rs::rand;
use bytes::Bytes;
use connector::{Error, Result};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName, HeaderValue};
use serde_json::{Map, Value};

use super::file::{self, File};
use super::{Written, essence, header, part, schema};
use crate::api::{Body, Definitions, Encoding};
use crate::request::{refused, shape};

pub(super) fn write(body: &Body, definitions: &Definitions, members: &Map<String, Value>) -> Result<Written> {
    let boundary = boundary()?;
    let mut out = Parts { boundary: &boundary, text: Vec::new() };
    for (name, value) in members {
        let schema = schema::property(&body.schema, name, definitions);
        let encoding = body.encoding.get(name);
        if let Some(pairs) = part::pairs(body, name, value) {
            for pair in pairs {
                if pair.is_free && part::is_taken(body, members, name, &pair) {
                    return Err(refused(name, "has a key that is another field's name."));
                }
                out.add(&pair.name, None, encoding, None, pair.value().as_bytes());
            }
            continue;
        }
        // A list is one part for each of its items.
        let items = match value {
            Value::Array(items) if !part::is_json(body, name) => items.as_slice(),
            Value::Null => &[],
            one => std::slice::from_ref(one),
        };
        let of_items =
            schema.map(|schema| schema::resolved(schema, definitions)).and_then(|schema| schema.get("items"));
        let schema = if value.is_array() { of_items } else { schema };
        let is_file = schema.is_some_and(|schema| schema::is_file(schema, definitions));
        for item in items.iter().filter(|item| !item.is_null()) {
            if is_file {
                let file = file::read(name, item)?;
                let file_name = file.name.as_deref().unwrap_or(name);
                out.add(name, Some(file_name), encoding, Some(&media_type(&file, encoding)), &file.content);
            } else {
                out.plain(body, name, item, encoding);
            }
        }
    }
    let content = Bytes::from(out.end());
    Ok(Written { media_type: header(&format!("multipart/form-data; boundary={boundary}"))?, content })
}

/// The file's own type, else the document's where it names exactly one, else what the content is.
fn media_type(file: &File, encoding: Option<&Encoding>) -> String {
    let of_document = encoding.and_then(|encoding| encoding.content_type.as_deref());
    let of_document = of_document.filter(|types| !types.contains([',', '*'])).map(str::to_owned);
    let otherwise = if file.is_text { "text/plain; charset=utf-8" } else { "application/octet-stream" };
    file.media_type.clone().or(of_document).unwrap_or_else(|| otherwise.to_owned())
}

struct Parts<'a> {
    boundary: &'a str,
    text: Vec<u8>,
}

impl Parts<'_> {
    /// Text has no type of its own: servers take it for `text/plain`, and some take a part that has one for a file.
    fn plain(&mut self, body: &Body, name: &str, value: &Value, encoding: Option<&Encoding>) {
        let declared = encoding.and_then(|encoding| encoding.content_type.as_deref());
        let declared = declared.filter(|types| !types.contains([',', '*']));
        match value {
            Value::Object(_) | Value::Array(_) => {
                let media_type = declared.unwrap_or("application/json");
                self.add(name, None, encoding, Some(media_type), value.to_string().as_bytes());
            }
            value if part::is_json(body, name) => {
                self.add(name, None, encoding, declared, value.to_string().as_bytes());
            }
            value => {
                let media_type = declared.filter(|media_type| essence(media_type) != "text/plain");
                self.add(name, None, encoding, media_type, shape::text(value).as_bytes());
            }
        }
    }

    fn add(
        &mut self,
        name: &str,
        file_name: Option<&str>,
        encoding: Option<&Encoding>,
        media_type: Option<&str>,
        content: &[u8],
    ) {
        let mut head = format!("--{}\r\nContent-Disposition: form-data; name=\"{}\"", self.boundary, quoted(name));
        if let Some(file_name) = file_name {
            head.push_str(&format!("; filename=\"{}\"", quoted(file_name)));
        }
        head.push_str("\r\n");
        if let Some(media_type) = media_type.filter(|media_type| HeaderValue::from_str(media_type).is_ok()) {
            head.push_str(&format!("Content-Type: {media_type}\r\n"));
        }
        for (name, value) in encoding.into_iter().flat_map(|encoding| &encoding.headers) {
            let is_own = HeaderName::from_bytes(name.as_bytes())
                .is_ok_and(|name| name != CONTENT_TYPE && name != CONTENT_DISPOSITION);
            if is_own && HeaderValue::from_str(value).is_ok() {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        head.push_str("\r\n");
        self.text.extend_from_slice(head.as_bytes());
        self.text.extend_from_slice(content);
        self.text.extend_from_slice(b"\r\n");
    }

    fn end(mut self) -> Vec<u8> {
        self.text.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        self.text
    }
}

/// As browsers do it (HTML Standard, "multipart form data"): what would end the name is percent-encoded.
fn quoted(name: &str) -> String {
    let quoted = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    quoted.chars().filter(|char| !char.is_control()).collect()
}

/// Random enough that no content has it.
fn boundary() -> Result<String> {
    let mut bytes = [0_u8; 16];
    rand::fill(&mut bytes).map_err(|_| Error::internal("the system gave no random bytes"))?;
    Ok(format!("bellhop-{:032x}", u128::from_be_bytes(bytes)))
}

use connector::{Error, Result};
use serde_json::Value;
use upstream::Fetcher;
use url::Url;

use super::{Document, json};
use crate::Config;

/// How many things a directory is asked for at once.
const PAGE: usize = 100;

/// A description at an address.
pub(super) async fn document(address: &str, config: &Config) -> Result<Document> {
    let fetcher = fetcher(address, config)?;
    let url = Url::parse(address).map_err(|_| Error::invalid(format!("{address} is no address.")))?;
    let got = fetcher.get(&url, config.limits.description_bytes_max, None).await?;
    let got = got.ok_or_else(|| Error::internal("not modified, though nothing was known"))?;
    let said = json(&got.body);
    Ok(Document { name: address.to_owned(), said, address: Some(got.address), named: true })
}

/// The descriptions that a directory lists (W3C WoT Discovery, section 7.3.2.1.5), page by page.
pub(super) async fn directory(address: &str, config: &Config) -> Result<Vec<Document>> {
    let fetcher = fetcher(address, config)?;
    let base = address.trim_end_matches('/');
    let base = if base.ends_with("/things") { base.to_owned() } else { format!("{base}/things") };
    let bytes_max = config.limits.description_bytes_max.saturating_mul(PAGE);
    let mut documents: Vec<Document> = Vec::new();
    loop {
        let url = format!("{base}?offset={}&limit={PAGE}", documents.len());
        let url = Url::parse(&url).map_err(|_| Error::invalid(format!("{address} is no address.")))?;
        let got = fetcher.get(&url, bytes_max, None).await?;
        let got = got.ok_or_else(|| Error::internal("not modified, though nothing was known"))?;
        let Ok(Value::Array(page)) = json(&got.body) else {
            return Err(Error::invalid(format!("{address} is no directory of Thing Descriptions.")));
        };
        let (before, last) = (documents.len(), page.len() < PAGE);
        // One that does not know paging gives the same page again.
        if before > 0 && documents.last().and_then(|it| it.said.as_ref().ok()) == page.last() {
            return Ok(documents);
        }
        let room = config.limits.things_max.saturating_sub(before);
        let new = page.into_iter().take(room).enumerate();
        documents.extend(new.map(|(number, one)| Document {
            name: format!("{address} #{}", before + number),
            said: Ok(one),
            address: Some(got.address.clone()),
            named: false,
        }));
        if last || documents.len() >= config.limits.things_max {
            return Ok(documents);
        }
    }
}

fn fetcher(address: &str, config: &Config) -> Result<Fetcher> {
    Fetcher::new(address, &config.http).map_err(|error| Error::invalid(error.to_string()))
}

use std::path::Path;

use connector::{Error, Result};
use prost::Message;
use prost_reflect::prost_types::FileDescriptorSet;

use super::Files;
use crate::Config;

/// The descriptor set that configuration names.
pub(super) async fn read(name: &str, config: &Config, path: &Path) -> Result<Files> {
    let wrong =
        |what: String| Error::invalid(format!("[resources.{name}]: descriptor_set {}: {what}.", path.display()));
    let bytes =
        tokio::fs::read(config.base.join(path)).await.map_err(|error| wrong(format!("it cannot be read: {error}")))?;
    if bytes.len() > config.descriptor_bytes_max() {
        return Err(wrong(format!("it is larger than `descriptor_bytes_max`, {}", config.descriptor_bytes_max())));
    }
    let set = FileDescriptorSet::decode(bytes.as_slice())
        .map_err(|_| wrong("it is not what `protoc --descriptor_set_out --include_imports` writes".into()))?;
    let by_name = set.file.into_iter().map(|file| (file.name().to_owned(), file)).collect();
    Ok(Files { by_name, services: None })
}

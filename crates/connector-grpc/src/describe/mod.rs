//! What the server says of itself: its descriptors, by reflection or from a file.

mod comments;
mod file;
mod reflection;
mod talk;

use std::collections::BTreeMap;

use aws_lc_rs::digest;
use connector::{Error, Result};
use prost::Message;
use prost_reflect::prost_types::FileDescriptorProto;
use prost_reflect::{DescriptorPool, ServiceDescriptor};

pub(crate) use self::comments::Comments;
use crate::Config;
use crate::channel::Line;

/// Stands for all descriptors: the same twice means that nothing changed.
pub(crate) type Digest = [u8; 32];

/// The services of one server, and their types.
#[derive(Debug)]
pub(crate) struct Described {
    pub(crate) services: Vec<ServiceDescriptor>,
    pub(crate) comments: Comments,
    pub(crate) digest: Digest,
}

/// Descriptors as they came: files by name, and which services count (all where nothing is said).
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub(crate) by_name: BTreeMap<String, FileDescriptorProto>,
    pub(crate) services: Option<Vec<String>>,
}

/// Reads them.
pub(crate) async fn read(name: &str, config: &Config, line: &Line) -> Result<Described> {
    let files = match &config.descriptor_set {
        Some(path) => file::read(name, config, path).await?,
        None => reflection::read(name, config, line).await?,
    };
    described(name, files)
}

fn described(name: &str, files: Files) -> Result<Described> {
    let mut context = digest::Context::new(&digest::SHA256);
    for file in files.by_name.values() {
        context.update(&file.encode_to_vec());
    }
    for service in files.services.iter().flatten() {
        context.update(service.as_bytes());
    }
    let digest = Digest::try_from(context.finish().as_ref()).map_err(Error::internal)?;
    let comments = Comments::of(files.by_name.values());
    let mut pool = DescriptorPool::new();
    // Types that every protobuf library brings along are often left out; the rest is added to them.
    let known = DescriptorPool::global();
    let missing = known.file_descriptor_protos().filter(|file| !files.by_name.contains_key(file.name()));
    let mut all: Vec<FileDescriptorProto> = missing.cloned().collect();
    all.extend(files.by_name.into_values());
    pool.add_file_descriptor_protos(all).map_err(|error| {
        Error::invalid(format!("[resources.{name}]: the server's descriptors do not fit together: {error}."))
    })?;
    let mut services: Vec<ServiceDescriptor> = match &files.services {
        Some(names) => names.iter().filter_map(|name| pool.get_service_by_name(name)).collect(),
        None => pool.services().collect(),
    };
    services.sort_by(|one, other| one.full_name().cmp(other.full_name()));
    services.dedup();
    Ok(Described { services, comments, digest })
}

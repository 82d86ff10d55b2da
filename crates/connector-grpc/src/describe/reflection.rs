//! Server reflection (github.com/grpc/grpc, doc/server-reflection.md), version 1, and v1alpha where that is all there is.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use connector::{Error, ErrorKind, Result};
use prost::Message;
use prost_reflect::prost_types::FileDescriptorProto;
use tonic::{Code, Status};

use super::Files;
use super::talk::{Answer, Question, Talk};
use crate::Config;
use crate::channel::{Line, lost};

/// Files and services that one server may have.
const FILES_MAX: usize = 10_000;
const SERVICES_MAX: usize = 2_000;

/// Asks the server for its services and for all files that they need.
pub(super) async fn read(name: &str, config: &Config, line: &Line) -> Result<Files> {
    let within = Duration::from_millis(config.http.timeout_ms);
    let read = tokio::time::timeout(within, all(config, line)).await;
    read.map_err(|_| Error::new(ErrorKind::Timeout, "The service did not describe itself in time."))?.map_err(
        |status| {
            if let Some(lost) = lost(&status) {
                return lost.error;
            }
            let open = format!(
                "set `descriptor_set` of [resources.{name}] to a file that `protoc --descriptor_set_out` wrote"
            );
            let message = match status.code() {
                Code::Unimplemented => format!("The service offers no server reflection: {open}."),
                Code::Unauthenticated | Code::PermissionDenied => {
                    format!("The service describes itself only to those who have a credential: {open}.")
                }
                Code::ResourceExhausted | Code::OutOfRange => {
                    "The service's descriptors are larger than `descriptor_bytes_max`.".to_owned()
                }
                _ => format!("The service did not describe itself as reflection wants it: {open}."),
            };
            Error::new(ErrorKind::Unavailable, message).with_source(status)
        },
    )
}

async fn all(config: &Config, line: &Line) -> Result<Files, Status> {
    let bytes_max = config.descriptor_bytes_max();
    let (mut talk, answer) = Talk::open(line, bytes_max).await?;
    let Answer::Services(mut services) = answer else { return Err(Status::internal("no list of services")) };
    services.retain(|service| !service.starts_with("grpc.reflection."));
    services.sort();
    services.truncate(SERVICES_MAX);
    let mut files = Files { services: Some(services.clone()), ..Files::default() };
    let mut left: VecDeque<Question> = services.into_iter().map(Question::FileOf).collect();
    let (mut asked, mut bytes) = (BTreeSet::new(), 0_usize);
    while let Some(question) = left.pop_front() {
        if let Question::FileNamed(name) = &question
            && files.by_name.contains_key(name)
        {
            continue;
        }
        let found = match talk.ask(question).await? {
            Answer::Files(found) => found,
            // A service that is named and not described is left out; so is a file that every library has.
            Answer::Nothing => continue,
            Answer::Services(_) => return Err(Status::internal("an answer to another question")),
        };
        for encoded in found {
            bytes = bytes.saturating_add(encoded.len());
            if bytes > bytes_max || files.by_name.len() >= FILES_MAX {
                return Err(Status::resource_exhausted("descriptors"));
            }
            let file =
                FileDescriptorProto::decode(encoded.as_slice()).map_err(|_| Status::internal("no descriptor"))?;
            for dependency in &file.dependency {
                if !files.by_name.contains_key(dependency) && asked.insert(dependency.clone()) {
                    left.push_back(Question::FileNamed(dependency.clone()));
                }
            }
            files.by_name.insert(file.name().to_owned(), file);
        }
    }
    Ok(files)
}

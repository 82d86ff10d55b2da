//! Server reflection (github.com/grpc/grpc, doc/server-reflection.md), version 1, and v1alpha where that is all there is.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use connector::{Error, ErrorKind, Result};
use futures::StreamExt;
use prost::Message;
use prost_reflect::prost_types::FileDescriptorProto;
use tonic::{Code, Status};

use super::Files;
use crate::Config;
use crate::channel::{Line, lost};

/// Files and services that one server may have.
const FILES_MAX: usize = 10_000;
const SERVICES_MAX: usize = 2_000;

/// What is asked.
enum Question {
    Services,
    FileOf(String),
    FileNamed(String),
}

/// What is answered.
enum Answer {
    Services(Vec<String>),
    Files(Vec<Vec<u8>>),
    Nothing,
}

/// Both versions have the same messages in another package.
macro_rules! version {
    ($module:ident, $pb:ident) => {
        mod $module {
            use tonic::Status;
            use tonic_reflection::pb::$pb::server_reflection_client::ServerReflectionClient;
            use tonic_reflection::pb::$pb::server_reflection_request::MessageRequest;
            use tonic_reflection::pb::$pb::server_reflection_response::MessageResponse;
            use tonic_reflection::pb::$pb::{ServerReflectionRequest, ServerReflectionResponse};

            use super::{Answer, Question};

            pub(super) type Stream = tonic::Streaming<ServerReflectionResponse>;
            pub(super) type Sender = tokio::sync::mpsc::Sender<ServerReflectionRequest>;

            pub(super) async fn open(
                channel: tonic::transport::Channel,
                bytes_max: usize,
                first: Question,
            ) -> Result<(Sender, Stream), Status> {
                let (send, receive) = tokio::sync::mpsc::channel(1);
                let first = futures::stream::iter([request(first)]);
                let rest = futures::stream::unfold(receive, |mut receive| async {
                    receive.recv().await.map(|request| (request, receive))
                });
                let requests = futures::StreamExt::chain(first, rest);
                let mut client = ServerReflectionClient::new(channel).max_decoding_message_size(bytes_max);
                Ok((send, client.server_reflection_info(requests).await?.into_inner()))
            }

            pub(super) fn request(question: Question) -> ServerReflectionRequest {
                let message_request = Some(match question {
                    Question::Services => MessageRequest::ListServices(String::new()),
                    Question::FileOf(symbol) => MessageRequest::FileContainingSymbol(symbol),
                    Question::FileNamed(name) => MessageRequest::FileByFilename(name),
                });
                ServerReflectionRequest { host: String::new(), message_request }
            }

            pub(super) fn answer(response: ServerReflectionResponse) -> Option<Answer> {
                Some(match response.message_response? {
                    MessageResponse::ListServicesResponse(list) => {
                        Answer::Services(list.service.into_iter().map(|service| service.name).collect())
                    }
                    MessageResponse::FileDescriptorResponse(files) => Answer::Files(files.file_descriptor_proto),
                    MessageResponse::ErrorResponse(_) => Answer::Nothing,
                    MessageResponse::AllExtensionNumbersResponse(_) => return None,
                })
            }
        }
    };
}

version!(current, v1);
version!(alpha, v1alpha);

/// One conversation with the server, in the version that it speaks.
enum Talk {
    Current(current::Sender, current::Stream),
    Alpha(alpha::Sender, alpha::Stream),
}

impl Talk {
    /// Asks for the services first: of what the server says to that is known whether it speaks this version at all.
    async fn open(line: &Line, bytes_max: usize) -> Result<(Self, Answer), Status> {
        let opened = async {
            let (send, stream) = current::open(line.channel.clone(), bytes_max, Question::Services).await?;
            let mut talk = Self::Current(send, stream);
            let answer = talk.hear().await?;
            Ok((talk, answer))
        };
        match opened.await {
            Err(status) if Status::code(&status) == Code::Unimplemented => {
                let (send, stream) = alpha::open(line.channel.clone(), bytes_max, Question::Services).await?;
                let mut talk = Self::Alpha(send, stream);
                let answer = talk.hear().await?;
                Ok((talk, answer))
            }
            other => other,
        }
    }

    async fn ask(&mut self, question: Question) -> Result<Answer, Status> {
        let gone = || Status::unavailable("the conversation is over");
        match self {
            Self::Current(send, _) => send.send(current::request(question)).await.map_err(|_| gone())?,
            Self::Alpha(send, _) => send.send(alpha::request(question)).await.map_err(|_| gone())?,
        }
        self.hear().await
    }

    async fn hear(&mut self) -> Result<Answer, Status> {
        let answer = match self {
            Self::Current(_, stream) => stream.next().await.transpose()?.and_then(current::answer),
            Self::Alpha(_, stream) => stream.next().await.transpose()?.and_then(alpha::answer),
        };
        answer.ok_or_else(|| Status::internal("no answer"))
    }
}

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

//! A conversation of server reflection, in whichever version the server speaks.

use futures::StreamExt;
use tonic::{Code, Status};

use crate::channel::Line;

/// What is asked.
pub(super) enum Question {
    Services,
    FileOf(String),
    FileNamed(String),
}

/// What is answered.
pub(super) enum Answer {
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
pub(super) enum Talk {
    Current(current::Sender, current::Stream),
    Alpha(alpha::Sender, alpha::Stream),
}

impl Talk {
    /// Asks for the services first: of what the server says to that is known whether it speaks this version at all.
    pub(super) async fn open(line: &Line, bytes_max: usize) -> Result<(Self, Answer), Status> {
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

    pub(super) async fn ask(&mut self, question: Question) -> Result<Answer, Status> {
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

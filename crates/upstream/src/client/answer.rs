use connector::{Error, ErrorKind};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, Method, StatusCode};

use super::decode::{Decoded, Decoder};
use super::failure::{Failure, Stage};

/// The answer of one request, its body not yet read.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    answer: reqwest::Response,
    has_body: bool,
}

impl Answer {
    /// Takes the head, if it is not too much of one.
    pub(crate) fn new(
        mut answer: reqwest::Response,
        method: &Method,
        header_bytes_max: usize,
    ) -> Result<Self, Failure> {
        let headers = std::mem::take(answer.headers_mut());
        let bytes = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum::<usize>();
        if bytes > header_bytes_max {
            return Err(unreadable("has more headers than are taken"));
        }
        let status = answer.status();
        let has_body = *method != Method::HEAD && !matches!(status.as_u16(), 204 | 304);
        Ok(Self { status, headers, answer, has_body })
    }

    /// Whether it is a stream of events that is sent as it comes (HTML Standard section 9.2), and not compressed.
    pub(crate) fn is_events(&self) -> bool {
        let kind = self.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        self.status.is_success()
            && kind.eq_ignore_ascii_case("text/event-stream")
            && !self.headers.contains_key(CONTENT_ENCODING)
    }

    /// The next piece of a body that is read as it comes.
    pub(crate) async fn chunk(&mut self) -> Result<Option<bytes::Bytes>, Failure> {
        Ok(self.answer.chunk().await?)
    }

    /// Reads the body: decoded, up to so many bytes, and whether there was more.
    pub(crate) async fn body(&mut self, bytes_max: usize) -> Result<(Vec<u8>, bool), Failure> {
        let codings = self.headers.get_all(CONTENT_ENCODING).iter().collect::<Vec<_>>();
        let coding = match codings.as_slice() {
            [] => None,
            _ if !self.has_body => None,
            [coding] => Some(coding.to_str().map_err(|_| strange())?),
            _ => return Err(strange()),
        };
        let mut decoder = Decoder::new(coding, bytes_max).ok_or_else(strange)?;
        // What is compressed is smaller than what it becomes, but for its own frame. More than that is no honest body.
        let mut left = bytes_max.saturating_add(bytes_max / 8).saturating_add(64 << 10);
        let (mut is_whole, mut is_empty) = (true, true);
        while let Some(chunk) = self.answer.chunk().await? {
            is_empty &= chunk.is_empty();
            is_whole = chunk.len() <= left && decoder.take(&chunk);
            if !is_whole {
                break;
            }
            left -= chunk.len();
        }
        if is_empty {
            return Ok((Vec::new(), false));
        }
        self.headers.remove(CONTENT_ENCODING);
        self.headers.remove(CONTENT_LENGTH);
        match decoder.finish(is_whole) {
            Decoded::Whole(bytes) => Ok((bytes, false)),
            Decoded::Cut(bytes) => Ok((bytes, true)),
            Decoded::Broken => Err(unreadable("is not what it says it is compressed with")),
        }
    }
}

fn strange() -> Failure {
    unreadable("is compressed in a way that was not asked for")
}

fn unreadable(how: &str) -> Failure {
    let message = format!("The upstream's answer {how}, and was not read. Whether it did what was asked is not known.");
    Failure { error: Error::new(ErrorKind::Unsupported, message), stage: Stage::Refused }
}

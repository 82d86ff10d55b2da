use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use super::AuditLine;

/// Why a sink did not take lines. The log has it, users never see it.
pub type AuditError = Box<dyn std::error::Error + Send + Sync>;

/// A place that keeps audit lines. One task uses it, one call at a time; what failed is given again.
#[async_trait::async_trait]
pub trait AuditSink: Send + Sync + 'static {
    /// Keeps that these calls are about to be made. After `Ok` that survives the end of this process.
    async fn begin(&self, lines: &[AuditLine]) -> Result<(), AuditError>;

    /// Keeps these calls' ends: one line for each `call_id`, whether it was begun before or not, and also where the
    /// same lines come again because nobody knows whether they arrived. `Err` means that none counts as kept.
    async fn append(&self, lines: &[AuditLine]) -> Result<(), AuditError>;
}

/// Anything that takes bytes.
pub(super) struct Plain(Arc<Mutex<dyn Write + Send>>);

impl Plain {
    pub(super) fn new(writer: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(writer)))
    }
}

#[async_trait::async_trait]
impl AuditSink for Plain {
    async fn begin(&self, _lines: &[AuditLine]) -> Result<(), AuditError> {
        Err("this sink keeps only calls that have ended".into())
    }

    async fn append(&self, lines: &[AuditLine]) -> Result<(), AuditError> {
        let text: String = lines.iter().map(|line| line.to_json() + "\n").collect();
        let mut writer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(writer.write_all(text.as_bytes()).and_then(|()| writer.flush())?)
    }
}

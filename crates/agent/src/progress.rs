use access::Effect;

use crate::{Answer, AskError, ToolUsed, Usage};

/// What has been done so far; it outlives the work when that is stopped.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    pub(crate) used: Vec<ToolUsed>,
    pub(crate) usage: Usage,
    /// Where the user was sent first.
    pub(crate) visit: Option<String>,
    /// Calls begun, for their request ids.
    pub(crate) calls: u32,
    /// A call under way that may change something.
    pub(crate) changing: Option<String>,
}

/// How the loop ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) response: String,
    pub(crate) stopped: Option<String>,
}

impl Progress {
    /// The answer. An error that comes after something was changed becomes an answer too: whoever is told to try
    /// again would have it changed twice.
    pub(crate) fn answer(
        self,
        ended: Result<Ended, AskError>,
        agent: &str,
        request_id: &str,
    ) -> Result<Answer, AskError> {
        let ended = match ended {
            Ok(ended) => ended,
            Err(error) if self.changed() => {
                Ended { response: format!("{error} {}", self.done()), stopped: Some(error.code().to_owned()) }
            }
            Err(error) => return Err(error),
        };
        Ok(Answer {
            response: ended.response,
            agent_used: agent.to_owned(),
            tools_used: self.used,
            usage: self.usage,
            request_id: request_id.to_owned(),
            visit: self.visit,
            stopped: ended.stopped,
        })
    }

    fn changed(&self) -> bool {
        self.changing.is_some() || self.changes().next().is_some()
    }

    fn changes(&self) -> impl Iterator<Item = &ToolUsed> {
        self.used.iter().filter(|used| used.success && used.effect != Effect::Read)
    }

    fn done(&self) -> String {
        let done: Vec<_> = self.changes().map(|used| used.tool.as_str()).collect();
        let mut sentences = Vec::new();
        if !done.is_empty() {
            sentences.push(format!("Done before that: {}.", done.join(", ")));
        }
        if let Some(tool) = &self.changing {
            sentences.push(format!("{tool} was under way: look whether it was done before you repeat it."));
        }
        sentences.join(" ")
    }
}

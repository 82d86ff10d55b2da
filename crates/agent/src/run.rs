use std::time::Duration;

use gateway::Toolbox;

use crate::calls::{Calls, left_out};
use crate::model::{Message, Said, View};
use crate::progress::{Ended, Progress};
use crate::{Agent, Answer, Ask, AskError, Role};

impl Agent {
    /// Answers one message with one caller's toolbox.
    ///
    /// Everything happens within the future: dropping it ends the model's turn and every tool call under way.
    pub async fn ask(&self, toolbox: &Toolbox, request: Ask<'_>) -> Result<Answer, AskError> {
        request.check(&self.limits)?;
        let mut progress = Progress::default();
        let time = Duration::from_millis(self.limits.time_ms);
        let ended = match tokio::time::timeout(time, self.converse(toolbox, request, &mut progress)).await {
            Ok(ended) => ended,
            Err(_) => Err(AskError::Timeout { after: time }),
        };
        if let Err(error) = &ended {
            tracing::warn!(request_id = request.request_id, ?error, "a request ended without an answer");
        }
        progress.answer(ended, self.name(), request.request_id)
    }

    async fn converse(&self, toolbox: &Toolbox, request: Ask<'_>, progress: &mut Progress) -> Result<Ended, AskError> {
        let limits = &self.limits;
        let tools = toolbox.tools();
        let calls = Calls { toolbox, request_id: request.request_id, parallel_max: limits.parallel_max };
        let mut transcript = opening(request);
        for turn in 1..=limits.turns_max {
            let last = turn == limits.turns_max || progress.calls >= limits.tool_calls_max;
            let view = View { toolbox, tools: &tools, transcript: &transcript, limits, last };
            let said = self.model.turn(view).await?;
            progress.usage.add(said.usage);
            if said.calls.is_empty() {
                return Ok(answered(said));
            }
            let over = self.limit_reached(last, turn, progress);
            if let Some(limit) = over {
                return Ok(cut_off(said, limit));
            }
            let room = limits.tool_calls_max.saturating_sub(progress.calls) as usize;
            let (within, beyond) = said.calls.split_at(said.calls.len().min(room));
            let mut results = calls.run(within, progress).await;
            results.extend(beyond.iter().map(|call| left_out(call, beyond_sentence(limits.tool_calls_max))));
            transcript.push(Message::Assistant { text: said.text, own: said.own });
            transcript.push(Message::Results(results));
        }
        Ok(cut_off(Said::default(), "turns_max"))
    }

    fn limit_reached(&self, last: bool, turn: u32, progress: &Progress) -> Option<&'static str> {
        let limits = &self.limits;
        if progress.usage.tokens() >= limits.tokens_max {
            return Some("tokens_max");
        }
        match last {
            true if turn == limits.turns_max => Some("turns_max"),
            true => Some("tool_calls_max"),
            false => None,
        }
    }
}

fn opening(request: Ask<'_>) -> Vec<Message> {
    let earlier = request.history.iter().map(|turn| match turn.role {
        Role::User => Message::User(turn.text.clone()),
        Role::Assistant => Message::Assistant { text: Some(turn.text.clone()), own: None },
    });
    earlier.chain([Message::User(request.message.to_owned())]).collect()
}

fn answered(said: Said) -> Ended {
    let response = said.text.filter(|text| !text.trim().is_empty());
    Ended {
        response: response.unwrap_or_else(|| "The model gave no answer. Say it in other words, or try again.".into()),
        stopped: said.cut.then(|| "output_tokens_max".to_owned()),
    }
}

fn cut_off(said: Said, limit: &str) -> Ended {
    let sentence = format!("I stopped before I was done: the limit `{limit}` was reached. Ask for less at once.");
    let response = match said.text.filter(|text| !text.trim().is_empty()) {
        Some(text) => format!("{text}\n\n{sentence}"),
        None => sentence,
    };
    Ended { response, stopped: Some(limit.to_owned()) }
}

fn beyond_sentence(max: u32) -> String {
    format!("Not done: one request may make at most {max} tool calls. Answer with what you have.")
}

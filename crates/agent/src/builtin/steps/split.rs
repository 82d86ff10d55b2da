use access::Effect;

use super::super::command::Heard;
use super::super::nouns::World;
use super::super::plan::Plan;
use super::super::words::{Kind, Token};
use super::{Step, effect};

/// Most steps of a message; one that seems to have more is read as one.
const STEPS_MAX: usize = 16;
/// Words that make a part depend on another: such a message is read whole or not at all.
const CONDITIONS: [&str; 17] = [
    "if",
    "unless",
    "until",
    "till",
    "except",
    "instead",
    "otherwise",
    "else",
    "not",
    "don't",
    "don’t",
    "dont",
    "never",
    "without",
    "but",
    "or",
    "whenever",
];

/// Where one step may end and the next begin.
struct Cut {
    /// The first token that is no part of the step before.
    end: usize,
    /// The first token of the next step.
    next: usize,
    then: bool,
}

/// The message cut into steps; none where it is not made of several.
pub(super) fn split<'w>(world: &World<'w>, heard: &Heard) -> Vec<Step<'w>> {
    let tokens = &heard.tokens;
    let conditional = tokens.iter().any(|token| CONDITIONS.contains(&token.lower.as_str()));
    if conditional || !heard.begins(world, tokens) {
        return Vec::new();
    }
    let cuts: Vec<Cut> = cuts(heard.source(), tokens)
        .into_iter()
        .filter(|cut| heard.begins(world, &tokens[cut.next..]))
        .take(STEPS_MAX)
        .collect();
    if cuts.is_empty() || cuts.len() >= STEPS_MAX {
        return Vec::new();
    }
    let mut steps = Vec::new();
    let (mut start, mut at, mut then) = (0, 0, false);
    while start < tokens.len() {
        let (step, taken) = step(world, heard, start, &cuts[at..]);
        steps.push(Step { then, ..step });
        at += taken;
        let Some(cut) = cuts.get(at) else { break };
        (start, then) = (cut.next, cut.then);
        at += 1;
    }
    steps
}

/// The step that begins at `start`, and how many of the cuts lie within it.
fn step<'w>(world: &World<'w>, heard: &Heard, start: usize, cuts: &[Cut]) -> (Step<'w>, usize) {
    let tokens = &heard.tokens;
    let rest = part(world, heard, start, tokens.len());
    if matches!(rest.plan, Plan::Act(_)) && effect(world, &rest.plan) != Effect::Read {
        // What is text to its end, such as a note, has no steps in it; but a closing quote says where the text ends.
        let quoted = cuts.iter().enumerate().filter(|(_, cut)| tokens[cut.end - 1].kind == Kind::Quoted);
        let mut quoted = quoted.map(|(within, cut)| (part(world, heard, start, cut.end), within));
        let closed = quoted.find(|(step, _)| !matches!(step.plan, Plan::Say(_)));
        return closed.unwrap_or((rest, cuts.len()));
    }
    let parts = || cuts.iter().map(|cut| part(world, heard, start, cut.end));
    let understood = parts().enumerate().find(|(_, step)| !matches!(step.plan, Plan::Say(_)));
    match (understood, cuts.is_empty()) {
        (Some((within, step)), _) => (step, within),
        (None, true) => (rest, 0),
        (None, false) if !matches!(rest.plan, Plan::Say(_)) => (rest, cuts.len()),
        (None, false) => parts().next().map_or((rest, 0), |step| (step, 0)),
    }
}

fn part<'w>(world: &World<'w>, heard: &Heard, start: usize, end: usize) -> Step<'w> {
    let tokens = &heard.tokens[start..end];
    let (from, to) = match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => (first.span.start, last.span.end),
        _ => (0, 0),
    };
    let plan = heard.plan(world, tokens, to);
    Step { said: heard.source().get(from..to).unwrap_or_default().to_owned(), plan, then: false }
}

/// Every `,`, `;`, `and`, `then` and end of a sentence, several together as one.
fn cuts(source: &str, tokens: &[Token]) -> Vec<Cut> {
    let mut cuts = Vec::new();
    let mut at = 1;
    while at < tokens.len() {
        let joins = tokens[at..].iter().take_while(|token| joins(token)).count();
        let then = tokens[at..at + joins].iter().any(|token| token.lower == "then");
        let sentence = ends_sentence(source, &tokens[at - 1]);
        if (joins > 0 || sentence) && at + joins < tokens.len() {
            cuts.push(Cut { end: at, next: at + joins, then });
        }
        at += joins.max(1);
    }
    cuts
}

fn joins(token: &Token) -> bool {
    token.is_mark(",") || token.is_mark(";") || ["and", "then", "&", "also", "plus"].contains(&token.lower.as_str())
}

fn ends_sentence(source: &str, token: &Token) -> bool {
    let after = source.get(token.span.end..).unwrap_or_default();
    let rest = after.trim_start_matches(['.', '!', '?']);
    rest.len() < after.len() && rest.starts_with(char::is_whitespace)
}

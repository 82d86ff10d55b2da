use super::super::nouns::World;
use super::super::{help, identity, sentence};
use crate::builtin::words::{Kind, Token};

/// A question back, with who asks and what could be said instead.
pub(super) fn ask_back(question: String, claimed: bool) -> String {
    let mut sentences = Vec::new();
    if claimed {
        sentences.push(identity::ONLY_YOU.to_owned());
    }
    if !question.is_empty() {
        sentences.push(question);
    }
    sentences.push(format!("({} Say “help” for what there is.)", help::BUILT_IN));
    sentences.join(" ")
}

/// Nothing that there is was named.
pub(super) fn no_collection(world: &World<'_>, tokens: &[Token]) -> String {
    if tokens.is_empty() {
        return format!("Of what? There is: {}.", sentence::all(&world.names()));
    }
    let near = near(world, tokens);
    if !near.is_empty() {
        return format!("Did you mean {}?", sentence::either(&near));
    }
    let said = tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ");
    let names = world.names();
    let shown: Vec<_> = names.iter().take(12).copied().collect();
    let more = if names.len() > shown.len() { ", …" } else { "" };
    let examples = help::examples(world);
    let example = examples.first().map(|example| format!(" You could say {example}.")).unwrap_or_default();
    format!("I did not understand {}. There is: {}{more}.{example}", sentence::quote(&said), shown.join(", "))
}

/// Collections whose names are nearly one of the words.
fn near<'w>(world: &'w World<'_>, tokens: &[Token]) -> Vec<&'w str> {
    const WORDS_MAX: usize = 16;
    const NAMES_MAX: usize = 3;
    let words =
        tokens.iter().filter(|token| token.kind == Kind::Word && token.lower.chars().count() > 3).take(WORDS_MAX);
    let words: Vec<_> = words.map(|token| sentence::noun(&token.lower, None)).collect();
    let mut found: Vec<(f64, &str)> = world
        .collections
        .iter()
        .filter_map(|offered| {
            let name = sentence::noun(&offered.resource_type, None);
            let best = words.iter().map(|word| strsim::normalized_damerau_levenshtein(word, &name)).fold(0.0, f64::max);
            (best >= 0.7).then_some((best, offered.resource_type.as_str()))
        })
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().map(|(_, name)| name).take(NAMES_MAX).collect()
}

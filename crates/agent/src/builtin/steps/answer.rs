use super::super::sentence;

/// What came of one step.
pub(super) struct Told<'s> {
    pub(super) said: &'s str,
    pub(super) text: String,
    pub(super) success: bool,
}

/// The answer: of one step what came of it, of several each under its own words, with how many were done.
pub(super) fn text(told: &[Told<'_>], steps: usize) -> String {
    if let ([only], 1) = (told, steps) {
        return only.text.clone();
    }
    let done = told.iter().filter(|one| one.success).count();
    let mut parts = Vec::with_capacity(told.len() + 1);
    if done < steps {
        parts.push(format!("{done} of {steps} steps done."));
    }
    parts.extend(
        told.iter().enumerate().map(|(at, one)| format!("{}. {}\n{}", at + 1, sentence::quote(one.said), one.text)),
    );
    parts.join("\n\n")
}

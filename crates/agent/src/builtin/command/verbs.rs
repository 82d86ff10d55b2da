//! The words that requests begin with, and those around them.

use super::super::cursor::Cursor;
use super::super::identity;
use super::super::words::Token;

const POLITE: &str = "\
    please|hey|hello|hi|ok|okay|so|now|then|and|just|kindly|bellhop|can you|could you|would you|will you|\
    can i|could i|may i|i want you to|i want to|i would like to|i'd like to|i’d like to|i need you to|\
    i need to|i want|i need|i'd like|i’d like|i would like|let's|let me|help me|go ahead and|quickly|\
    tell me|i am looking for|i'm looking for";
pub(super) const HELP: &str = "\
    help|what can you do|what can i do|what can i ask|who are you|what are you|what data|what do you have|\
    what is there|what's there|what is available|what's available|what tables|what collections|\
    what resources|list tables|list collections|list resources|list tools|show tables|show collections|\
    show tools|list all tables|what tools|how does this work|what do you know|commands|what do i have|\
    what can you access|what can you help|what can you see|what kind of data";
pub(super) const GREETINGS: &str = "\
    hi|hello|hey|good morning|good afternoon|good evening|thanks|thank you";
pub(super) const DESCRIBE: &str = "\
    about|what can i do with|how do i use|what is in a|describe|explain|what fields does|what fields do|\
    what fields are in|what columns does|what columns do|what columns are in|fields of|columns of|schema of|\
    what is the schema of|show fields of|show the fields of";

/// What else requests begin with than with these of the others.
const ASK: &str = "\
    show|list|display|get|give me|find|fetch|view|see|print|look up|lookup|look for|search|retrieve|load|read|\
    tell me|count|how many|how much|what|what's|what’s|whats|who|when was|when is|where is|is the|is my|are the|\
    are my|open the|open my|average|turn|switch|reset|run|invoke|call|execute|perform|send|upload|move|rename|copy|\
    start|stop|toggle|dim|lock|unlock|close|cancel|complete|finish|reopen|approve|reject|pay|ship|archive";

pub(super) const CREATE: &str = "create|add|make|insert|write|save|register|put";
pub(super) const UPDATE: &str = "update|change|set|edit|modify|mark|rename|correct|append";
pub(super) const DELETE: &str = "delete|remove|erase|drop|trash|destroy|discard|clear";

/// Without the words around a request.
pub(super) fn polite(mut cursor: Cursor<'_>) -> Cursor<'_> {
    loop {
        while cursor.tokens.len() > 1 && cursor.peek().is_some_and(|token| token.is_mark(",")) {
            cursor.skip(1);
        }
        let before = cursor;
        let greeting = cursor.tokens.len() <= 2 && cursor.starts_with(GREETINGS);
        if greeting || cursor.eat_any(POLITE).is_none() || cursor.is_empty() {
            return before;
        }
    }
}

/// Whether a request of its own begins here.
pub(super) fn begins(cursor: &Cursor<'_>) -> bool {
    [ASK, CREATE, UPDATE, DELETE].into_iter().any(|verbs| cursor.starts_with(verbs))
}

pub(super) fn trimmed(tokens: &[Token]) -> &[Token] {
    let mut tokens = tokens;
    while let Some((last, before)) = tokens.split_last() {
        let polite = ["please", "thanks", "thx", "?", "!", "."].contains(&last.lower.as_str());
        let thank_you = last.lower == "you" && before.last().is_some_and(|token| token.lower == "thank");
        match (polite, thank_you) {
            (true, _) => tokens = before,
            (false, true) => tokens = &before[..before.len() - 1],
            (false, false) if last.is_mark(",") => tokens = before,
            (false, false) => break,
        }
    }
    tokens
}

/// `…, as user bob` after the data of a write.
pub(super) fn names_user_at_end(all: &[Token]) -> bool {
    let from = all.len().saturating_sub(3);
    matches!(&all[from..], [a, b, c] if ["as", "for"].contains(&a.lower.as_str())
        && identity::is_user_name(&b.text) && !b.lower.is_empty() && !c.lower.is_empty())
}

/// Verbs and questions that ask to see something.
pub(super) fn skip_asking(cursor: &mut Cursor<'_>) {
    const ASKING: &str = "\
        show|list|display|get|give|find|fetch|view|see|print|look up|lookup|look for|search for|search|\
        retrieve|load|which|what are|what is|what's|what’s|whats|what were|what was|what|do i have|\
        have i got|are there|is there|me|out|tell|check|enumerate|browse|us|pull up|bring up|do we have|\
        where is|where are";
    cursor.skip_all(ASKING);
}

use std::fmt;

/// The longest topic (MQTT 5 section 4.7.3 has 65535; nothing real comes near).
const BYTES_MAX: usize = 1_024;

/// Text that is one level of a topic and stays one: nothing in it can name another level, a wildcard or the broker's own
/// topics (MQTT 5 section 4.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TopicLevel(String);

impl TopicLevel {
    /// Nothing where the text holds `+`, `#`, `/`, NUL or another control character, begins with `$`, or is empty.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let is_safe = !text.is_empty()
            && text.len() <= BYTES_MAX
            && !text.starts_with('$')
            && !text.contains(|letter: char| matches!(letter, '+' | '#' | '/') || letter.is_control());
        is_safe.then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for TopicLevel {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A topic that can be published to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Topic(String);

impl Topic {
    /// `Err` says in a few words why it is none.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        check(text)?;
        if text.contains(['+', '#']) {
            return Err("a topic to publish to has no wildcards".into());
        }
        if text.starts_with('$') {
            return Err("topics that begin with $ are the broker's own".into());
        }
        Ok(Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What can be listened to: a topic, or many by wildcards.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Filter(String);

impl Filter {
    /// `Err` says in a few words why it is none.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        check(text)?;
        let levels: Vec<&str> = text.split('/').collect();
        let last = levels.len() - 1;
        let is_well = |(at, level): (usize, &&str)| match *level {
            "+" => true,
            "#" => at == last,
            level => !level.contains(['+', '#']),
        };
        if !levels.iter().enumerate().all(is_well) {
            return Err("its wildcards do not stand alone in their level".into());
        }
        if text.starts_with("$share/") {
            return Err("a shared subscription would tell each message to one listener only".into());
        }
        Ok(Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether messages on a topic are meant (MQTT 5 sections 4.7.1 and 4.7.2).
    pub(crate) fn matches(&self, topic: &str) -> bool {
        if topic.starts_with('$') && !self.0.starts_with('$') {
            return false;
        }
        let (mut levels, mut wanted) = (topic.split('/'), self.0.split('/'));
        loop {
            match (wanted.next(), levels.next()) {
                (Some("#"), _) | (None, None) => return true,
                (Some("+"), Some(_)) => {}
                (Some(wanted), Some(level)) if wanted == level => {}
                _ => return false,
            }
        }
    }
}

fn check(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("it names no topic".into());
    }
    if text.len() > BYTES_MAX {
        return Err(format!("its topic is longer than {BYTES_MAX} bytes"));
    }
    if text.contains(char::is_control) {
        return Err("its topic has control characters in it".into());
    }
    Ok(())
}

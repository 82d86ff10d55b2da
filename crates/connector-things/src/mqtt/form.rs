use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::Url;

use super::topic::{Filter, Topic, TopicLevel};
use crate::td::{Form, Op};

/// Where a broker is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Broker {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// `mqtts`
    pub(crate) is_secure: bool,
    /// Whether configuration itself wrote the host.
    pub(crate) named: bool,
}

/// What a form says for what it is used for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Route {
    /// To tell something.
    Publish {
        topic: Topic,
        qos: Qos,
        retain: bool,
        /// Where the device answers (`mqv:responseTopic`, a word of this house).
        response: Option<Topic>,
    },
    /// To hear something.
    Subscribe {
        filter: Filter,
        qos: Qos,
        /// What is heard is whether the device is there (`mqv:presence`, a word of this house).
        is_presence: bool,
    },
}

/// How surely a message arrives: 0 is not used, since a command has to be acknowledged by somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Qos {
    AtLeastOnce,
    ExactlyOnce,
}

/// Reads a form. `Err` says in a few words why it cannot be used.
pub(crate) fn read(form: &Form, op: Op, named: bool) -> Result<(Broker, Route), String> {
    let url = Url::parse(&form.href).map_err(|_| "its address is none")?;
    let is_secure = match url.scheme() {
        "mqtt" => false,
        "mqtts" => true,
        _ => return Err("its scheme is neither mqtt nor mqtts".into()),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("its address has an account in it, which belongs into configuration".into());
    }
    if url.fragment().is_some() || url.query().is_some() {
        return Err("its address has a # or a ? in it: write such a topic as mqv:filter".into());
    }
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or("its address names no broker")?.to_owned();
    let port = url.port().unwrap_or(if is_secure { 8_883 } else { 1_883 });
    let broker = Broker { host, port, is_secure, named };
    let packet = form.text("mqv", "controlPacket").or_else(|| form.text("mqv", "controlPacketValue"));
    let packet = packet.map(|it| it.strip_prefix("mqv:").unwrap_or(it).to_ascii_lowercase());
    let is_publish = matches!(op, Op::Write | Op::Invoke);
    match (packet.as_deref(), is_publish) {
        (None, _) | (Some("publish"), true) | (Some("subscribe"), false) => {}
        _ => return Err(format!("its control packet is not the one for {}", op.as_str())),
    }
    if matches!(op, Op::Query | Op::Cancel) {
        return Err("MQTT has no way to follow an action".into());
    }
    let qos = qos(form)?;
    let path = path(&url)?;
    let (first, second) = if is_publish { ("topic", "filter") } else { ("filter", "topic") };
    let topic = text(form, first)?.or(text(form, second)?).or(path).ok_or("it names no topic")?;
    let route = if is_publish {
        let response = form.text("mqv", "responseTopic").map(Topic::new).transpose()?;
        let retain = option(form, "retain").is_some_and(|it| it.as_bool() == Some(true) || it.as_str() == Some("true"));
        Route::Publish { topic: Topic::new(&topic)?, qos, retain, response }
    } else {
        let is_presence = form.term("mqv", "presence").and_then(Value::as_bool).unwrap_or(false);
        Route::Subscribe { filter: Filter::new(&topic)?, qos, is_presence }
    };
    Ok((broker, route))
}

/// The address's path as a topic: each part is one level, whatever was encoded in it.
fn path(url: &Url) -> Result<Option<String>, String> {
    let path = url.path().trim_start_matches('/');
    if path.is_empty() {
        return Ok(None);
    }
    let level = |part: &str| {
        if matches!(part, "+" | "") {
            return Some(part.to_owned());
        }
        let decoded = percent_decode_str(part).decode_utf8().ok()?;
        // `$SYS` is somebody's own choice where a description writes it; a variable cannot have it.
        let safe = TopicLevel::new(decoded.strip_prefix('$').unwrap_or(&decoded))?.to_string();
        Some(if decoded.starts_with('$') { format!("${safe}") } else { safe })
    };
    let levels = path.split('/').map(level).collect::<Option<Vec<_>>>();
    levels.map(|levels| Some(levels.join("/"))).ok_or_else(|| "its address has a wildcard or / encoded in it".into())
}

/// A text, or the only one of a list.
fn text(form: &Form, name: &str) -> Result<Option<String>, String> {
    match form.term("mqv", name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Array(texts)) => match texts.as_slice() {
            [Value::String(text)] => Ok(Some(text.clone())),
            _ => Err(format!("its mqv:{name} is a list: give each a form of its own")),
        },
        Some(_) => Err(format!("its mqv:{name} is not text")),
    }
}

/// `mqv:qos`: a number, `"1"` or `quality:1`. What is said is the least that is wanted.
fn qos(form: &Form) -> Result<Qos, String> {
    let Some(value) = option(form, "qos") else { return Ok(Qos::AtLeastOnce) };
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.strip_prefix("quality:").unwrap_or(&text) {
        "0" | "1" => Ok(Qos::AtLeastOnce),
        "2" => Ok(Qos::ExactlyOnce),
        _ => Err("its mqv:qos is none".into()),
    }
}

/// A term, also in the list of options that the binding's first drafts had.
fn option(form: &Form, name: &str) -> Option<Value> {
    if let Some(value) = form.term("mqv", name) {
        return Some(value.clone());
    }
    let named = |it: &&Value| it.get("mqv:optionName").and_then(Value::as_str) == Some(name);
    let found = form.term("mqv", "options")?.as_array()?.iter().find(named)?;
    Some(found.get("mqv:optionValue").cloned().unwrap_or(Value::Bool(true)))
}

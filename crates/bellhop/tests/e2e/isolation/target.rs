use serde_json::{Map, Value, json};

use crate::support::Mcp;

/// One thing that can be called: a tool, or a universal tool bent to one collection or action.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// The tool's name.
    pub(super) tool: String,
    /// Arguments that make it this target.
    pub(super) fixed: Map<String, Value>,
    /// Where the varying arguments go: at the top, or inside this argument.
    pub(super) under: Option<&'static str>,
    /// JSON Schema of each argument.
    pub(super) properties: Map<String, Value>,
    /// Which of them must be there.
    pub(super) required: Vec<String>,
    /// Whether the tool says that it only reads.
    pub(super) reads: bool,
    /// What lists items of the same collection: a tool and its arguments.
    pub(super) list: Option<(String, Map<String, Value>)>,
    /// Names of the fields of `identifier`, where that is known.
    pub(super) key: Vec<String>,
}

impl Target {
    /// The whole arguments of a call.
    pub(super) fn arguments(&self, varying: &Map<String, Value>) -> Value {
        let mut all = self.fixed.clone();
        match self.under {
            Some(name) => drop(all.insert(name.to_owned(), varying.clone().into())),
            None => all.extend(varying.clone()),
        }
        all.into()
    }

    /// For messages.
    pub(super) fn name(&self) -> String {
        let fixed: Vec<_> = self.fixed.values().filter_map(Value::as_str).collect();
        format!("{}({})", self.tool, fixed.join(","))
    }
}

/// Everything that `client` is offered.
pub(super) async fn targets(client: &Mcp) -> Vec<Target> {
    let tools = client.tools().await;
    let mut all = Vec::new();
    // A tool of a typed house may have an argument of such a name as well: what a device can do is an `action`.
    let is_universal = tools.iter().any(|tool| tool["name"] == "describe");
    for tool in &tools {
        let properties = &tool["inputSchema"]["properties"];
        if is_universal && (properties.get("resource_type").is_some() || properties.get("action").is_some()) {
            all.extend(universal(client, tool).await);
        } else {
            all.push(typed(tool, &tools));
        }
    }
    all
}

fn typed(tool: &Value, tools: &[Value]) -> Target {
    let name = text(&tool["name"]);
    let collection = name.rsplit_once('_').map_or(name.as_str(), |(collection, _)| collection);
    let list = format!("{collection}_list");
    let list = tools.iter().any(|tool| tool["name"] == list.as_str()).then(|| (list, Map::new()));
    let mut target = plain(tool);
    target.list = list;
    let get = format!("{collection}_get");
    let get = tools.iter().find(|tool| tool["name"] == get.as_str());
    target.key = get.map(|get| key(&get["inputSchema"]["properties"]["identifier"])).unwrap_or_default();
    target
}

fn plain(tool: &Value) -> Target {
    let schema = &tool["inputSchema"];
    let mut required: Vec<String> = schema["required"].as_array().into_iter().flatten().map(text).collect();
    // Where several items could be named instead of one, the schema requires neither; an ordinary call is of one.
    for name in ["identifier", "data"] {
        if schema["properties"].get("identifier").is_some()
            && schema["properties"].get(name).is_some()
            && !required.iter().any(|it| it == name)
        {
            required.push(name.to_owned());
        }
    }
    Target {
        tool: text(&tool["name"]),
        fixed: Map::new(),
        under: None,
        properties: schema["properties"].as_object().cloned().unwrap_or_default(),
        required,
        reads: tool["annotations"]["readOnlyHint"] == true,
        list: None,
        key: Vec::new(),
    }
}

/// Field names from the schema of `identifier`: its members, or the word between back quotes.
fn key(identifier: &Value) -> Vec<String> {
    if let Some(members) = identifier["properties"].as_object() {
        return members.keys().cloned().collect();
    }
    let words = identifier["description"].as_str().unwrap_or_default();
    words.split('`').nth(1).map(str::to_owned).into_iter().collect()
}

/// A universal tool as it is, and bent to everything that `describe` names.
async fn universal(client: &Mcp, tool: &Value) -> Vec<Target> {
    let general = plain(tool);
    let mut all = vec![general.clone()];
    if general.tool == "describe" {
        return all;
    }
    let named = client.data("describe", &json!({"limit": 200})).await;
    let named = named.as_array().cloned().unwrap_or_else(|| named["items"].as_array().cloned().unwrap_or_default());
    assert!(!named.is_empty(), "describe names nothing");
    for line in named {
        let place = line.get("resource_type").or(line.get("action")).map(text).unwrap_or_else(|| panic!("{line}"));
        let about = client.data("describe", &json!({"resource_type": place})).await;
        all.extend(bent(&general, &place, &about));
    }
    all
}

fn bent(general: &Target, place: &str, about: &Value) -> Option<Target> {
    let mut target = general.clone();
    if let Some(input) = about.get("input") {
        if !general.properties.contains_key("action") {
            return None;
        }
        target.fixed.insert("action".into(), place.into());
        target.under = Some("input");
        // `invoke` itself cannot say that it only reads; the action does.
        target.reads = about["effect"] == "read";
        target.properties = input["properties"].as_object().cloned().unwrap_or_default();
        target.required = input["required"].as_array().into_iter().flatten().map(text).collect();
        return Some(target);
    }
    let offered = about["operations"].as_array().is_some_and(|all| all.iter().any(|one| one == general.tool.as_str()));
    if !offered || !general.properties.contains_key("resource_type") {
        return None;
    }
    target.fixed.insert("resource_type".into(), place.into());
    target.properties.remove("resource_type");
    target.required.retain(|name| name != "resource_type");
    target.key = about["key"].as_array().into_iter().flatten().map(text).collect();
    target.list = Some(("list".into(), target.fixed.clone()));
    if let Some(data) = target.properties.get_mut("data") {
        *data = data_schema(&general.tool, about);
    }
    if let Some(options) = about["options"][&general.tool].as_object() {
        let members: Map<_, _> = options.iter().map(|(name, it)| (name.clone(), it["schema"].clone())).collect();
        target.properties.insert("options".into(), json!({"type": "object", "properties": members}));
    }
    Some(target)
}

fn data_schema(operation: &str, about: &Value) -> Value {
    let fields = about["fields"].as_array().into_iter().flatten();
    let may = |field: &&Value| !field["not_in"].as_array().is_some_and(|not| not.iter().any(|it| it == operation));
    let fields: Vec<_> = fields.filter(may).collect();
    let required = fields.iter().filter(|field| operation == "create" && field["required"] == true);
    json!({
        "type": "object",
        "required": required.map(|field| field["name"].clone()).collect::<Vec<_>>(),
        "properties": fields.iter().map(|field| (text(&field["name"]), field["schema"].clone())).collect::<Map<_, _>>(),
    })
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not text: {value}")).to_owned()
}

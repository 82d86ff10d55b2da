//! Catalogs that the shop does not have: twins, listed values, longer keys, actions of every kind.

use std::sync::Arc;

use access::{Effect, Permit, Policy, ResourcePolicy};
use connector::{
    Action, Catalog, Collection, Connector, Context, Error, Field, Operation, OperationKind, Outcome, Ownership,
};
use gateway::{Audit, Door, Gateway, Options, Toolbox};
use serde_json::{Value, json};

use super::{Planned, planned};

/// A resource that is only described.
#[derive(Debug)]
struct Described(Arc<Catalog>);

#[async_trait::async_trait]
impl Connector for Described {
    fn catalog(&self) -> Arc<Catalog> {
        self.0.clone()
    }
    async fn execute(&self, _: Permit, _: Operation, _: &Context) -> connector::Result<Outcome> {
        Err(Error::internal("nothing is there"))
    }
    async fn health(&self) -> connector::Result<()> {
        Ok(())
    }
}

pub(super) fn collection(name: &str, key: &[&str], fields: Vec<Field>) -> Collection {
    Collection {
        name: name.into(),
        description: None,
        fields,
        key: key.iter().map(|name| (*name).to_owned()).collect(),
        operations: OperationKind::ALL.into_iter().collect(),
        identity: vec!["user_id".into()],
        ownership: Ownership::Owned { by: "column user_id".into() },
        parameters: Default::default(),
        page_default: None,
        abilities: Default::default(),
    }
}

fn number(name: &str) -> Field {
    Field::new(name, json!({"type": "integer"}))
}

pub(super) fn text(name: &str) -> Field {
    Field::new(name, json!({"type": "string"}))
}

fn values(name: &str, values: Value) -> Field {
    Field::new(name, json!({"type": "string", "enum": values}))
}

pub(super) fn action(name: &str, effect: Effect, input: Value) -> Action {
    Action {
        name: name.into(),
        description: None,
        input: input.into(),
        output: None,
        effect,
        idempotent: false,
        identity: Vec::new(),
        own: std::collections::BTreeMap::new(),
        shown: None,
        ownership: Ownership::Shared { writable: true },
    }
}

async fn toolbox() -> Toolbox {
    let ticket = vec![
        number("id"),
        values("status", json!(["open", "in_progress", "closed"])),
        values("severity", json!(["low", "high"])),
        values("priority", json!(["low", "normal", "urgent"])),
        text("subject"),
    ];
    let desk = Catalog {
        collections: vec![
            collection("tickets", &["id"], ticket),
            collection("orders", &["id"], vec![number("id"), text("note")]),
            collection("memberships", &["team_id", "member"], vec![number("team_id"), text("member"), text("role")]),
            collection("devices", &["serial"], vec![text("serial"), Field::new("active", json!({"type": "boolean"}))]),
        ],
        actions: vec![
            action(
                "close_month",
                Effect::Write,
                json!({"type": "object", "properties": {"month": {"type": "integer"}}, "required": ["month"]}),
            ),
            action("restart", Effect::Destroy, json!({"type": "object", "properties": {}})),
        ],
        ..Catalog::default()
    };
    let crm = Catalog {
        collections: vec![collection("orders", &["id"], vec![number("id"), text("customer")])],
        ..Catalog::default()
    };
    described([("desk", desk), ("crm", crm)]).await
}

/// Alice's toolbox over resources that are only described.
pub(super) async fn described(catalogs: [(&str, Catalog); 2]) -> Toolbox {
    let policy = Policy::new(catalogs.iter().map(|(name, _)| ((*name).to_owned(), ResourcePolicy::default())));
    let resources = catalogs.map(|(name, catalog)| {
        let connector: Arc<dyn Connector> = Arc::new(Described(Arc::new(catalog)));
        (name.to_owned(), connector)
    });
    let gateway = Gateway::new(resources, policy, Options::default(), Audit::default(), None).unwrap();
    gateway.toolbox(testkit::caller("alice").await, Door::Chat)
}

#[tokio::test]
async fn other_catalogs_are_read_as_well() {
    let toolbox = toolbox().await;
    for (message, tool, arguments) in [
        ("open tickets", "desk_tickets_list", json!({"filters": {"status": "open"}, "limit": 20})),
        ("my in progress tickets", "desk_tickets_list", json!({"filters": {"status": "in_progress"}, "limit": 20})),
        (
            "tickets with status = In Progress",
            "desk_tickets_list",
            json!({"filters": {"status": "in_progress"}, "limit": 20}),
        ),
        (
            "how many urgent tickets are open?",
            "desk_tickets_aggregate",
            json!({"metrics": [{"function": "count"}], "filters": {"priority": "urgent", "status": "open"}}),
        ),
        ("mark ticket 7 as closed", "desk_tickets_update", json!({"identifier": 7, "data": {"status": "closed"}})),
        ("show crm orders", "crm_orders_list", json!({"limit": 20})),
        ("list desk.orders", "desk_orders_list", json!({"limit": 20})),
        ("delete desk.orders 7", "desk_orders_delete", json!({"identifier": 7})),
        (
            "get membership team_id=1, member=ann",
            "desk_memberships_get",
            json!({"identifier": {"team_id": 1, "member": "ann"}}),
        ),
        (
            "delete membership team_id=1 and member=ann",
            "desk_memberships_delete",
            json!({"identifier": {"team_id": 1, "member": "ann"}}),
        ),
        ("get device AB-12", "desk_devices_get", json!({"identifier": "AB-12"})),
        ("inactive devices", "desk_devices_list", json!({"filters": {"active": false}, "limit": 20})),
        ("run close_month with month=3", "desk_close_month", json!({"month": 3})),
        ("close month with month=3", "desk_close_month", json!({"month": 3})),
        ("restart", "desk_restart", json!({})),
    ] {
        assert_eq!(planned(&toolbox, message), Planned::Call(tool.into(), arguments), "{message}");
    }
}

#[tokio::test]
async fn what_may_be_two_things_is_asked_about() {
    let toolbox = toolbox().await;
    for (message, part) in [
        ("show orders", "Did you mean desk.orders or crm.orders?"),
        ("delete order 7", "Did you mean desk.orders or crm.orders?"),
        ("low tickets", "Did you mean severity = low or priority = low?"),
        ("mark ticket 7 as low", "Did you mean severity = low or priority = low?"),
        ("delete membership team_id=1", "team_id and member"),
        ("delete membership 1", "team_id and member"),
        ("close month", "month (a whole number, needed)"),
        ("close month 3", "month (a whole number, needed)"),
        ("close_month with month=March", "month (a whole number, needed)"),
        ("restart everything", "restart takes no input"),
    ] {
        match planned(&toolbox, message) {
            Planned::Says(text) => assert!(text.contains(part), "{message}: {text}"),
            Planned::Call(tool, arguments) => panic!("{message}: {tool} {arguments}"),
        }
    }
}

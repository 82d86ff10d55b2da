use access::Caller;
use connector::{Create, Delete, Error, Identifier, Invoke, Outcome, Result, Update};
use serde_json::{Map, Value, json};

use super::{Hole, Memory, row};

impl Memory {
    pub(super) fn create(&self, caller: &Caller, mut create: Create) -> Result<Outcome> {
        let named = take_owner(&mut create.data);
        let owner = match named {
            Some(owner) if self.has(Hole::CreateForAnyone) => owner,
            named => own(caller, named)?,
        };
        self.check_parent(caller, &create.data, self.has(Hole::CreateUnderAnyParent))?;
        let mut rows = self.rows.lock().unwrap();
        let id = 1_000 + rows.len();
        let name = if create.collection == "notes" { "notes" } else { "folders" };
        let mut fields = Map::from_iter([("id".to_owned(), json!(id))]);
        fields.extend(create.data);
        rows.push(row(name, Some(&owner), Value::Object(fields)));
        Ok(Outcome { id: Some(json!(id)), ..Outcome::default() })
    }

    pub(super) fn update(&self, caller: &Caller, mut update: Update) -> Result<Outcome> {
        let forgets = self.has(Hole::UpdateForgetsOwner);
        let place = match self.find(caller, &update.collection, &update.identifier, forgets) {
            Err(_) if self.has(Hole::UpdateOfAllSucceedsQuietly) => return Ok(Outcome::default()),
            place => place?,
        };
        let named = take_owner(&mut update.data);
        let owner = match named {
            Some(owner) if self.has(Hole::UpdateGivesAway) => owner,
            named => own(caller, named)?,
        };
        self.check_parent(caller, &update.data, self.has(Hole::MoveToAnyParent))?;
        let row = &mut self.rows.lock().unwrap()[place];
        row.fields.extend(update.data);
        row.owner = Some(owner);
        Ok(Outcome::default())
    }

    pub(super) fn delete(&self, caller: &Caller, delete: &Delete) -> Result<Outcome> {
        let place = self.find(caller, &delete.collection, &delete.identifier, self.has(Hole::DeleteForgetsOwner))?;
        // The place stays taken, so that no id is given twice.
        self.rows.lock().unwrap()[place] = row("gone", None, json!({"id": null}));
        Ok(Outcome::default())
    }

    pub(super) fn archive(&self, caller: &Caller, invoke: &Invoke) -> Result<Outcome> {
        let catalog = connector::Connector::catalog(self);
        let identifier = Identifier::parse(&invoke.input["id"], catalog.collection("notes").unwrap())?;
        let place = self.find(caller, "notes", &identifier, self.has(Hole::ActionForgetsOwner))?;
        self.rows.lock().unwrap()[place].fields.insert("done".into(), true.into());
        Outcome::of(&json!({"archived": invoke.input["id"]}))
    }

    fn check_parent(&self, caller: &Caller, data: &Map<String, Value>, any: bool) -> Result<()> {
        let Some(folder) = data.get("folder") else { return Ok(()) };
        let catalog = connector::Connector::catalog(self);
        let identifier = Identifier::parse(folder, catalog.collection("folders").unwrap())?;
        self.find(caller, "folders", &identifier, any).map(drop)
    }
}

fn take_owner(data: &mut Map<String, Value>) -> Option<String> {
    data.remove("owner")?.as_str().map(str::to_owned)
}

fn own(caller: &Caller, named: Option<String>) -> Result<String> {
    let own = caller.id().as_str();
    match named {
        Some(other) if other != own => {
            Err(Error::new(connector::ErrorKind::IdentityMismatch, "`owner` names another user."))
        }
        _ => Ok(own.to_owned()),
    }
}

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use access::{Caller, Effect, Permit};
use connector::{Catalog, Collection, Context, ErrorKind, Identifier, Operation, OperationKind, Outcome};
use serde_json::Value;

use super::world::World;
use super::{Check, Report, Subject, Violation, claim};

/// How long one call may take before the suite says that it hangs.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// The argument that says which version of an item is meant, and the fields that may hold it.
const VERSION: &str = "if_version";
const VERSIONS: [&str; 3] = ["revision", "version", "_version"];

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Alice,
    Bob,
}

/// The suite under way.
pub(super) struct Suite {
    pub(super) subject: Subject,
    pub(super) catalog: Arc<Catalog>,
    pub(super) hers: World,
    pub(super) his: World,
    /// Texts that stand in Alice's items and in nothing that Bob may see.
    pub(super) marks: BTreeSet<String>,
    pub(super) report: Report,
    /// What Alice made where nothing lists it.
    pub(super) unlisted: Vec<(String, Identifier)>,
    number: u64,
}

pub(super) type Answer = Result<Outcome, connector::Error>;

impl Suite {
    pub(super) fn new(subject: Subject) -> Self {
        let catalog = subject.connector.catalog();
        Self {
            subject,
            catalog,
            hers: World::default(),
            his: World::default(),
            marks: BTreeSet::new(),
            report: Report::default(),
            unlisted: Vec::new(),
            number: 0,
        }
    }

    /// A number that was not given before.
    pub(super) fn next(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    pub(super) fn caller(&self, who: Who) -> &Caller {
        match who {
            Who::Alice => &self.subject.alice,
            Who::Bob => &self.subject.bob,
        }
    }

    pub(super) fn world(&self, who: Who) -> &World {
        match who {
            Who::Alice => &self.hers,
            Who::Bob => &self.his,
        }
    }

    /// Counts an attempt on what is not one's own.
    pub(super) fn attempted(&mut self, target: &str, operation: &'static str) {
        *self.report.attempts.entry((target.to_owned(), operation)).or_default() += 1;
    }

    pub(super) async fn call(&mut self, who: Who, operation: Operation) -> Check<Answer> {
        self.call_within(who, operation, &crate::context()).await
    }

    /// Calls, and holds whatever comes back against what holds for every answer.
    pub(super) async fn call_within(&mut self, who: Who, operation: Operation, context: &Context) -> Check<Answer> {
        let operation = self.with_version(operation).await?;
        let effect = self.effect(&operation);
        let permit = crate::permit(self.caller(who), &self.subject.resource, &operation, effect);
        let answer = self.call_with(permit, operation.clone(), context).await?;
        if let Err(error) = &answer {
            let is_foreseen =
                !matches!(error.kind(), ErrorKind::Internal | ErrorKind::Timeout | ErrorKind::Unavailable);
            claim(is_foreseen, || {
                format!("no call makes the connector fail, yet {who:?}'s {operation:?} gave {error:?}")
            })?;
        }
        if who == Who::Bob {
            self.shows_nothing_of_hers(&operation, &answer)?;
        }
        Ok(answer)
    }

    /// The same, with the version that the item really has where the collection insists on one: Bob knows Alice's.
    async fn with_version(&mut self, mut operation: Operation) -> Check<Operation> {
        let (name, identifier, options) = match &mut operation {
            Operation::Update(it) => (&it.collection, &it.identifier, &mut it.options),
            Operation::Delete(it) => (&it.collection, &it.identifier, &mut it.options),
            _ => return Ok(operation),
        };
        let Some(collection) = self.catalog.collection(name).filter(|it| insists(it)).cloned() else {
            return Ok(operation);
        };
        if options.contains_key(VERSION) {
            return Ok(operation);
        }
        let get = Operation::Get(super::world::get(&collection, identifier.clone()));
        let mut version = Value::from("0");
        for who in [Who::Bob, Who::Alice] {
            let permit = crate::permit(self.caller(who), &self.subject.resource, &get, Effect::Read);
            if let Ok(outcome) = self.call_with(permit, get.clone(), &crate::context()).await? {
                let item = data(&outcome)?;
                version = VERSIONS.iter().find_map(|name| item.get(name)).cloned().unwrap_or(version);
                break;
            }
        }
        options.insert(VERSION.to_owned(), version);
        Ok(operation)
    }

    /// Calls with any permit.
    pub(super) async fn call_with(&mut self, permit: Permit, operation: Operation, context: &Context) -> Check<Answer> {
        self.report.calls += 1;
        let shown = format!("{operation:?}");
        let call = self.subject.connector.execute(permit, operation, context);
        let answer = tokio::time::timeout(CALL_TIMEOUT, call).await;
        let answer = answer.map_err(|_| Violation(format!("every call ends, yet {shown} did not")))?;
        if let Err(error) = &answer {
            self.says_nothing_internal(&shown, error)?;
        }
        Ok(answer)
    }

    pub(super) fn effect(&self, operation: &Operation) -> Effect {
        match (operation.kind(), operation) {
            (Some(kind), _) => kind.effect(),
            (None, Operation::Invoke(invoke)) => {
                self.catalog.action(&invoke.action).map_or(Effect::Read, |it| it.effect)
            }
            (None, _) => Effect::Read,
        }
    }

    /// What worked for its owner.
    pub(super) async fn works(&mut self, who: Who, operation: Operation) -> Check<Outcome> {
        let shown = format!("{operation:?}");
        self.call(who, operation).await?.map_err(|error| {
            Violation(format!("{who:?} may do this with what is {who:?}'s own, yet {shown} gave {error:?}"))
        })
    }

    /// Two attempts that must look alike: one on what is Alice's, one on what is nobody's.
    pub(super) async fn indistinguishable(
        &mut self,
        target: &str,
        kind: OperationKind,
        [foreign, missing]: [Operation; 2],
    ) -> Check<connector::Error> {
        let shown = format!("{foreign:?}");
        let failed = |answer: Answer, what: &str| {
            answer.err().ok_or_else(|| {
                Violation(format!("Bob's {} of what is {what} fails, yet {shown} worked", kind.as_str()))
            })
        };
        self.attempted(target, kind.as_str());
        let foreign = failed(self.call(Who::Bob, foreign).await?, "Alice's")?;
        let missing = failed(self.call(Who::Bob, missing).await?, "missing")?;
        let same = (foreign.kind(), foreign.message(), foreign.retry_after())
            == (missing.kind(), missing.message(), missing.retry_after());
        claim(same, || {
            format!(
                "what is Alice's looks to Bob like what is missing, yet {shown} gave {foreign:?} and the missing one {missing:?}"
            )
        })?;
        Ok(foreign)
    }

    fn says_nothing_internal(&self, shown: &str, error: &connector::Error) -> Check {
        let mut forbidden = self.subject.secrets.iter().chain(&self.subject.internals);
        let said = forbidden.find(|text| error.message().contains(text.as_str()));
        claim(said.is_none(), || format!("no error says {said:?}, yet {shown} gave {:?}", error.message()))
    }

    /// Nothing that only Alice has stands in an answer to Bob, unless he said it himself.
    fn shows_nothing_of_hers(&self, operation: &Operation, answer: &Answer) -> Check {
        let sent = format!("{operation:?}");
        let mut texts = Vec::new();
        match answer {
            Ok(outcome) => {
                collect(&data(outcome)?, &mut texts);
                collect(outcome.id.as_ref().unwrap_or(&Value::Null), &mut texts);
                texts.extend(outcome.notices.iter().chain(&outcome.next).cloned());
            }
            Err(error) => texts.push(error.message().to_owned()),
        }
        for mark in self.marks.iter().filter(|mark| !sent.contains(format!("{mark:?}").trim_matches('"'))) {
            claim(!texts.iter().any(|text| says(text, mark)), || {
                format!("nothing of Alice's is shown to Bob, yet {sent} answered with her {mark:?}")
            })?;
        }
        Ok(())
    }

    pub(super) async fn connector_is_well(&mut self) -> Check {
        let health = self.subject.connector.health().await;
        claim(health.is_ok(), || format!("the connector is well after all that, yet {health:?}"))?;
        let reload = self.subject.connector.reload().await;
        claim(reload.is_ok(), || format!("the connector can look again, yet {reload:?}"))
    }
}

fn insists(collection: &Collection) -> bool {
    let mut all = collection.parameters.values().flatten();
    all.any(|parameter| parameter.required && parameter.name == VERSION)
}

/// An outcome's data, decoded.
pub(super) fn data(outcome: &Outcome) -> Check<Value> {
    let Some(raw) = &outcome.data else { return Ok(Value::Null) };
    serde_json::from_str(raw.get()).map_err(|error| Violation(format!("data is JSON, yet {error}: {}", raw.get())))
}

/// Whether `mark` stands in `text` as a whole: `note 1` does not in `note 12`.
fn says(text: &str, mark: &str) -> bool {
    text.match_indices(mark).any(|(start, _)| {
        let before = text[..start].chars().next_back();
        let after = text[start + mark.len()..].chars().next();
        ![before, after].into_iter().flatten().any(char::is_alphanumeric)
    })
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(several) => several.iter().for_each(|one| collect(one, texts)),
        Value::Object(object) => object.iter().for_each(|(name, value)| {
            texts.push(name.clone());
            collect(value, texts);
        }),
        _ => {}
    }
}

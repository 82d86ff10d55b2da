use std::sync::Arc;
use std::time::Duration;

use connector::{Error, ErrorKind, Outcome, Progress, Result};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

use super::at::Reached;
use super::write::{LOOK, SENT};
use super::{Call, unknown, value};
use crate::binding::{At, Binding, Invoked, Run, Status};
use crate::device::Device;
use crate::td::{Action, Op};
use crate::words::clean;

/// The first wait before an action that goes on is asked for, and the longest.
const WAITS: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(2));

/// How often in a row a device may not tell how an action comes along before it is given up.
const SILENT_MAX: u32 = 3;

/// What became of it.
enum End {
    Completed(Option<Value>),
    Failed(String),
    Sent,
    Running,
}

/// Invokes an action, and follows it to its end. `mild` takes only what is safe or idempotent.
pub(super) async fn invoke(call: &Call<'_>, mild: bool) -> Result<Outcome> {
    let mine = call.things.mine(call.caller, call.required("thing")?).await?;
    let (device, name) = (&mine.device, call.required("action")?);
    let action = device.thing.actions.get(name);
    let action = action.ok_or_else(|| unknown("action", name, device.thing.actions.keys().cloned()))?;
    if mild && !(action.safe || action.idempotent) {
        let message = format!(
            "`{name}` is neither safe nor idempotent by its description: use `{}`. Nothing was sent.",
            crate::catalog::INVOKE
        );
        return Err(Error::invalid(message));
    }
    let input = input(call, name, action)?;
    let reached = Reached {
        thing: &device.thing,
        name,
        forms: &action.forms,
        variables: &action.variables,
        schema: action.input.clone().unwrap_or_else(|| json!({})),
        output: action.output.clone().unwrap_or_else(|| json!({})),
    };
    let (binding, at) = call.at(&reached, Op::Invoke).await?;
    device.may_command()?;
    let _turn = device.turn(at.timeout).await?;
    let invoked = match timeout(at.timeout, binding.invoke(&at, input.as_ref())).await {
        Ok(invoked) => invoked.map_err(|error| device.state.away(error))?,
        Err(_) => Invoked::Sent,
    };
    let end = match invoked {
        Invoked::Completed(output) => End::Completed(output),
        Invoked::Sent => End::Sent,
        Invoked::Running(run) => {
            device.state.seen();
            follow(call, &reached, &binding, at, run).await?
        }
    };
    answer(call, device, name, action, end)
}

fn input(call: &Call<'_>, name: &str, action: &Action) -> Result<Option<Value>> {
    let given = call.input.get("input").filter(|given| !given.is_null());
    match (&action.input, given) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(Error::invalid(format!("`{name}` takes no input. Nothing was sent."))),
        (Some(schema), given) => {
            // What takes an object whose parts may all be left out may be left out itself.
            let is_object = schema.get("type").and_then(Value::as_str) == Some("object");
            let given = given.cloned().unwrap_or_else(|| if is_object { json!({}) } else { Value::Null });
            value::check(&given, schema, &format!("`{name}`"), None)?;
            Ok(Some(given))
        }
    }
}

/// Asks until it is at its end. Whoever stops waiting stops the action, where the device can.
async fn follow(call: &Call<'_>, reached: &Reached<'_>, binding: &Arc<dyn Binding>, at: At, run: Run) -> Result<End> {
    let asked = call.at(reached, Op::Query).await.map_or_else(|_| at.clone(), |(_, at)| at);
    let stopped = call.at(reached, Op::Cancel).await.map_or(at, |(_, at)| at);
    let mut left = Left { binding: binding.clone(), at: stopped, run: Some(run.clone()) };
    let until = Instant::now() + Duration::from_millis(call.things.config.limits.action_wait_ms);
    let (mut wait, mut silent, mut told) = (WAITS.0, 0, 0.0_f64);
    let end = loop {
        if Instant::now() + wait > until {
            break End::Running;
        }
        sleep(wait).await;
        wait = (wait * 2).min(WAITS.1);
        match timeout(asked.timeout, binding.query(&asked, &run)).await {
            Ok(Ok(Status::Running { part })) => {
                silent = 0;
                told = told.max(part.unwrap_or(told));
                let total = part.map(|_| 1.0);
                let done = if part.is_some() { told } else { 0.0 };
                let message = Some(format!("{} goes on", reached.name));
                call.context.progress(Progress { done, total, message });
            }
            Ok(Ok(Status::Completed(output))) => break End::Completed(output),
            Ok(Ok(Status::Failed(why))) => break End::Failed(why),
            Ok(Ok(Status::Unknown)) => break End::Sent,
            Ok(Err(_)) | Err(_) => {
                silent += 1;
                if silent >= SILENT_MAX {
                    break End::Sent;
                }
            }
        }
    };
    left.run = None;
    Ok(end)
}

/// Stops an action that nobody waits for any more.
struct Left {
    binding: Arc<dyn Binding>,
    at: At,
    run: Option<Run>,
}

impl Drop for Left {
    fn drop(&mut self) {
        let (Some(run), Ok(runtime)) = (self.run.take(), tokio::runtime::Handle::try_current()) else { return };
        let (binding, at) = (self.binding.clone(), self.at.clone());
        runtime.spawn(async move {
            let stopped = timeout(at.timeout, binding.cancel(&at, &run)).await;
            tracing::debug!(thing = at.thing.id, name = at.name, ?stopped, "an action was left");
        });
    }
}

fn answer(call: &Call<'_>, device: &Device, name: &str, action: &Action, end: End) -> Result<Outcome> {
    let mut data = json!({"thing": device.thing.id, "action": name});
    let mut notices = Vec::new();
    let outcome = match end {
        End::Completed(output) => {
            device.state.seen();
            let output = output.filter(|it| !it.is_null());
            if let (Some(output), Some(schema)) = (&output, &action.output)
                && let Err(error) = value::check_answer(output, schema, "what the action gave")
            {
                notices.push(error.message().to_owned());
            } else if let Some(output) = output {
                data["output"] = output;
            }
            "completed"
        }
        End::Failed(why) => {
            device.state.seen();
            notices.push("The device says that the action failed.".to_owned());
            data["reason"] = clean(&why, 300).into();
            "failed"
        }
        End::Sent => {
            notices.push(LOOK.to_owned());
            SENT
        }
        End::Running => {
            notices.push("The device has begun it and was still at it when the answer was given.".to_owned());
            "running"
        }
    };
    data["outcome"] = outcome.into();
    let outcome = call.outcome(&data).or_else(|error| match error.kind() {
        // It was done: the answer must say so, however much it gave.
        ErrorKind::LimitExceeded => {
            notices.push("What the action gave is larger than one answer may be, and is left out.".to_owned());
            data.as_object_mut().map(|data| data.remove("output"));
            call.outcome(&data)
        }
        _ => Err(error),
    })?;
    Ok(Outcome { notices, ..outcome })
}

//! What the items of jobs and runs hold, as JSON (docs/state.md).

mod input;
mod job;
mod run;

use domain::{DatasetName, Error, Job, Result, Run, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(super) use self::input::InputRecord;
pub(super) use self::job::JobRecord;
pub(super) use self::run::RunRecord;
use crate::Item;

/// What an item holds; one that cannot be read is our bug.
pub(in crate::jobs) fn read<T: for<'de> Deserialize<'de>>(body: &str) -> Result<T> {
    serde_json::from_str(body).map_err(Error::internal)
}

/// The text of it.
pub(in crate::jobs) fn text(record: &impl Serialize) -> Result<String> {
    serde_json::to_string(record).map_err(Error::internal)
}

pub(in crate::jobs) fn job_of(item: &Item) -> Result<Job> {
    read::<JobRecord>(&item.body)?.try_into()
}

pub(in crate::jobs) fn run_of(item: &Item) -> Result<Run> {
    read::<RunRecord>(&item.body)?.try_into()
}

fn names(datasets: &[DatasetName]) -> Vec<String> {
    datasets.iter().map(|dataset| dataset.as_str().to_owned()).collect()
}

fn datasets(names: &[String]) -> Result<Vec<DatasetName>> {
    names.iter().map(|name| DatasetName::parse(name)).collect()
}

fn json(text: Option<&str>) -> Result<Option<Value>> {
    text.map(serde_json::from_str).transpose().map_err(Error::internal)
}

fn time(text: &str) -> Result<Timestamp> {
    text.parse().map_err(Error::internal)
}

fn uuid(text: &str) -> Result<uuid::Uuid> {
    text.parse().map_err(Error::internal)
}

fn odd(what: &str) -> Error {
    Error::internal(format!("a record of a job says {what}"))
}

/// An event, as feeds keep it: its name, when it was, and what it says.
pub(in crate::jobs) fn event(name: &str, at: Timestamp, data: &Value) -> Result<String> {
    text(&serde_json::json!({ "event": name, "at": at.to_string(), "data": data }))
}

/// When something was heard of a run, as its item has it: microseconds, which are its version too.
pub(in crate::jobs) fn heard_at(item: &Item) -> Result<Timestamp> {
    let moment = i64::try_from(item.version).map_err(Error::internal)?;
    Timestamp::from_microsecond(moment).map_err(Error::internal)
}

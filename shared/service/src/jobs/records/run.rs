//! A run, as its item has it.

use std::time::Duration;

use domain::{
    Ending, Error, JobName, NewRun, ParentRun, Progress, Result, Run, RunId, RunState, Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{datasets, json, names, odd, time, uuid};

/// A run.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::jobs) struct RunRecord {
    id: String,
    job: String,
    job_id: String,
    nominal_time: Option<String>,
    parent: Option<ParentRecord>,
    parameters: Option<Value>,
    heartbeat_timeout_seconds: u64,
    started_at: String,
    heard_at: String,
    progress: ProgressRecord,
    ended: Option<EndRecord>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ParentRecord {
    run: String,
    foreign_job: Option<(String, String)>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ProgressRecord {
    percentage: Option<f64>,
    message: Option<String>,
    metrics: Option<Value>,
}

/// What is there depends on the state.
#[derive(Debug, Serialize, Deserialize)]
struct EndRecord {
    at: String,
    state: String,
    message: Option<String>,
    metrics: Option<Value>,
    inputs: Vec<String>,
    outputs: Vec<String>,
    error: Option<String>,
}

impl TryFrom<&Run> for RunRecord {
    type Error = Error;

    fn try_from(run: &Run) -> Result<Self> {
        let NewRun { nominal_time, parent, parameters, heartbeat_timeout } = &run.start;
        let parent = parent.as_ref().map(|parent| ParentRecord {
            run: parent.run.to_string(),
            foreign_job: parent.foreign_job.clone(),
        });
        let Progress { percentage, message, metrics } = &run.progress;
        let (percentage, message) = (*percentage, message.clone());
        let progress = ProgressRecord { percentage, message, metrics: json(metrics.as_deref())? };
        let ended = run.ended.as_ref().map(|(at, ending)| EndRecord::new(*at, ending));
        Ok(Self {
            id: run.id.to_string(),
            job: run.job.to_string(),
            job_id: run.job_id.to_string(),
            nominal_time: nominal_time.map(|at| at.to_string()),
            parent,
            parameters: json(parameters.as_deref())?,
            heartbeat_timeout_seconds: heartbeat_timeout.as_secs(),
            started_at: run.started_at.to_string(),
            heard_at: run.heard_at.to_string(),
            progress,
            ended: ended.transpose()?,
        })
    }
}

impl TryFrom<RunRecord> for Run {
    type Error = Error;

    fn try_from(record: RunRecord) -> Result<Self> {
        let parent = record.parent.map(|ParentRecord { run, foreign_job }| {
            Ok::<_, Error>(ParentRun { run: RunId(uuid(&run)?), foreign_job })
        });
        let start = NewRun {
            nominal_time: record.nominal_time.as_deref().map(time).transpose()?,
            parent: parent.transpose()?,
            parameters: record.parameters.map(|value| value.to_string()),
            heartbeat_timeout: Duration::from_secs(record.heartbeat_timeout_seconds),
        };
        let ProgressRecord { percentage, message, metrics } = record.progress;
        let progress = Progress { percentage, message, metrics: metrics.map(|m| m.to_string()) };
        let ended = record.ended.map(EndRecord::ending);
        Ok(Self {
            id: RunId(uuid(&record.id)?),
            job: JobName::parse(&record.job)?,
            job_id: uuid(&record.job_id)?,
            start,
            started_at: time(&record.started_at)?,
            heard_at: time(&record.heard_at)?,
            progress,
            ended: ended.transpose()?,
        })
    }
}

impl EndRecord {
    fn new(at: Timestamp, ending: &Ending) -> Result<Self> {
        let (at, state) = (at.to_string(), ending.state().to_string());
        let (inputs, outputs) = (Vec::new(), Vec::new());
        let none = Self { at, state, message: None, metrics: None, inputs, outputs, error: None };
        Ok(match ending {
            Ending::Completed { message, metrics, inputs, outputs } => Self {
                message: message.clone(),
                metrics: json(metrics.as_deref())?,
                inputs: names(inputs),
                outputs: names(outputs),
                ..none
            },
            Ending::Failed { error } | Ending::Aborted { error } => {
                Self { error: Some(error.clone()), ..none }
            }
        })
    }

    fn ending(self) -> Result<(Timestamp, Ending)> {
        let error = self.error.unwrap_or_default();
        let ending = match RunState::from_name(&self.state) {
            Some(RunState::Completed) => Ending::Completed {
                message: self.message,
                metrics: self.metrics.map(|value| value.to_string()),
                inputs: datasets(&self.inputs)?,
                outputs: datasets(&self.outputs)?,
            },
            Some(RunState::Failed) => Ending::Failed { error },
            Some(RunState::Aborted) => Ending::Aborted { error },
            Some(RunState::Running) | None => return Err(odd(&self.state)),
        };
        Ok((time(&self.at)?, ending))
    }
}

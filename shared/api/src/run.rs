//! Runs.

use std::time::Duration;

use domain::{Ending, Error, NewRun, ParentRun, Progress, Result, Run, RunId, Timestamp, limits};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::job::{datasets, short};

/// A new run.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartRun {
    /// Its id, any UUID: the same request again is the same run. A new one unless told.
    #[schema(format = "uuid")]
    pub run_id: Option<String>,
    /// What it is started with, 64 kB at most.
    #[schema(value_type = Option<Object>)]
    pub parameters: Option<Map<String, Value>>,
    /// The time that it is for, RFC 3339.
    #[schema(format = DateTime)]
    pub nominal_time: Option<String>,
    /// The run that starts it.
    pub parent: Option<ParentDocument>,
    /// The run is aborted when nothing was heard of it for so long: progress, or a request with its
    /// `X-Run-Id`. An hour unless told, a week at most.
    #[schema(minimum = 1, maximum = 604800, example = 300)]
    pub heartbeat_timeout_seconds: Option<u32>,
}

/// The run that started another.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParentDocument {
    /// Its id.
    #[schema(format = "uuid")]
    pub run_id: String,
    /// Its job where that is another system's, which need not be known here.
    pub job: Option<ForeignJob>,
}

/// A job of another system, as OpenLineage names it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForeignJob {
    /// Whose it is.
    pub namespace: String,
    /// Its name there.
    pub name: String,
}

// The document says it in figures.
const _: () = assert!(limits::HEARTBEAT_SECONDS_MAXIMUM == 604_800);

impl StartRun {
    /// The id, if one is given, and how the run is to be started; the error names the field.
    pub fn parse(self) -> Result<(Option<RunId>, NewRun)> {
        let id = self.run_id.map(|text| id(&text, "run_id")).transpose()?;
        let nominal_time = self.nominal_time.as_deref().map(nominal).transpose()?;
        let parent = self.parent.map(ParentDocument::parse).transpose()?;
        let parameters = self.parameters.map(|map| object(map, "parameters")).transpose()?;
        let seconds = self.heartbeat_timeout_seconds.unwrap_or(limits::HEARTBEAT_SECONDS);
        if !(1..=limits::HEARTBEAT_SECONDS_MAXIMUM).contains(&seconds) {
            let what =
                format!("must be 1 to {}; it is {seconds}", limits::HEARTBEAT_SECONDS_MAXIMUM);
            let detail = format!("`heartbeat_timeout_seconds` {what}.");
            let error = Error::invalid("INVALID_RUN", detail);
            return Err(error.field("heartbeat_timeout_seconds", what));
        }
        let heartbeat_timeout = Duration::from_secs(seconds.into());
        Ok((id, NewRun { nominal_time, parent, parameters, heartbeat_timeout }))
    }
}

impl ParentDocument {
    fn parse(self) -> Result<ParentRun> {
        let run = id(&self.run_id, "parent.run_id")?;
        let Some(ForeignJob { namespace, name }) = self.job else {
            return Ok(ParentRun { run, foreign_job: None });
        };
        for (text, field) in [(&namespace, "parent.job.namespace"), (&name, "parent.job.name")] {
            let most = limits::DATASET_URI_BYTES;
            if text.is_empty() || text.len() > most || text.chars().any(char::is_control) {
                let what = format!("must be 1 to {most} bytes without control characters");
                let error = Error::invalid("INVALID_RUN", format!("`{field}` {what}."));
                return Err(error.field(field, what));
            }
        }
        Ok(ParentRun { run, foreign_job: Some((namespace, name)) })
    }
}

/// How far a run is. What is left out stays as it was; each call is the run's heartbeat.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutProgress {
    /// 0 to 100; it never falls.
    #[schema(minimum = 0, maximum = 100, example = 42.5)]
    pub percentage: Option<f64>,
    /// What it is doing.
    #[schema(example = "second half")]
    pub message: Option<String>,
    /// Figures of the run, 64 kB at most; they take the place of those before.
    #[schema(value_type = Option<Object>)]
    pub metrics: Option<Map<String, Value>>,
}

impl PutProgress {
    /// The progress; the error names the field.
    pub fn parse(self) -> Result<Progress> {
        Ok(Progress {
            percentage: self.percentage,
            message: short(self.message, "message", limits::RUN_MESSAGE_CHARACTERS)?,
            metrics: self.metrics.map(|map| object(map, "metrics")).transpose()?,
        })
    }
}

/// A run that did what it should.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteRun {
    /// What it says of itself.
    pub message: Option<String>,
    /// Figures of the run, 64 kB at most.
    #[schema(value_type = Option<Object>)]
    pub metrics: Option<Map<String, Value>>,
    /// What it read, beside what was seen of it: tables (`schema.table`), or URIs (`s3://bucket/key`).
    #[serde(default)]
    #[schema(max_items = 100)]
    pub inputs: Vec<String>,
    /// What it wrote, beside what was seen of it.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub outputs: Vec<String>,
}

impl CompleteRun {
    /// How the run ends; the error names the field.
    pub fn parse(self) -> Result<Ending> {
        Ok(Ending::Completed {
            message: short(self.message, "message", limits::RUN_MESSAGE_CHARACTERS)?,
            metrics: self.metrics.map(|map| object(map, "metrics")).transpose()?,
            inputs: datasets(&self.inputs, "inputs")?,
            outputs: datasets(&self.outputs, "outputs")?,
        })
    }
}

/// A run that failed, or was given up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StopRun {
    /// Why.
    pub error: RunError,
}

/// Why a run did not do what it should.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunError {
    /// A sentence, or a stack trace.
    #[schema(example = "the disk is full")]
    pub message: String,
}

impl StopRun {
    /// The reason; the error names the field.
    pub fn parse(self) -> Result<String> {
        let message =
            short(Some(self.error.message), "error.message", limits::RUN_MESSAGE_CHARACTERS)?;
        Ok(message.unwrap_or_default())
    }
}

/// A run.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunDocument {
    /// Its id.
    pub run_id: String,
    /// Whose run it is.
    pub job_name: String,
    /// `RUNNING`, `COMPLETED`, `FAILED` or `ABORTED`.
    pub state: String,
    /// When it began, RFC 3339.
    pub started_at: String,
    /// When it ended, RFC 3339; `null` while it runs.
    pub ended_at: Option<String>,
    /// The time that it is for, RFC 3339.
    pub nominal_time: Option<String>,
    /// The run that started it.
    pub parent: Option<ParentDocument>,
    /// What it was started with.
    #[schema(value_type = Option<Object>)]
    pub parameters: Option<Value>,
    /// How far it is, or came.
    pub progress: ProgressDocument,
    /// So long nothing may be heard of it.
    pub heartbeat_timeout_seconds: u64,
    /// When something was last heard of it, RFC 3339.
    pub heard_at: String,
    /// Why it failed or was aborted.
    pub error: Option<RunError>,
}

/// How far a run is.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProgressDocument {
    /// 0 to 100.
    pub percentage: Option<f64>,
    /// What it last said.
    pub message: Option<String>,
    /// Its figures.
    #[schema(value_type = Option<Object>)]
    pub metrics: Option<Value>,
}

impl From<Run> for RunDocument {
    fn from(run: Run) -> Self {
        let state = run.state().to_string();
        let mut progress = run.progress;
        let (mut ended_at, mut error) = (None, None);
        if let Some((at, ending)) = run.ended {
            ended_at = Some(at.to_string());
            match ending {
                Ending::Completed { message, metrics, .. } => {
                    progress.message = message.or(progress.message);
                    progress.metrics = metrics.or(progress.metrics);
                }
                Ending::Failed { error: message } | Ending::Aborted { error: message } => {
                    error = Some(RunError { message });
                }
            }
        }
        let Progress { percentage, message, metrics } = progress;
        let parent = run.start.parent.map(|ParentRun { run, foreign_job }| ParentDocument {
            run_id: run.to_string(),
            job: foreign_job.map(|(namespace, name)| ForeignJob { namespace, name }),
        });
        Self {
            run_id: run.id.to_string(),
            job_name: run.job.to_string(),
            state,
            started_at: run.started_at.to_string(),
            ended_at,
            nominal_time: run.start.nominal_time.map(|at| at.to_string()),
            parent,
            parameters: run.start.parameters.map(value),
            progress: ProgressDocument { percentage, message, metrics: metrics.map(value) },
            heartbeat_timeout_seconds: run.start.heartbeat_timeout.as_secs(),
            heard_at: run.heard_at.to_string(),
            error,
        }
    }
}

/// JSON that was read as such.
fn value(text: String) -> Value {
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

fn id(text: &str, field: &str) -> Result<RunId> {
    RunId::parse(text).map_err(|_| {
        let detail = format!("`{field}` must be a UUID.");
        Error::invalid("INVALID_RUN", detail).field(field, "is not a UUID")
    })
}

fn nominal(text: &str) -> Result<Timestamp> {
    text.parse().map_err(|_| {
        let detail = "`nominal_time` must be a time with its zone, as in 2026-01-31T12:00:00Z.";
        Error::invalid("INVALID_RUN", detail).field("nominal_time", "is not a time in RFC 3339")
    })
}

/// The text of an object, if it is of a size that is kept.
fn object(map: Map<String, Value>, field: &str) -> Result<String> {
    let text = Value::Object(map).to_string();
    // A name that serde_json keeps for numbers makes something else of it.
    if !serde_json::from_str(&text).is_ok_and(|value: Value| value.is_object()) {
        let error = Error::invalid("INVALID_RUN", format!("`{field}` is no JSON object."));
        return Err(error.field(field, "is no JSON object"));
    }
    let most = limits::RUN_JSON_BYTES;
    if text.len() <= most {
        return Ok(text);
    }
    let detail = format!("`{field}` has {} bytes as JSON; at most {most} are kept.", text.len());
    Err(Error::invalid("INVALID_RUN", detail).field(field, "is too large"))
}

//! A run of a job: it runs until it has ended, once.

use std::fmt;
use std::time::Duration;

use crate::{Code, DatasetName, Error, JobName, Result, RunId, Timestamp};

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RunState {
    /// From its start on.
    Running,
    /// It did what it should.
    Completed,
    /// It did not, by its own account.
    Failed,
    /// It was given up, by someone or because nothing was heard of it.
    Aborted,
}

impl RunState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Running, Self::Completed, Self::Failed, Self::Aborted];

    /// The name, as it is written everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Aborted => "ABORTED",
        }
    }

    /// The state of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

impl fmt::Display for RunState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a run ends.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// It did what it should.
    Completed {
        /// What it says of itself.
        message: Option<String>,
        /// A JSON object.
        metrics: Option<String>,
        /// What it says that it read, beside what was seen of it.
        inputs: Vec<DatasetName>,
        /// What it says that it wrote, beside what was seen of it.
        outputs: Vec<DatasetName>,
    },
    /// It did not.
    Failed {
        /// Why.
        error: String,
    },
    /// It was given up.
    Aborted {
        /// Why.
        error: String,
    },
}

impl Ending {
    /// The state that it leads to.
    pub fn state(&self) -> RunState {
        match self {
            Self::Completed { .. } => RunState::Completed,
            Self::Failed { .. } => RunState::Failed,
            Self::Aborted { .. } => RunState::Aborted,
        }
    }
}

/// How far a run is, by its own account.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Progress {
    /// 0 to 100.
    pub percentage: Option<f64>,
    /// What it is doing.
    pub message: Option<String>,
    /// A JSON object.
    pub metrics: Option<String>,
}

/// The run that started another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParentRun {
    /// Its id.
    pub run: RunId,
    /// Namespace and name of its job where it is a run of another system's; `None`: it is one of ours.
    pub foreign_job: Option<(String, String)>,
}

/// How a run is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRun {
    /// The time that it is for, which may be another than that at which it runs.
    pub nominal_time: Option<Timestamp>,
    /// The run that started it.
    pub parent: Option<ParentRun>,
    /// What it was started with: a JSON object.
    pub parameters: Option<String>,
    /// So long nothing may be heard of it.
    pub heartbeat_timeout: Duration,
}

/// One run.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// Whose run it is.
    pub job: JobName,
    /// The id of that job: not its next namesake's.
    pub job_id: uuid::Uuid,
    /// How it was started.
    pub start: NewRun,
    /// When it began.
    pub started_at: Timestamp,
    /// When something was last heard of it.
    pub heard_at: Timestamp,
    /// How far it is.
    pub progress: Progress,
    /// When and how it ended.
    pub ended: Option<(Timestamp, Ending)>,
}

/// What becomes of a run that is told to end.
#[derive(Debug, Clone, PartialEq)]
pub enum Ended {
    /// It has ended now.
    Now(Box<Run>),
    /// It had ended so before: the same was asked once more.
    Before,
}

impl Run {
    /// One that begins now.
    pub fn begin(
        id: RunId,
        job: JobName,
        job_id: uuid::Uuid,
        start: NewRun,
        at: Timestamp,
    ) -> Self {
        let (started_at, heard_at, progress) = (at, at, Progress::default());
        Self { id, job, job_id, start, started_at, heard_at, progress, ended: None }
    }

    /// When it is overdue, if nothing more is heard of it; `None` once it has ended. A tenth is added, since
    /// requests that come sooner after another are not recorded.
    pub fn due_at(&self) -> Option<Timestamp> {
        let patience = self.start.heartbeat_timeout + self.start.heartbeat_timeout / 10;
        let due = self.heard_at.checked_add(patience).unwrap_or(Timestamp::MAX);
        self.ended.is_none().then_some(due)
    }

    /// Where it is.
    pub fn state(&self) -> RunState {
        self.ended.as_ref().map_or(RunState::Running, |(_, ending)| ending.state())
    }

    /// Whether nothing was heard of it for too long by then.
    pub fn is_overdue(&self, at: Timestamp) -> bool {
        self.due_at().is_some_and(|due| at > due)
    }

    /// The run once it has ended so. Errors: `Conflict` (`RUN_ENDED`) where it ended otherwise before.
    pub fn end(&self, ending: Ending, at: Timestamp) -> Result<Ended> {
        match &self.ended {
            Some((_, before)) if *before == ending => Ok(Ended::Before),
            Some((when, before)) => Err(self.has_ended(before.state(), *when)),
            None => {
                // Clocks of two machines differ: nothing ends before it was last heard of.
                let at = at.max(self.heard_at);
                let ended = Some((at, ending));
                Ok(Ended::Now(Box::new(Self { heard_at: at, ended, ..self.clone() })))
            }
        }
    }

    /// The run once this was heard of it; what is not said stays as it was.
    ///
    /// Errors: `Conflict` (`RUN_ENDED`), `Invalid` (`INVALID_PROGRESS`) for a percentage that is none, or
    /// less than before.
    pub fn advance(&self, progress: Progress, at: Timestamp) -> Result<Self> {
        self.check_running()?;
        let before = self.progress.percentage;
        if let Some(given) = progress.percentage {
            let odd = |what: String| {
                let detail = format!("`percentage` {what}.");
                Error::invalid("INVALID_PROGRESS", detail).field("percentage", what)
            };
            if !(0.0..=100.0).contains(&given) {
                return Err(odd(format!("must be 0 to 100; it is {given}")));
            }
            if let Some(before) = before.filter(|before| given < *before) {
                return Err(odd(format!("never falls; it was {before} and is {given}")));
            }
        }
        let progress = Progress {
            percentage: progress.percentage.or(before),
            message: progress.message.or_else(|| self.progress.message.clone()),
            metrics: progress.metrics.or_else(|| self.progress.metrics.clone()),
        };
        // Clocks of two machines differ: what was heard is not unheard.
        Ok(Self { heard_at: at.max(self.heard_at), progress, ..self.clone() })
    }

    /// Whether something may still be done in it: else `Conflict` (`RUN_ENDED`).
    pub fn check_running(&self) -> Result<()> {
        match &self.ended {
            None => Ok(()),
            Some((when, ending)) => Err(self.has_ended(ending.state(), *when)),
        }
    }

    fn has_ended(&self, state: RunState, when: Timestamp) -> Error {
        let detail = format!("The run {} is {state} since {when}; start another.", self.id);
        Error::new(Code::Conflict, "RUN_ENDED", detail)
    }
}

#[cfg(test)]
mod tests;

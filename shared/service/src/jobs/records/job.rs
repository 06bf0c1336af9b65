//! A job, as its item has it.

use domain::{Error, Job, JobDefinition, JobName, JobType, Result, Tag};
use serde::{Deserialize, Serialize};

use super::{datasets, names, odd, time, uuid};

/// A job.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::jobs) struct JobRecord {
    id: String,
    name: String,
    kind: String,
    description: Option<String>,
    owner: Option<String>,
    inputs: Vec<String>,
    outputs: Vec<String>,
    tags: Vec<String>,
    created_at: String,
}

impl From<&Job> for JobRecord {
    fn from(job: &Job) -> Self {
        let JobDefinition { name, kind, description, owner, inputs, outputs, tags } =
            &job.definition;
        Self {
            id: job.id.to_string(),
            name: name.to_string(),
            kind: kind.as_str().to_owned(),
            description: description.clone(),
            owner: owner.clone(),
            inputs: names(inputs),
            outputs: names(outputs),
            tags: tags.iter().map(|tag| tag.as_str().to_owned()).collect(),
            created_at: job.created_at.to_string(),
        }
    }
}

impl TryFrom<JobRecord> for Job {
    type Error = Error;

    fn try_from(record: JobRecord) -> Result<Self> {
        let kind = JobType::from_name(&record.kind).ok_or_else(|| odd(&record.kind))?;
        let tags = record.tags.iter().map(|tag| Tag::parse(tag));
        let definition = JobDefinition {
            name: JobName::parse(&record.name)?,
            kind,
            description: record.description,
            owner: record.owner,
            inputs: datasets(&record.inputs)?,
            outputs: datasets(&record.outputs)?,
            tags: tags.collect::<Result<_>>()?,
        };
        Ok(Self { id: uuid(&record.id)?, definition, created_at: time(&record.created_at)? })
    }
}

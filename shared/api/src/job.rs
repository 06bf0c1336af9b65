//! Jobs.

use domain::{
    DatasetName, Error, Job, JobDefinition, JobName, JobType, Result, RunId, RunState, Tag, limits,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::table::at;

/// A new job.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateJob {
    /// 1 to 128 of `A-Z`, `a-z`, `0-9`, `.`, `_`, `-`; no UUID, which names a run.
    #[schema(example = "daily-load", pattern = "^[A-Za-z0-9._-]{1,128}$")]
    pub name: String,
    /// `BATCH`, whose runs end by themselves, or `STREAMING`.
    #[schema(example = "BATCH")]
    pub r#type: Option<String>,
    /// What it does.
    pub description: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// What it is expected to read: tables (`schema.table`), or URIs (`s3://bucket/key`).
    #[serde(default)]
    #[schema(max_items = 100)]
    pub inputs: Vec<String>,
    /// What it is expected to write, named as its inputs are.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub outputs: Vec<String>,
    /// Words to find it by.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub tags: Vec<String>,
}

impl CreateJob {
    /// The job that is asked for; the error names the field.
    pub fn parse(self) -> Result<JobDefinition> {
        let name = JobName::parse(&self.name)?;
        let kind = self.r#type.as_deref().map_or(Ok(JobType::default()), |text| {
            JobType::from_name(text).ok_or_else(|| {
                Error::invalid("INVALID_JOB", "`type` is BATCH or STREAMING.")
                    .field("type", format!("is `{}`", text.escape_debug()))
            })
        })?;
        let description = short(self.description, "description", limits::COMMENT_CHARACTERS)?;
        let owner = short(self.owner, "owner", limits::OWNER_CHARACTERS)?;
        let (inputs, outputs) =
            (datasets(&self.inputs, "inputs")?, datasets(&self.outputs, "outputs")?);
        let tags = self.tags.iter().enumerate();
        let tags = tags.map(|(i, tag)| Tag::parse(tag).map_err(|e| at(e, format!("tags[{i}]"))));
        let mut tags: Vec<Tag> = tags.collect::<Result<_>>()?;
        tags.sort_unstable();
        tags.dedup();
        few(tags.len(), "tags", limits::TAGS)?;
        Ok(JobDefinition { name, kind, description, owner, inputs, outputs, tags })
    }
}

/// The datasets of a list, each once, in order.
pub(crate) fn datasets(names: &[String], field: &str) -> Result<Vec<DatasetName>> {
    few(names.len(), field, limits::DATASETS)?;
    let mut found = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let name = DatasetName::parse(name).map_err(|e| at(e, format!("{field}[{index}]")))?;
        if !found.contains(&name) {
            found.push(name);
        }
    }
    Ok(found)
}

fn few(count: usize, field: &str, most: usize) -> Result<()> {
    if count <= most {
        return Ok(());
    }
    let detail = format!("`{field}` has {count} items; at most {most} are taken.");
    Err(Error::invalid("INVALID_JOB", detail).field(field, "is too long"))
}

/// A text of so many characters at most.
pub(crate) fn short(text: Option<String>, field: &str, most: usize) -> Result<Option<String>> {
    let characters = text.as_ref().map_or(0, |text| text.chars().count());
    if characters <= most {
        return Ok(text);
    }
    let detail = format!("`{field}` has {characters} characters; at most {most} are taken.");
    Err(Error::invalid("TEXT_TOO_LONG", detail).field(field, "is too long"))
}

/// A job.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobDocument {
    /// `job`; queries stand beside jobs in `GET /jobs`.
    #[schema(example = "job")]
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// `BATCH` or `STREAMING`.
    pub r#type: String,
    /// What it does.
    pub description: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// What it is expected to read.
    pub inputs: Vec<String>,
    /// What it is expected to write.
    pub outputs: Vec<String>,
    /// Words to find it by, in order.
    pub tags: Vec<String>,
    /// The state of its newest run; `null` before the first.
    pub status: Option<String>,
    /// Its newest run; `null` before the first.
    pub latest_run_id: Option<String>,
    /// Since when it is there, RFC 3339.
    pub created_at: String,
    /// When it was last changed, RFC 3339: runs leave it as it is.
    pub updated_at: String,
}

impl JobDocument {
    /// Of the job, and of its newest run where there is one.
    pub fn new(job: Job, latest: Option<(RunId, RunState)>) -> Self {
        let JobDefinition { name, kind, description, owner, inputs, outputs, tags } =
            job.definition;
        Self {
            kind: "job",
            name: name.to_string(),
            r#type: kind.as_str().to_owned(),
            description,
            owner,
            inputs: texts(&inputs),
            outputs: texts(&outputs),
            tags: tags.iter().map(|tag| tag.as_str().to_owned()).collect(),
            status: latest.map(|(_, state)| state.to_string()),
            latest_run_id: latest.map(|(id, _)| id.to_string()),
            created_at: job.created_at.to_string(),
            updated_at: job.created_at.to_string(),
        }
    }
}

fn texts(names: &[DatasetName]) -> Vec<String> {
    names.iter().map(|name| name.as_str().to_owned()).collect()
}

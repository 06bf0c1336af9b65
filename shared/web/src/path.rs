//! What a path names.

use axum::extract::{FromRequestParts, RawPathParams};
use domain::{Code, Error, JobName, Result, RunId, TableName};
use http::request::Parts;

use crate::Failure;

/// `{table_name}` of the path, percent-decoded once and parsed.
#[derive(Debug)]
pub struct TablePath(pub TableName);

/// `{job_name}` of the path.
#[derive(Debug)]
pub struct JobPath(pub JobName);

/// `{job_name}` and `{run_id}` of the path.
#[derive(Debug)]
pub struct RunPath(pub JobName, pub RunId);

/// The first parameter of the path as it is, percent-decoded once.
#[derive(Debug)]
pub struct TextPath(pub String);

impl<S: Send + Sync> FromRequestParts<S> for TablePath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        Ok(Self(TableName::parse(&first(parts, state).await?)?))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for JobPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        Ok(Self(job_name(&first(parts, state).await?)?))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RunPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let all = all(parts, state).await?;
        let [job, run] = &*all else { return Err(no_parameter().into()) };
        let id = RunId::parse(run).map_err(|_| {
            let detail = "The id of a run in a path is a UUID.";
            Error::malformed("INVALID_RUN_ID", detail).field("run_id", "is not a UUID")
        })?;
        Ok(Self(job_name(job)?, id))
    }
}

/// No job has a UUID as its name: there is none, which is not the path's fault.
fn job_name(text: &str) -> Result<JobName> {
    if uuid::Uuid::try_parse(text).is_ok() {
        let detail = format!("There is no job or query `{text}`.");
        return Err(Error::new(Code::NotFound, "JOB_NOT_FOUND", detail));
    }
    JobName::parse(text)
}

impl<S: Send + Sync> FromRequestParts<S> for TextPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        Ok(Self(first(parts, state).await?))
    }
}

async fn first<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<String> {
    all(parts, state).await?.into_iter().next().ok_or_else(no_parameter)
}

/// The parameters of the path in order, each percent-decoded once.
async fn all<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<Vec<String>> {
    let parameters = RawPathParams::from_request_parts(parts, state).await.map_err(|_| {
        Error::malformed(
            "INVALID_PATH",
            "The path does not decode to UTF-8; percent-encode the bytes of its UTF-8 form.",
        )
    })?;
    Ok(parameters.iter().map(|(_, text)| text.to_owned()).collect())
}

fn no_parameter() -> Error {
    Error::internal("the route lacks a parameter")
}

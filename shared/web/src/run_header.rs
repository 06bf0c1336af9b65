//! The run that a request belongs to.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use domain::{Error, RunId, SnapshotId, TableName};
use http::{HeaderMap, request::Parts};
use service::jobs::{Jobs, Tagged};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::SchemaFormat;

use crate::write_headers::{parameter, single, string};
use crate::{Failure, RequestContext};

/// `X-Run-Id` of a read.
pub struct RunHeader {
    run: Option<RunId>,
    context: RequestContext,
}

impl<S: Sync> FromRequestParts<S> for RunHeader {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Ok(Self { run: run_id(&parts.headers)?, context: RequestContext::of(&parts.extensions)? })
    }
}

impl RunHeader {
    /// The run of `jobs` that the read belongs to, if it says one, which must be running.
    pub async fn admit(&self, jobs: &Arc<Jobs>) -> Result<ReadOfRun, Error> {
        let Some(run) = self.run else { return Ok(ReadOfRun(None)) };
        let tagged = Tagged::new(Arc::clone(jobs), run, self.context.now());
        tagged.admit().await?;
        Ok(ReadOfRun(Some(tagged)))
    }
}

/// A read that may belong to a run. What it reads is recorded there before the first byte goes out.
pub struct ReadOfRun(Option<Tagged>);

impl ReadOfRun {
    /// These tables, as they were in this snapshot.
    pub async fn reads(
        &self,
        tables: &[TableName],
        snapshot: Option<SnapshotId>,
    ) -> Result<(), Error> {
        match &self.0 {
            Some(run) => run.reads(tables, snapshot).await,
            None => Ok(()),
        }
    }
}

pub(crate) fn run_id(headers: &HeaderMap) -> Result<Option<RunId>, Error> {
    single(headers, "x-run-id")?.map(RunId::parse).transpose()
}

/// For OpenAPI: the header of a request that belongs to a run.
impl IntoParams for RunHeader {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let schema = string().format(Some(SchemaFormat::Custom("uuid".to_owned())));
        let text = "The run that this request belongs to: it must be running. What is read and written is \
                    recorded there.";
        vec![parameter("X-Run-Id", schema, text)]
    }
}

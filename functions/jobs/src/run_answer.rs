//! The answer to a change of a run.

use api::RunDocument;
use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::Run;
use http::StatusCode;
use web::replayed;

/// The run as it is then.
pub(crate) fn changed((run, before): (Run, bool)) -> Response {
    replayed((StatusCode::OK, Json(RunDocument::from(run))).into_response(), before)
}

//! What `…/datasets` and `…/tables` of a run share.

use api::RunDatasetItem;
use axum::response::Response;
use domain::{JobName, RunId, Timestamp};
use http::Uri;
use service::jobs::{Direction, RunDataset};
use web::{Failure, PageParameters, page_response, place_in};

use crate::Adapters;

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// Tables and anything else.
    All,
    /// Tables only.
    Tables,
}

/// A page of them: a run reads and writes few, so each page is cut out of all.
pub(crate) async fn page(
    adapters: &Adapters,
    (job, run): (JobName, RunId),
    which: Which,
    asked: PageParameters,
    at: Timestamp,
    uri: &Uri,
) -> Result<Response, Failure> {
    let list = format!("datasets {run}");
    let (after, limit) = (asked.after_in(&list)?, asked.limit()? as usize);
    let found = adapters.jobs.datasets(&*adapters.catalog, &job, run, at).await?;
    let mut shown: Vec<RunDataset> = found
        .into_iter()
        .filter(|dataset| which == Which::All || dataset.name.is_table())
        .filter(|dataset| after.as_ref().is_none_or(|after| place(dataset) > *after))
        .collect();
    let more = shown.len() > limit;
    shown.truncate(limit);
    let next = shown.last().filter(|_| more).map(|last| place_in(&list, &place(last)));
    let items: Vec<RunDatasetItem> = shown.iter().map(item).collect();
    Ok(page_response(items, next.as_deref(), uri))
}

/// In the order of the list.
fn place(dataset: &RunDataset) -> String {
    let direction = if dataset.direction == Direction::Input { 0 } else { 1 };
    format!("{direction} {}", dataset.name.as_str())
}

fn item(dataset: &RunDataset) -> RunDatasetItem {
    let written = dataset.written.as_ref();
    match dataset.direction {
        Direction::Input => RunDatasetItem::input(&dataset.name, dataset.snapshot),
        Direction::Output => RunDatasetItem::output(
            &dataset.name,
            dataset.snapshot,
            written.map(|written| (written.rows, written.bytes, written.writes)),
        ),
    }
}

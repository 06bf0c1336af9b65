//! What a run has read and written.

use std::collections::BTreeMap;

use domain::{DatasetName, Ending, JobName, Result, Run, RunId, SnapshotId, Timestamp};

use super::records::{self, InputRecord};
use super::{Jobs, keys};
use crate::{Catalog, RunWrites};

/// Which way the data went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// The run read it.
    Input,
    /// The run wrote it.
    Output,
}

/// What a run has read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunDataset {
    /// Its name.
    pub name: DatasetName,
    /// Which way the data went.
    pub direction: Direction,
    /// Of a table, the last snapshot that was read, or that became of a write.
    pub snapshot: Option<SnapshotId>,
    /// Of a table that was written, what was written to it.
    pub written: Option<RunWrites>,
}

/// Inputs of a run that are shown at most: a run reads tables and objects, and this is more than there are.
const MOST: usize = 100_000;

impl Jobs {
    /// What the run has read, and then what it has written, each in order of their names: what was seen of it,
    /// and what it said of itself at its end. Errors: `NotFound` (`RUN_NOT_FOUND`).
    pub async fn datasets(
        &self,
        catalog: &dyn Catalog,
        job: &JobName,
        id: RunId,
        at: Timestamp,
    ) -> Result<Vec<RunDataset>> {
        let run = self.run(job, id, at).await?;
        let mut found = BTreeMap::new();
        for (name, snapshot) in self.inputs(id, at).await? {
            found.insert((Direction::Input, name), (snapshot, None));
        }
        for written in catalog.written_by(id).await? {
            let key = (Direction::Output, DatasetName::from(&written.table));
            found.insert(key, (Some(written.snapshot), Some(written)));
        }
        for said in said(&run) {
            found.entry(said).or_default();
        }
        let found = found.into_iter().map(|((direction, name), (snapshot, written))| RunDataset {
            name,
            direction,
            snapshot,
            written,
        });
        Ok(found.collect())
    }

    /// What was seen to be read by the run, in order of the names; of a table the newest snapshot of it.
    pub async fn inputs(
        &self,
        id: RunId,
        at: Timestamp,
    ) -> Result<Vec<(DatasetName, Option<SnapshotId>)>> {
        let items = self.items.range(&keys::inputs(id, MOST), at).await?;
        let inputs = items.iter().map(|item| {
            let InputRecord { name, snapshot } = records::read(&item.body)?;
            Ok((DatasetName::parse(&name)?, snapshot.map(SnapshotId)))
        });
        let mut inputs = inputs.collect::<Result<Vec<_>>>()?;
        inputs.sort_unstable();
        Ok(inputs)
    }
}

/// What the run says of itself.
fn said(run: &Run) -> Vec<(Direction, DatasetName)> {
    let Some((_, Ending::Completed { inputs, outputs, .. })) = &run.ended else {
        return Vec::new();
    };
    let inputs = inputs.iter().map(|name| (Direction::Input, name.clone()));
    inputs.chain(outputs.iter().map(|name| (Direction::Output, name.clone()))).collect()
}

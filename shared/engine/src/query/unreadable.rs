//! Rows of a STRUCT that another client left in the catalog: DuckLake keeps them as texts in PostgreSQL and
//! cannot read some of them (see `write::inlining`), on no instance.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use domain::{Error, SnapshotId, TableName};
use lru::LruCache;
use service::Catalog;

use super::session::Key;
use crate::{answer, write};

/// Statements that are kept: each try of one costs everyone the instance.
const KEPT: NonZeroUsize = NonZeroUsize::new(64).expect("not zero");

/// What a query read when it failed so.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Reads {
    /// `None` for what may not be kept: it has parameters, or asks for the time.
    pub(super) key: Option<Key>,
    pub(super) snapshot: Option<SnapshotId>,
    pub(super) tables: Vec<TableName>,
}

/// The last that could not be read: of the same snapshot they cannot be.
pub(crate) struct Unreadable(Mutex<LruCache<(Key, SnapshotId), Vec<TableName>>>);

impl Default for Unreadable {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(KEPT)))
    }
}

impl Unreadable {
    /// What was said of this statement at this snapshot.
    pub(super) fn known(&self, key: Option<&Key>, snapshot: Option<SnapshotId>) -> Option<Error> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_empty() {
            return None;
        }
        let tables = known.get(&(key?.clone(), snapshot?))?;
        Some(answer::unreadable(tables))
    }

    /// What is said of a read that failed so on another instance too; `None` where none of its tables has a
    /// STRUCT: then the reader may lack a right to the rows in the catalog, which ends DuckDB in the same
    /// words.
    pub(super) async fn explained(&self, catalog: &dyn Catalog, reads: Reads) -> Option<Error> {
        let mut found = Vec::new();
        for name in reads.tables {
            let table = catalog.find_definition(&name).await.ok().flatten();
            let has_struct = |table: &domain::Table| {
                table.columns.iter().any(|column| write::has_struct(&column.r#type))
            };
            if table.is_some_and(|table| has_struct(&table)) {
                found.push(name);
            }
        }
        if found.is_empty() {
            return None;
        }
        let error = answer::unreadable(&found);
        if let Some(place) = reads.key.zip(reads.snapshot) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).put(place, found);
        }
        Some(error)
    }
}

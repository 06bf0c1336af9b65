//! Definitions of tables that writers asked for lately.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::{Table, TableName};

/// Tables that are remembered.
const TABLES: usize = 256;

/// The tables of one version of the lake's definitions.
#[derive(Default)]
pub(crate) struct Definitions(Mutex<Known>);

#[derive(Default)]
struct Known {
    version: u64,
    tables: HashMap<TableName, Arc<Table>>,
}

impl Definitions {
    /// The table, if it was kept at this version.
    pub(crate) fn get(&self, name: &TableName, version: u64) -> Option<Arc<Table>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (known.version == version).then(|| known.tables.get(name).cloned()).flatten()
    }

    /// Keeps a table that was looked at after the lake was seen at this version. It may be of a later one:
    /// then that is seen before it is asked for again.
    pub(crate) fn keep(&self, version: u64, table: &Arc<Table>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.version > version {
            return;
        }
        if known.version < version || known.tables.len() == TABLES {
            *known = Known { version, tables: HashMap::new() };
        }
        known.tables.insert(table.summary.name.clone(), Arc::clone(table));
    }
}

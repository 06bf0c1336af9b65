//! A DuckDB with the lake attached: opened once, shared, replaced as a whole when it is broken.

mod credentials;
mod open;
mod slot;

use std::sync::{Arc, Mutex};

use service::S3Credentials;

use crate::raw::{Connection, Database, Failure};
use crate::settings::StorageLocation;

pub(crate) use open::open;
pub(crate) use slot::Slot;

/// An open DuckDB with the lake attached, sealed.
pub(crate) struct Instance {
    database: Arc<Database>,
    storage: StorageLocation,
    /// The credentials that its secret holds.
    applied: Mutex<Option<S3Credentials>>,
}

impl Instance {
    /// A connection of one's own: 6 us, so there is no pool, and nothing is left over from the last
    /// one's work.
    pub(crate) fn connect(&self) -> Result<Connection, Failure> {
        Connection::open(&self.database)
    }
}

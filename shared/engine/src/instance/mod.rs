//! A DuckDB with the lake attached: opened once, shared, replaced as a whole when it is broken.

mod credentials;
mod open;
mod slot;

use std::sync::{Arc, Mutex};

use service::S3Credentials;

use crate::query::Sessions;
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
    /// The connections of queries.
    pub(crate) sessions: Arc<Sessions>,
    /// How often the lake's clients had been told to connect anew when this one did.
    pub(crate) generation: u64,
}

impl Instance {
    /// A connection of one's own, on which nothing is left over from another's work.
    pub(crate) fn connect(&self) -> Result<Connection, Failure> {
        Connection::open(&self.database)
    }
}

//! A database, its connections, and how to stop what runs on one.

use std::ffi::CString;
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};

use duckdb::ffi;
use tempfile::TempDir;

use super::{Failure, Prepared, Streaming, owned_text};

/// An open in-memory database; closed when the last connection to it is gone.
pub(crate) struct Database {
    raw: ffi::duckdb_database,
    /// Where it spills; goes once it is closed.
    _scratch: Option<TempDir>,
}

// SAFETY: a duckdb_database may be used from any thread; DuckDB locks inside.
unsafe impl Send for Database {}
// SAFETY: as above; we only ever connect to it and, alone, close it.
unsafe impl Sync for Database {}

impl Database {
    /// Opens a database in memory with these options, which are set before anything can run; `scratch`
    /// is the folder that they name for what does not fit into memory.
    pub(crate) fn open(
        options: &[(&str, String)],
        scratch: Option<TempDir>,
    ) -> Result<Arc<Self>, Failure> {
        let mut config = ptr::null_mut();
        // SAFETY: `config` is a place for the handle; it is destroyed below on every way out.
        if unsafe { ffi::duckdb_create_config(&mut config) } != ffi::DuckDBSuccess {
            return Err(Failure::of("Invalid Configuration", "no memory for the configuration"));
        }
        let opened = set_options(config, options).and_then(|()| open(config));
        // SAFETY: created above and not used after this.
        unsafe { ffi::duckdb_destroy_config(&mut config) };
        opened.map(|raw| Arc::new(Self { raw, _scratch: scratch }))
    }
}

fn set_options(config: ffi::duckdb_config, options: &[(&str, String)]) -> Result<(), Failure> {
    for (name, value) in options {
        let (c_name, c_value) = (c_text(name)?, c_text(value)?);
        // SAFETY: `config` is live, both strings end in NUL and live for this call.
        let state = unsafe { ffi::duckdb_set_config(config, c_name.as_ptr(), c_value.as_ptr()) };
        if state != ffi::DuckDBSuccess {
            return Err(Failure::of("Invalid Configuration", format!("option {name}")));
        }
    }
    Ok(())
}

fn open(config: ffi::duckdb_config) -> Result<ffi::duckdb_database, Failure> {
    let (mut raw, mut error) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: the path is a terminated literal, the rest are live places and a live configuration.
    let state = unsafe { ffi::duckdb_open_ext(c":memory:".as_ptr(), &mut raw, config, &mut error) };
    if state != ffi::DuckDBSuccess {
        // SAFETY: on failure DuckDB hands us an allocated text or null.
        return Err(Failure::new(&unsafe { owned_text(error) }));
    }
    Ok(raw)
}

impl Drop for Database {
    fn drop(&mut self) {
        // SAFETY: every connection holds an Arc of this, so none is open any more.
        unsafe { ffi::duckdb_close(&mut self.raw) };
    }
}

/// One connection. What it left open (a transaction, prepared statements) goes with it.
pub(crate) struct Connection {
    pub(super) raw: ffi::duckdb_connection,
    interrupt: Arc<Interrupt>,
    _database: Arc<Database>,
}

// SAFETY: a connection may be used from any thread, by one at a time; we never share it (no Sync).
unsafe impl Send for Connection {}

impl Connection {
    /// Opens one: some microseconds.
    pub(crate) fn open(database: &Arc<Database>) -> Result<Self, Failure> {
        let mut raw = ptr::null_mut();
        // SAFETY: the database is live and `raw` is a place for the handle.
        if unsafe { ffi::duckdb_connect(database.raw, &mut raw) } != ffi::DuckDBSuccess {
            return Err(Failure::of("Connection", "no connection to the database in memory"));
        }
        let interrupt = Arc::new(Interrupt(Mutex::new(raw)));
        Ok(Self { raw, interrupt, _database: Arc::clone(database) })
    }

    /// Runs statements and answers how many rows the last one changed.
    pub(crate) fn execute(&self, sql: &str) -> Result<u64, Failure> {
        Ok(self.query(sql)?.rows_changed())
    }

    /// Runs statements and keeps the last one's rows: for our own, small ones.
    ///
    /// Not by way of [`Self::prepare`]: outside a transaction `sqlite_query` works on a handle that
    /// its preparation has closed, and says "out of memory".
    pub(crate) fn query(&self, sql: &str) -> Result<Streaming<'_>, Failure> {
        let sql = c_text(sql)?;
        // SAFETY: the connection is live and ours alone, the text ends in NUL, the result is a place.
        Streaming::run(|result| unsafe { ffi::duckdb_query(self.raw, sql.as_ptr(), result) })
    }

    /// Prepares exactly one statement; nothing of it runs.
    pub(crate) fn prepare(&self, sql: &str) -> Result<Prepared<'_>, Failure> {
        Prepared::new(self, &c_text(sql)?)
    }

    /// What stops the statement that runs here.
    pub(crate) fn interrupt(&self) -> Arc<Interrupt> {
        Arc::clone(&self.interrupt)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // First no one may interrupt any more, then it goes.
        *self.interrupt.0.lock().unwrap_or_else(PoisonError::into_inner) = ptr::null_mut();
        if self.is_invalidated() {
            tracing::warn!("a connection of an invalidated DuckDB is left in memory");
            return;
        }
        // SAFETY: the handle is live, ours, and not used after this.
        unsafe { ffi::duckdb_disconnect(&mut self.raw) };
    }
}

impl Connection {
    /// Rolls back what was left open. DuckDB's destructor would do the same, and once the database has
    /// been invalidated it would end the process: it throws there.
    fn is_invalidated(&self) -> bool {
        let rolled_back = self.execute("ROLLBACK");
        rolled_back.is_err_and(|failure| {
            failure.is("FATAL") || failure.says("database has been invalidated")
        })
    }
}

/// Stops what runs on a connection, from any thread.
///
/// DuckDB forgets an interrupt that comes before the statement starts: fire again until it ended.
pub(crate) struct Interrupt(Mutex<ffi::duckdb_connection>);

// SAFETY: the pointer is used under the lock only, and `duckdb_interrupt` is made for other threads.
unsafe impl Send for Interrupt {}
// SAFETY: as above.
unsafe impl Sync for Interrupt {}

impl Interrupt {
    /// Fires once; nothing happens where the connection is gone.
    pub(crate) fn fire(&self) {
        let raw = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !raw.is_null() {
            // SAFETY: not null, so the connection still lives; it clears this under the same lock.
            unsafe { ffi::duckdb_interrupt(*raw) };
        }
    }
}

/// SQL as C wants it. A NUL inside would cut it short.
pub(super) fn c_text(text: &str) -> Result<CString, Failure> {
    CString::new(text).map_err(|_| Failure::of("Parser", "a NUL character stands in the statement"))
}

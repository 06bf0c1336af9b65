//! DuckDB without Eider: what the same work costs in process.
//!
//! A database of the C API, since streaming in chunks and scanning Arrow need its handles, under a
//! connection of the crate's.

use std::ffi::CString;
use std::ptr;

use anyhow::{Context, ensure};
use duckdb::{Connection, ffi};

use crate::attach::Attach;
use crate::place::Place;

/// As much memory as one of Eider's instances has.
const MEMORY: &str = "1GiB";

/// An open database; all of it is closed at its end.
pub(crate) struct Duck {
    /// For statements.
    pub(crate) connection: Connection,
    /// For what the crate hides.
    pub(crate) raw: ffi::duckdb_connection,
    database: ffi::duckdb_database,
}

impl Duck {
    /// Opens an empty one in memory.
    pub(crate) fn open() -> anyhow::Result<Self> {
        let mut config = ptr::null_mut();
        let mut database = ptr::null_mut();
        let mut raw = ptr::null_mut();
        // SAFETY: each call is given a place for its handle, and handles that the one before made.
        let opened = unsafe {
            ffi::duckdb_create_config(&mut config);
            let (name, value) = (c"memory_limit", CString::new(MEMORY)?);
            ffi::duckdb_set_config(config, name.as_ptr(), value.as_ptr());
            let opened =
                ffi::duckdb_open_ext(c":memory:".as_ptr(), &mut database, config, ptr::null_mut());
            ffi::duckdb_destroy_config(&mut config);
            opened == ffi::DuckDBSuccess
                && ffi::duckdb_connect(database, &mut raw) == ffi::DuckDBSuccess
        };
        ensure!(opened, "DuckDB does not open");
        // SAFETY: the database was opened just now, and outlives the connection.
        let connection = unsafe { Connection::open_from_raw(database)? };
        Ok(Self { connection, raw, database })
    }

    /// Opens one with a lake attached as `lake`.
    pub(crate) fn attached(place: &Place, attach: &Attach) -> anyhow::Result<Self> {
        let duck = Self::open()?;
        attach.extensions.iter().try_for_each(|name| duck.load(place, name))?;
        duck.run(&attach.sql)?;
        Ok(duck)
    }

    /// Loads one of the extensions that `./dev fetch` brought.
    pub(crate) fn load(&self, place: &Place, name: &str) -> anyhow::Result<()> {
        let file = place.extensions().join(format!("{name}.duckdb_extension"));
        self.run(&format!("LOAD '{}'", file.display()))
    }

    /// Runs statements for what they do.
    pub(crate) fn run(&self, sql: &str) -> anyhow::Result<()> {
        self.connection.execute_batch(sql).context("DuckDB")
    }

    /// Runs one and fetches all of its rows; says how many they were.
    pub(crate) fn fetch(&self, sql: &str) -> anyhow::Result<usize> {
        let mut statement = self.connection.prepare(sql)?;
        Ok(statement.query_arrow([])?.map(|batch| batch.num_rows()).sum())
    }

    /// Runs one that answers one number.
    pub(crate) fn number(&self, sql: &str) -> anyhow::Result<u64> {
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }

    /// Runs one on the C API's connection, unprepared; its rows are made, and thrown away.
    pub(crate) fn run_raw(&self, sql: &str) -> anyhow::Result<()> {
        let sql = CString::new(sql)?;
        // SAFETY: the connection is live, the text ends in NUL, no result is asked for.
        let state = unsafe { ffi::duckdb_query(self.raw, sql.as_ptr(), ptr::null_mut()) };
        ensure!(state == ffi::DuckDBSuccess, "DuckDB refused {sql:?}");
        Ok(())
    }
}

impl Drop for Duck {
    fn drop(&mut self) {
        // SAFETY: both are live and ours. The crate's connection counts its share of the database.
        unsafe {
            ffi::duckdb_disconnect(&mut self.raw);
            ffi::duckdb_close(&mut self.database);
        }
    }
}

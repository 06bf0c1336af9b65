//! The lake's catalog database: migrations of what is ours in it, listings, ledger look-ups.
//!
//! DuckLake's tables are a published format: what they say is read here by one indexed SQL statement
//! a question, never by the engine. What is ours beside them (the ledger, the changes by table,
//! indexes) is made by numbered migrations and filled by triggers in DuckLake's own commits.
//!
//! - [`PostgresCatalog`] and [`SqliteCatalog`] keep the port `service::Catalog`. Both get one JSON
//!   text per question from the database, which `document` turns into the domain's types.
//! - On SQLite the questions are asked by whoever has the file open (`engine`, through DuckDB):
//!   [`AskSqlite`]. Two SQLite libraries must never have one file open (docs/adr/0003).
//! - [`migrate_postgres`]; [`prepare_sqlite`] and [`migrate_sqlite`].
//! - [`ledger`] is the contract between what the engine writes and what the triggers read.

mod columns;
mod definitions;
mod document;
mod failure;
mod history;
mod layout;
pub mod ledger;
mod migrate;
mod page;
mod postgres;
mod sqlite;
mod together;
mod version;

pub use failure::Failure;
pub use migrate::{Migrated, migrate_postgres, migrate_sqlite, prepare_sqlite};
pub use postgres::{CONNECTIONS, PostgresCatalog};
pub use sqlite::{AskSqlite, SqliteCatalog};
pub use version::{FORMAT, MIGRATION, check as check_version};

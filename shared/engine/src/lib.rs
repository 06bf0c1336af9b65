//! DuckDB and DuckLake: every write to the lake, every query.
//!
//! ```text
//! engine::make_lake(settings.clone()).await?;            // migrations only
//! let engine = engine::Engine::new(settings);            // opens nothing yet
//! let catalog = engine.catalog();                        // SQLite only; else catalog's own
//! let lake = engine.lake(Arc::clone(&catalog));          // Arc<dyn service::Lake>
//! let queries = engine.queries(catalog);                 // Arc<dyn service::QueryEngine>
//! ```
//!
//! Two instances of DuckDB open on first need: one reads (READ_ONLY, the reader's role, callers'
//! SQL), one writes (our own SQL only). Each is sealed once its lake is attached, and replaced as a
//! whole when it breaks. Nothing outside this crate names `duckdb`.

mod answer;
mod engine;
mod error;
mod guard;
mod instance;
mod metadata;
mod query;
mod raw;
mod settings;
mod sql;
mod sqlite_catalog;
mod threads;
mod values;
mod watchdog;
mod write;

#[cfg(test)]
mod tests;

pub use engine::{Engine, make_lake};
pub use settings::{EngineSettings, StorageLocation, Time};

//! The embedded catalog's questions, asked where its file is open: in DuckDB's SQLite.
//!
//! Two SQLite libraries in one process drop each other's locks on a file (FACTS 12), so the adapter
//! in `catalog` has the questions and this has the connection.

use std::sync::Arc;

use async_trait::async_trait;
use catalog::{AskSqlite, Failure};
use domain::{Code, Error};

use crate::instance::{Instance, Slot};
use crate::sql::{METADATA, literal};
use crate::{error, raw, threads, values};

/// Asks on the reading instance.
pub(crate) struct AskEngine(pub(crate) Arc<Slot>);

#[async_trait]
impl AskSqlite for AskEngine {
    async fn ask(&self, sql: &str, parameters: &[Option<String>]) -> Result<String, Failure> {
        let statement = statement(sql, parameters);
        let mut tried = false;
        loop {
            let instance = self.0.get().await.map_err(not_open)?;
            let (on, sql) = (Arc::clone(&instance), statement.clone());
            let answer = threads::run("catalog", move || answer(&on, &sql)).await;
            match answer.map_err(|error| Failure::Other(error.into()))? {
                Ok(text) => return Ok(text),
                Err(failure) if error::is_instance_broken(&failure) && !tried => {
                    self.0.discard(&instance).await;
                    tried = true;
                }
                Err(failure) => return Err(Failure::from_sqlite(failure)),
            }
        }
    }
}

/// As literals, not as parameters: outside a transaction `sqlite_query` cannot be prepared first
/// (see `raw::Connection::query`).
fn statement(sql: &str, parameters: &[Option<String>]) -> String {
    let given: Vec<_> = parameters
        .iter()
        .map(|value| value.as_deref().map_or_else(|| "NULL".to_owned(), literal) + "::VARCHAR")
        .collect();
    let given = match given.len() {
        0 => String::new(),
        _ => format!(", params => row({})", given.join(", ")),
    };
    format!("SELECT * FROM sqlite_query('{METADATA}', {}{given})", literal(sql))
}

fn answer(instance: &Instance, sql: &str) -> Result<String, raw::Failure> {
    let rows = values::texts(&instance.connect()?, sql)?;
    let text = rows.into_iter().flatten().next().flatten();
    text.ok_or_else(|| raw::Failure::of("Invalid Input", "the catalog gave no row"))
}

fn not_open(error: Error) -> Failure {
    match (error.code, error.error_code) {
        (_, error::NO_LAKE) => Failure::Missing(error.into()),
        (Code::Unavailable, _) => Failure::Unreachable(error.into()),
        _ => Failure::Other(error.into()),
    }
}

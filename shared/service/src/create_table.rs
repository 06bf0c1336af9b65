//! A new table from its columns.

use domain::{Access, Caller, Code, Error, Result, RunId, Table, TableDefinition, TableSummary};

use crate::{Catalog, Change, Lake, RecordedWrite, Write, WriteKey, get_table::check_access};

/// The table, and what to say of how it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Created {
    /// The table as it was made (or as it is, where `existed`).
    pub table: Table,
    /// It was there before, and `if_not_exists` was asked.
    pub existed: bool,
    /// The same request had made it before, under the same key.
    pub replayed: bool,
}

/// Makes the table. 409 where one of the name is there, unless `if_not_exists`.
pub async fn create_table(
    catalog: &dyn Catalog,
    lake: &dyn Lake,
    caller: &Caller,
    key: WriteKey,
    run: Option<RunId>,
    definition: TableDefinition,
    if_not_exists: bool,
) -> Result<Created> {
    check_access(caller, &definition.name, Access::Write)?;
    if let Some(recorded) = key.find(catalog).await? {
        return Ok(created(definition, &recorded, true));
    }
    if let Some(table) = catalog.find_table(&definition.name).await? {
        return existing(table, if_not_exists);
    }
    let write = Write { key, run, change: Change::CreateTable(definition.clone()) };
    match lake.write(write).await {
        Ok(outcome) => Ok(created(definition, &outcome.write, outcome.replayed)),
        // A twin was faster: the same answer as if it had been there from the start.
        Err(error) if error.error_code == "TABLE_EXISTS" => {
            match catalog.find_table(&definition.name).await? {
                Some(table) => existing(table, if_not_exists),
                None => Err(error),
            }
        }
        Err(error) => Err(error),
    }
}

fn existing(table: Table, if_not_exists: bool) -> Result<Created> {
    if if_not_exists {
        return Ok(Created { table, existed: true, replayed: false });
    }
    Err(Error::new(
        Code::Conflict,
        "TABLE_EXISTS",
        format!(
            "The table `{}` is there already; choose another name, or send \"if_not_exists\": true.",
            table.summary.name
        ),
    ))
}

/// The answer from the request and the ledger alone, so that a replay gives the very first answer.
fn created(definition: TableDefinition, recorded: &RecordedWrite, replayed: bool) -> Created {
    let summary = TableSummary {
        name: definition.name,
        row_count: 0,
        size_bytes: 0,
        file_count: 0,
        snapshot: recorded.snapshot,
        created_at: recorded.at,
        updated_at: recorded.at,
        comment: definition.comment,
    };
    Created {
        table: Table { id: 0, summary, columns: definition.columns },
        existed: false,
        replayed,
    }
}

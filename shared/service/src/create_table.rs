//! A new table from its columns.

use domain::{
    Access, Caller, Code, Error, Result, Table, TableDefinition, TableName, TableSummary,
};

use crate::{Catalog, Change, Lake, Origin, RecordedWrite, get_table::check_access};

/// The table, and what to say of how it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Created {
    /// The table as it was made (or as it is, where `existed`).
    pub table: Table,
    /// It was there before, and `if_not_exists` was asked.
    pub existed: bool,
    /// The same request had been answered before, under the same key.
    pub replayed: bool,
}

/// Makes the table. 409 where one of the name is there, unless `if_not_exists`.
pub async fn create_table(
    catalog: &dyn Catalog,
    lake: &dyn Lake,
    caller: &Caller,
    origin: Origin,
    definition: TableDefinition,
    if_not_exists: bool,
) -> Result<Created> {
    check_access(caller, &definition.name, Access::Write)?;
    if let Some(recorded) = origin.key.find(catalog).await? {
        return replayed(catalog, definition, &recorded).await;
    }
    if let Some(table) = catalog.find_table(&definition.name).await? {
        return existing(catalog, lake, origin, definition, table, if_not_exists).await;
    }
    let write = origin.clone().write(Change::CreateTable(definition.clone()));
    match lake.write(write).await {
        Ok(outcome) => Ok(created(definition, &outcome.write, outcome.replayed)),
        // Another was faster: the same answer as if it had been there from the start.
        Err(error) if error.error_code == "TABLE_EXISTS" => {
            match catalog.find_table(&definition.name).await? {
                Some(table) => {
                    existing(catalog, lake, origin, definition, table, if_not_exists).await
                }
                None => Err(error),
            }
        }
        Err(error) => Err(error),
    }
}

/// One of the name is there: a twin under the same key made it, or it is what was asked for, or 409.
async fn existing(
    catalog: &dyn Catalog,
    lake: &dyn Lake,
    origin: Origin,
    definition: TableDefinition,
    table: Table,
    if_not_exists: bool,
) -> Result<Created> {
    if let Some(recorded) = origin.key.find(catalog).await? {
        return replayed(catalog, definition, &recorded).await;
    }
    let (name, snapshot) = (table.summary.name.clone(), table.summary.snapshot);
    if !if_not_exists {
        return Err(Error::new(
            Code::Conflict,
            "TABLE_EXISTS",
            format!(
                "The table `{name}` is there already; choose another name, or send \
                 \"if_not_exists\": true."
            ),
        ));
    }
    if !origin.key.by_caller {
        return Ok(Created { table, existed: true, replayed: false });
    }
    // The key stands for this answer from now on.
    let outcome = lake.write(origin.write(Change::KeepTable { table: name, snapshot })).await?;
    Ok(Created { table, existed: true, replayed: outcome.replayed })
}

/// What the same request was answered before.
async fn replayed(
    catalog: &dyn Catalog,
    definition: TableDefinition,
    recorded: &RecordedWrite,
) -> Result<Created> {
    if recorded.changed {
        return Ok(created(definition, recorded, true));
    }
    match catalog.find_table(&definition.name).await? {
        Some(table) => Ok(Created { table, existed: true, replayed: true }),
        None => Err(gone(&definition.name)),
    }
}

fn gone(name: &TableName) -> Error {
    Error::new(
        Code::Conflict,
        "TABLE_CHANGED",
        format!(
            "The table `{name}` was there when this Idempotency-Key was first used, and has been \
             dropped since; send a new key to make it."
        ),
    )
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

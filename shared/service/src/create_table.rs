//! A new table from its columns.

use domain::{Access, Caller, Code, Error, Result, Table, TableDefinition, TableSummary};

use crate::{Catalog, Change, Lake, Origin, RecordedWrite, get_table::check_access};

/// What a creation asks.
#[derive(Debug, Clone)]
pub struct CreateTable {
    /// Its key, its run, its time.
    pub origin: Origin,
    /// The table.
    pub definition: TableDefinition,
    /// A table of the name is as good.
    pub if_not_exists: bool,
}

/// How the table came.
#[derive(Debug, Clone, PartialEq)]
pub struct Created {
    /// The document: of the table as it was made, or as it was where it had `existed`.
    pub document: String,
    /// It was there before, and `if_not_exists` was asked.
    pub existed: bool,
    /// The same request had been answered before, under the same key.
    pub replayed: bool,
}

/// Makes the table. 409 where one of the name is there, unless `if_not_exists`. `describe` writes the
/// answer's document.
pub async fn create_table(
    catalog: &dyn Catalog,
    lake: &dyn Lake,
    caller: &Caller,
    request: CreateTable,
    describe: &(dyn Fn(Table) -> Result<String> + Sync),
) -> Result<Created> {
    let CreateTable { origin, definition, .. } = &request;
    check_access(caller, &definition.name, Access::Write)?;
    if let Some(recorded) = origin.key.find(catalog).await? {
        return answered(&request, recorded, true, describe);
    }
    if let Some(table) = catalog.find_table(&definition.name).await? {
        return existing(catalog, lake, &request, table, describe).await;
    }
    let write = origin.clone().write(Change::CreateTable(definition.clone()));
    match lake.write(write).await {
        Ok(outcome) => answered(&request, outcome.write, outcome.replayed, describe),
        // Another was faster: the same answer as if it had been there from the start.
        Err(error) if error.error_code == "TABLE_EXISTS" => {
            match catalog.find_table(&definition.name).await? {
                Some(table) => existing(catalog, lake, &request, table, describe).await,
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
    request: &CreateTable,
    table: Table,
    describe: &(dyn Fn(Table) -> Result<String> + Sync),
) -> Result<Created> {
    let CreateTable { origin, if_not_exists, .. } = request;
    if let Some(recorded) = origin.key.find(catalog).await? {
        return answered(request, recorded, true, describe);
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
    let document = describe(table)?;
    if !origin.key.by_caller {
        return Ok(Created { document, existed: true, replayed: false });
    }
    // The key stands for this answer from now on.
    let keep = Change::KeepTable { table: name, snapshot, answer: document };
    let outcome = lake.write(origin.clone().write(keep)).await?;
    answered(request, outcome.write, outcome.replayed, describe)
}

/// The answer from the ledger and the request alone, so that a replay gives the very first one.
fn answered(
    request: &CreateTable,
    recorded: RecordedWrite,
    replayed: bool,
    describe: &(dyn Fn(Table) -> Result<String> + Sync),
) -> Result<Created> {
    if let Some(document) = recorded.answer {
        return Ok(Created { document, existed: true, replayed });
    }
    let TableDefinition { name, columns, comment } = request.definition.clone();
    let summary = TableSummary {
        name,
        row_count: 0,
        size_bytes: 0,
        file_count: 0,
        snapshot: recorded.snapshot,
        created_at: recorded.at,
        updated_at: recorded.at,
        comment,
    };
    let document = describe(Table { id: 0, summary, columns })?;
    Ok(Created { document, existed: false, replayed })
}

//! A table goes, with its rows.

use domain::{Access, Caller, Result, RunId, TableName};

use crate::{Catalog, Change, Lake, Write, WriteKey, get_table};

/// Drops the table; `true` where the same request had dropped it before.
pub async fn delete_table(
    catalog: &dyn Catalog,
    lake: &dyn Lake,
    caller: &Caller,
    key: WriteKey,
    run: Option<RunId>,
    table: TableName,
) -> Result<bool> {
    get_table::check_access(caller, &table, Access::Write)?;
    if key.find(catalog).await?.is_some() {
        return Ok(true);
    }
    get_table::require(catalog, caller, &table, Access::Write).await?;
    let outcome = lake.write(Write { key, run, change: Change::DropTable(table) }).await?;
    Ok(outcome.replayed)
}

//! A table goes, with its rows.

use domain::{Access, Caller, Error, Result, TableName};

use crate::{Catalog, Change, Lake, Origin, WriteKey, get_table};

/// Drops the table; `true` where the same request had dropped it before.
pub async fn delete_table(
    catalog: &dyn Catalog,
    lake: &dyn Lake,
    caller: &Caller,
    origin: Origin,
    table: TableName,
) -> Result<bool> {
    get_table::check_access(caller, &table, Access::Write)?;
    if origin.key.find(catalog).await?.is_some() {
        return Ok(true);
    }
    let key = origin.key.clone();
    if let Err(error) = get_table::require(catalog, caller, &table, Access::Write).await {
        return by_twin(catalog, &key, error).await;
    }
    match lake.write(origin.write(Change::DropTable(table))).await {
        Ok(outcome) => Ok(outcome.replayed),
        Err(error) => by_twin(catalog, &key, error).await,
    }
}

/// A table that is gone may have been dropped by a twin under the same key.
async fn by_twin(catalog: &dyn Catalog, key: &WriteKey, error: Error) -> Result<bool> {
    if error.error_code == "TABLE_NOT_FOUND" && key.find(catalog).await?.is_some() {
        return Ok(true);
    }
    Err(error)
}

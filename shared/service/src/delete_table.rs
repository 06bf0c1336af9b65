//! A table goes, with its rows; or a view.

use domain::{Access, Caller, Error, Result, TableName};

use crate::{Catalog, Change, DropTable, Lake, Origin, WriteKey, get_table};

/// Drops the table; `true` where the same request had dropped it before.
pub async fn delete_table(
    catalog: &dyn Catalog,
    lake: &dyn Lake,
    caller: &Caller,
    origin: Origin,
    name: TableName,
) -> Result<bool> {
    get_table::check_access(caller, &name, Access::Write)?;
    if origin.key.find(catalog).await?.is_some() {
        return Ok(true);
    }
    let key = origin.key.clone();
    let table = match get_table::require(catalog, caller, &name, Access::Write).await {
        Ok(table) => table,
        Err(error) => return by_twin(catalog, &key, error).await,
    };
    let write = origin.write_to(&table, Change::DropTable(DropTable::of(&table)))?;
    match lake.write(write).await {
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

//! One table, for a caller who may see it.

use domain::{Access, Caller, Code, Error, Result, Table, TableName};

use crate::Catalog;

/// The table with its columns; 404 where it is not there or the caller may not read it.
pub async fn get_table(catalog: &dyn Catalog, caller: &Caller, name: &TableName) -> Result<Table> {
    require(catalog, caller, name, Access::Read).await
}

/// The table, if the caller may touch it so. Who may not read it learns nothing of it.
pub(crate) async fn require(
    catalog: &dyn Catalog,
    caller: &Caller,
    name: &TableName,
    access: Access,
) -> Result<Table> {
    check_access(caller, name, access)?;
    catalog.find_table(name).await?.ok_or_else(|| not_found(name))
}

/// 403 for a reader who wants to write; 404 for one who may not even read.
pub(crate) fn check_access(caller: &Caller, name: &TableName, access: Access) -> Result<()> {
    if caller.grants.allow(name, access) {
        return Ok(());
    }
    if caller.grants.allow(name, Access::Read) {
        return Err(Error::new(
            Code::Forbidden,
            "TABLE_WRITE_DENIED",
            format!("You may read the table `{name}` but not change it."),
        ));
    }
    Err(not_found(name))
}

pub(crate) fn not_found(name: &TableName) -> Error {
    Error::new(
        Code::NotFound,
        "TABLE_NOT_FOUND",
        format!(
            "There is no table `{name}` that you may see; GET /tables lists those that you may."
        ),
    )
}

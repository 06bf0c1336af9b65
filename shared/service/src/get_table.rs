//! One table, for a caller who may see it.

use std::sync::Arc;

use domain::{Access, Caller, Code, Error, Kind, Point, Result, Table, TableName};

use crate::Catalog;

/// The table with its columns; 404 where it is not there or the caller may not read it.
pub async fn get_table(
    catalog: &dyn Catalog,
    caller: &Caller,
    name: &TableName,
    at: Point,
) -> Result<Table> {
    check_access(caller, name, Access::Read)?;
    catalog.find_table(name, at).await?.ok_or_else(|| not_found(name))
}

/// The table, for one who wants to write rows to it: no view. Its counts and its last snapshot may be old.
pub(crate) async fn require_writable(
    catalog: &dyn Catalog,
    caller: &Caller,
    name: &TableName,
) -> Result<Arc<Table>> {
    check_access(caller, name, Access::Write)?;
    let table = catalog.find_definition(name).await?.ok_or_else(|| not_found(name))?;
    match table.summary.kind {
        Kind::Table => Ok(table),
        Kind::View => Err(Error::new(
            Code::Conflict,
            "IS_A_VIEW",
            format!("`{name}` is a view and holds no rows; write to the tables that it reads."),
        )),
    }
}

/// The table, if the caller may touch it so. Who may not read it learns nothing of it.
pub(crate) async fn require(
    catalog: &dyn Catalog,
    caller: &Caller,
    name: &TableName,
    access: Access,
) -> Result<Table> {
    check_access(caller, name, access)?;
    catalog.find_table(name, Point::Newest).await?.ok_or_else(|| not_found(name))
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

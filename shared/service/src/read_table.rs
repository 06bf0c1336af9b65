//! A table's rows, whole.

use domain::{Access, Caller, Result, TableName};

use crate::{Catalog, Deadlines, Query, QueryEngine, Rows, Select};

/// Streams the table at its newest snapshot.
pub async fn read_table(
    catalog: &dyn Catalog,
    engine: &dyn QueryEngine,
    caller: &Caller,
    table: TableName,
    deadlines: Deadlines,
) -> Result<Rows> {
    crate::get_table::require(catalog, caller, &table, Access::Read).await?;
    engine
        .query(Query {
            select: Select::Table(table),
            grants: caller.grants.clone(),
            limit: None,
            deadlines,
        })
        .await
}

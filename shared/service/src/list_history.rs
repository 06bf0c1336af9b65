//! What happened to a table.

use domain::{Caller, Point, Result, SnapshotId, TableName};

use crate::{Catalog, HistoryPage, TableChange, get_table};

/// A page of the table's history, newest first, and whether there is more of it.
pub async fn list_history(
    catalog: &dyn Catalog,
    caller: &Caller,
    name: &TableName,
    before: Option<SnapshotId>,
    limit: u32,
) -> Result<(Vec<TableChange>, bool)> {
    let table = get_table(catalog, caller, name, Point::Newest).await?;
    let page = HistoryPage { table_id: table.id, before, limit: limit + 1 };
    let mut changes = catalog.history(&page).await?;
    let more = changes.len() > limit as usize;
    changes.truncate(limit as usize);
    Ok((changes, more))
}

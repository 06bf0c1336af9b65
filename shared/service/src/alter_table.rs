//! A table's definition changes.

use domain::{
    Access, Caller, Code, Error, Kind, Point, Result, Table, TableLimits, TableName, TablePatch,
};

use crate::write::after_commit;
use crate::{AlterTable, Catalog, Change, Lake, Origin, RecordedWrite, get_table};

/// Makes the changes, in one snapshot; the table as it is then, and whether the same request had made
/// them before.
pub async fn alter_table(
    catalog: &dyn Catalog,
    lake: &dyn Lake,
    caller: &Caller,
    origin: Origin,
    name: TableName,
    patch: TablePatch,
    limits: TableLimits,
) -> Result<(Table, bool)> {
    get_table::check_access(caller, &name, Access::Write)?;
    if let Some(recorded) = origin.begin(catalog).await? {
        return Ok((as_changed(catalog, &recorded).await?, true));
    }
    let table = get_table::require(catalog, caller, &name, Access::Write).await?;
    if table.summary.kind == Kind::View {
        return Err(Error::new(
            Code::Conflict,
            "IS_A_VIEW",
            format!("`{name}` is a view; delete it and make it anew to change it."),
        ));
    }
    // Also what is asked against a table that has changed since is told so, not that it does not fit.
    origin.check(&table)?;
    let after = patch.apply(&table)?;
    limits.check_patch(&patch, &after)?;
    let change = Change::AlterTable(AlterTable {
        table: name,
        table_id: table.id,
        table_snapshot: table.summary.snapshot,
        columns: table.columns.clone(),
        layout: table.layout.clone(),
        patch,
    });
    let outcome = lake.write(origin.write_to(&table, change)?).await?;
    let changed = as_changed(catalog, &outcome.write).await.map_err(after_commit)?;
    Ok((changed, outcome.replayed))
}

/// As that snapshot left it: a replay says the same.
async fn as_changed(catalog: &dyn Catalog, recorded: &RecordedWrite) -> Result<Table> {
    let then = catalog.find_table(&recorded.table, Point::Snapshot(recorded.snapshot)).await?;
    then.ok_or_else(|| Error::internal("a table that was changed is not in its own snapshot"))
}

//! The document of a table; of a view with the columns that its query gives.

use api::TableDocument;
use async_trait::async_trait;
use domain::{Caller, Code, Column, ColumnType, Error, Name, Result, SnapshotId, Table};
use service::{Describe, Query, ResultColumn, Select};

use crate::Adapters;

/// The document; of a view as it was at a snapshot, if one is given.
pub(crate) async fn document(
    adapters: &Adapters,
    caller: &Caller,
    mut table: Table,
    snapshot: Option<SnapshotId>,
) -> Result<TableDocument> {
    // Of one that was just made they are known.
    if table.view.is_some() && table.columns.is_empty() {
        let select = Select::table(table.summary.name.clone());
        let query = Query::of(select, caller.grants.clone());
        let query = Query { limit: Some(0), snapshot, ..query };
        table.columns = match adapters.queries.query(query).await {
            Ok(rows) => rows.columns.iter().filter_map(column).collect(),
            // What it reads may be gone, or may not be the caller's to read: it is there all the same.
            // Its query then is not shown either: it names them.
            Err(error) if error.code == Code::Invalid => {
                table.view = None;
                Vec::new()
            }
            Err(error) => return Err(error),
        };
    }
    Ok(TableDocument::from(table))
}

/// Documents as JSON, for a caller.
pub(crate) struct Documents<'a> {
    pub(crate) adapters: &'a Adapters,
    pub(crate) caller: &'a Caller,
}

#[async_trait]
impl Describe for Documents<'_> {
    async fn describe(&self, table: Table) -> Result<String> {
        let snapshot = Some(table.read_at);
        let document = document(self.adapters, self.caller, table, snapshot).await?;
        serde_json::to_string(&document).map_err(Error::internal)
    }
}

/// What no table could have is not shown.
pub(crate) fn column(column: &ResultColumn) -> Option<Column> {
    Some(Column {
        name: Name::parse("column", &column.name).ok()?,
        r#type: ColumnType::parse(&column.r#type).ok()?,
        nullable: true,
        default: None,
        comment: None,
    })
}

//! Which tables there are, a page at a time.

use domain::{Caller, Grants, Name, Point, Result, TableName, TableSummary};

use crate::{Catalog, TablePage};

/// What a listing asks.
#[derive(Debug, Clone)]
pub struct ListTables {
    /// Only tables after this name.
    pub after: Option<TableName>,
    /// Only those of this schema.
    pub schema: Option<Name>,
    /// Only those whose name begins so.
    pub prefix: Option<String>,
    /// As of when.
    pub point: Point,
    /// So many at most.
    pub limit: u32,
}

/// A page, and whether there is another after it.
pub async fn list_tables(
    catalog: &dyn Catalog,
    caller: &Caller,
    request: ListTables,
) -> Result<(Vec<TableSummary>, bool)> {
    let within = match &caller.grants {
        Grants::All => None,
        Grants::Tables(granted) => Some(granted.iter().map(|(name, _)| name.clone()).collect()),
    };
    let ListTables { after, schema, prefix, point, limit } = request;
    let page = TablePage { after, within, schema, prefix, point, limit: limit + 1 };
    let mut tables = catalog.list_tables(&page).await?;
    let more = tables.len() > limit as usize;
    tables.truncate(limit as usize);
    Ok((tables, more))
}

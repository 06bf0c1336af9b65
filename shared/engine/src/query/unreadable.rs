//! Rows of a STRUCT that another client left in the catalog: DuckLake keeps them as texts in PostgreSQL and
//! cannot read some of them (see `write::inlining`), on no instance.

use domain::{Error, TableName};
use service::Catalog;

use crate::{answer, write};

/// What is said of a read of these tables that failed so on another instance too; `None` where none of them
/// has a STRUCT: then the reader may lack a right to the rows in the catalog, which ends DuckDB in the same
/// words.
pub(super) async fn explained(catalog: &dyn Catalog, tables: &[TableName]) -> Option<Error> {
    let mut found = Vec::new();
    for name in tables {
        let table = catalog.find_definition(name).await.ok().flatten();
        if table.is_some_and(|t| t.columns.iter().any(|column| write::has_struct(&column.r#type))) {
            found.push(name);
        }
    }
    (!found.is_empty()).then(|| answer::unreadable(&found))
}

//! Which table of the lake a name means.

use domain::{Access, DEFAULT_SCHEMA, Grants, Name, TableName};

use crate::sql::LAKE;

/// The table, if `schema.name` can be one and the caller may read it.
///
/// Where the lake has no such table, DuckDB takes the whole name for a file (`lake.main.x.csv`): one
/// that leads upwards could end among the lake's own files.
pub(super) fn readable(schema: &str, name: &str, grants: &Grants) -> Option<TableName> {
    let schema = if schema.is_empty() { DEFAULT_SCHEMA } else { schema };
    let table = TableName {
        schema: Name::parse("schema", schema).ok()?,
        name: Name::parse("table", name).ok()?,
    };
    let fits = !is_reserved(&table.schema) && !leads_upwards(&table);
    (fits && grants.allow(&table, Access::Read)).then_some(table)
}

/// Schemas in which no table can be made are DuckDB's and DuckLake's own.
fn is_reserved(schema: &Name) -> bool {
    let any = Name::parse("table", "t");
    any.is_ok_and(|name| TableName { schema: schema.clone(), name }.check_creatable().is_err())
}

fn leads_upwards(table: &TableName) -> bool {
    let path = format!("{LAKE}.{}.{}", table.schema.as_str(), table.name.as_str());
    path.split(['/', '\\']).any(|segment| segment == "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_are_names_and_ways_out_are_not() {
        let found = |schema, name| readable(schema, name, &Grants::All).is_some();
        assert!(
            found("", "a/b") && found("", "..") && found("a.b", "50%") && found("Main", "..b/c..")
        );
        assert!(!found("", "x/../y.parquet") && !found("", "x\\.."));
        assert!(!found("x/", "./y") && !found("x", "/../y"));
        assert!(!found("Temp", "t") && !found("__DuckLake_x", "t") && !found("", ""));
    }
}

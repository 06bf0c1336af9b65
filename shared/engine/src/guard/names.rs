//! Which table of the lake a name means.

use domain::{Access, DEFAULT_SCHEMA, Grants, Name, TableName};

use super::scope::Names;
use crate::sql::LAKE;

/// The table, if `catalog.schema.name` can be one and the caller may read it.
///
/// Where the lake has no such table, DuckDB takes the whole name for a file (`lake.main.x.csv`): one
/// that leads upwards could end among the lake's own files.
pub(super) fn readable(parts: [&str; 3], names: &Names<'_>, grants: &Grants) -> Option<TableName> {
    let table = resolve(parts, names.of_view, names.schema)?;
    let fits = !is_reserved(&table.schema) && !leads_upwards(&table);
    (fits && grants.allow(&table, Access::Read)).then_some(table)
}

/// The table that a name means. Views name the lake too, callers never do.
pub(super) fn resolve(
    parts: [&str; 3],
    of_view: bool,
    default: Option<&Name>,
) -> Option<TableName> {
    let default = default.map_or(DEFAULT_SCHEMA, Name::as_str);
    let is_lake = |part: &str| of_view && part.eq_ignore_ascii_case(LAKE);
    let (schema, name) = match parts {
        ["", "", name] => (default, name),
        ["", lake, name] if is_lake(lake) => (DEFAULT_SCHEMA, name),
        [lake, "", name] if is_lake(lake) => (DEFAULT_SCHEMA, name),
        ["", schema, name] => (schema, name),
        [lake, schema, name] if is_lake(lake) => (schema, name),
        _ => return None,
    };
    let schema = Name::parse("schema", schema).ok()?;
    Some(TableName { schema, name: Name::parse("table", name).ok()? })
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

    const CALLERS: Names<'_> =
        Names { this: None, schema: None, of_view: false, snapshot_given: false };

    #[test]
    fn odd_names_are_names_and_ways_out_are_not() {
        let found = |schema, name| readable(["", schema, name], &CALLERS, &Grants::All).is_some();
        assert!(
            found("", "a/b") && found("", "..") && found("a.b", "50%") && found("Main", "..b/c..")
        );
        assert!(!found("", "x/../y.parquet") && !found("", "x\\.."));
        assert!(!found("x/", "./y") && !found("x", "/../y"));
        assert!(!found("Temp", "t") && !found("__DuckLake_x", "t") && !found("", ""));
    }

    #[test]
    fn names_without_a_schema_are_of_the_default_one_and_views_name_the_lake() {
        let raw = Name::parse("schema", "raw").expect("a name");
        let table =
            |parts, of_view| resolve(parts, of_view, Some(&raw)).map(|table| table.to_string());
        assert_eq!(table(["", "", "t"], false).as_deref(), Some("raw.t"));
        assert_eq!(table(["", "x", "t"], false).as_deref(), Some("x.t"));
        assert_eq!(table(["lake", "x", "t"], false), None);
        assert_eq!(table(["LAKE", "x", "t"], true).as_deref(), Some("x.t"));
        assert_eq!(table(["", "lake", "t"], true).as_deref(), Some("t"));
        assert_eq!(table(["memory", "x", "t"], true), None);
    }
}

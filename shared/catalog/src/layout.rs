//! From DuckLake's partitions, sort orders and views to the domain's.

use domain::{Layout, Name, PartitionKey, SortKey, View};
use serde::Deserialize;

/// Transform and column.
#[derive(Debug, Deserialize)]
pub(crate) struct PartitionDocument(String, String);

/// Expression, direction and order of NULLs.
#[derive(Debug, Deserialize)]
pub(crate) struct SortDocument(String, String, String);

/// Keys that Eider's grammar has not, of another client, are left out.
pub(crate) fn build(partition: Vec<PartitionDocument>, sort: Vec<SortDocument>) -> Layout {
    let partition = partition.into_iter().filter_map(|PartitionDocument(transform, column)| {
        PartitionKey::from_ducklake(&transform, Name::parse("column", &column).ok()?)
    });
    let sort = sort.into_iter().filter_map(|SortDocument(expression, direction, nulls)| {
        let text = format!("{expression} {direction} {}", nulls.replace('_', " "));
        SortKey::parse(&text).ok()
    });
    Layout { partition_by: partition.collect(), sort_by: sort.collect() }
}

/// The body as DuckLake keeps it, and the names of its columns, which it keeps as a list of identifiers.
pub(crate) fn view(sql: String, columns: Option<&str>) -> View {
    let mut names = Vec::new();
    let mut rest = columns.unwrap_or_default();
    while let Some(quoted) = rest.find('"').map(|at| &rest[at + 1..]) {
        let mut end = 0;
        while let Some(found) = quoted[end..].find('"') {
            end += found;
            if !quoted[end + 1..].starts_with('"') {
                break;
            }
            end += 2;
        }
        names.push(quoted[..end].replace("\"\"", "\""));
        rest = quoted.get(end + 1..).unwrap_or_default();
    }
    View { sql, columns: names }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_a_views_columns_are_read() {
        let columns = |text| view(String::new(), text).columns;
        assert_eq!(columns(None), Vec::<String>::new());
        assert_eq!(columns(Some("")), Vec::<String>::new());
        assert_eq!(columns(Some(r#""x", "a ""b"", c""#)), ["x", r#"a "b", c"#]);
        assert_eq!(columns(Some("\"open")), [""]);
    }
}

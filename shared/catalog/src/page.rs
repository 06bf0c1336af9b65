//! What is asked of tables, as the text parameters of `queries/*_tables.sql`.

use domain::{Name, Point, TableName};
use serde_json::json;
use service::{HistoryPage, TablePage};

/// The nine parameters, in order. `None` is NULL.
pub(crate) type Parameters = Vec<Option<String>>;

/// A page of a listing.
pub(crate) fn of(page: &TablePage) -> Parameters {
    let (snapshot, time) = point(page.point);
    vec![
        page.after.as_ref().map(|name| name.schema.folded()),
        page.after.as_ref().map(|name| name.name.folded()),
        page.within.as_deref().map(names),
        Some(page.limit.to_string()),
        Some(false.to_string()),
        snapshot,
        time,
        page.schema.as_ref().map(Name::folded),
        page.prefix.as_ref().map(|prefix| prefix.to_ascii_lowercase()),
    ]
}

/// One table with its columns.
pub(crate) fn one(name: &TableName, at: Point) -> Parameters {
    let (snapshot, time) = point(at);
    let within = Some(names(std::slice::from_ref(name)));
    let (limit, columns) = (Some("1".to_owned()), Some(true.to_string()));
    vec![None, None, within, limit, columns, snapshot, time, None, None]
}

/// No table: only which snapshot it is.
pub(crate) fn none(at: Point) -> Parameters {
    let (snapshot, time) = point(at);
    let (limit, columns) = (Some("0".to_owned()), Some(false.to_string()));
    vec![None, None, None, limit, columns, snapshot, time, None, None]
}

/// A page of a table's history, as the three parameters of `queries/*_history.sql`.
pub(crate) fn of_history(page: &HistoryPage) -> Parameters {
    let before = page.before.map(|snapshot| snapshot.to_string());
    vec![Some(page.table_id.to_string()), before, Some(page.limit.to_string())]
}

/// The snapshot, or the time as DuckLake writes it.
fn point(at: Point) -> (Option<String>, Option<String>) {
    match at {
        Point::Newest => (None, None),
        // No catalog counts further than a BIGINT.
        Point::Snapshot(id) => (Some(id.0.min(i64::MAX as u64).to_string()), None),
        Point::Time(at) => (None, Some(at.strftime("%Y-%m-%d %H:%M:%S.%6f+00").to_string())),
    }
}

fn names(names: &[TableName]) -> String {
    names
        .iter()
        .map(|name| json!([name.schema.folded(), name.name.folded()]))
        .collect::<serde_json::Value>()
        .to_string()
}

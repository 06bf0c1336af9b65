//! What is asked of tables, as the text parameters of `queries/*_tables.sql`.

use domain::TableName;
use serde_json::json;
use service::TablePage;

/// The five parameters, in order. `None` is NULL.
pub(crate) type Parameters = Vec<Option<String>>;

/// A page of a listing.
pub(crate) fn of(page: &TablePage) -> Parameters {
    let within = page.within.as_deref().map(names);
    let limit = page.limit.to_string();
    parameters(page.after.as_ref(), within, limit, false)
}

/// One table with its columns.
pub(crate) fn one(name: &TableName) -> Parameters {
    parameters(None, Some(names(std::slice::from_ref(name))), "1".to_owned(), true)
}

fn parameters(
    after: Option<&TableName>,
    within: Option<String>,
    limit: String,
    columns: bool,
) -> Parameters {
    vec![
        after.map(|name| name.schema.folded()),
        after.map(|name| name.name.folded()),
        within,
        Some(limit),
        Some(columns.to_string()),
    ]
}

fn names(names: &[TableName]) -> String {
    names
        .iter()
        .map(|name| json!([name.schema.folded(), name.name.folded()]))
        .collect::<serde_json::Value>()
        .to_string()
}

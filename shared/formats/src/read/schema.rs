//! What every schema must keep, whatever format it came in.

use std::collections::HashSet;

use arrow_schema::{DataType, Field, Schema};
use domain::{Error, Result, limits};

/// Columns are there, each name once (without case, as DuckDB compares), none nested too deep.
pub(crate) fn check(schema: &Schema) -> Result<()> {
    if schema.fields().is_empty() {
        return Err(Error::invalid("NO_COLUMNS", "The body has no columns; send at least one."));
    }
    let mut seen = HashSet::new();
    let twice = |field: &&std::sync::Arc<Field>| !seen.insert(field.name().to_ascii_lowercase());
    if let Some(field) = schema.fields().iter().find(twice) {
        let detail = format!(
            "The body names the column `{}` twice (names are equal without case); rename one.",
            field.name()
        );
        return Err(Error::invalid("DUPLICATE_COLUMN", detail)
            .field(field.name(), "stands in the body twice"));
    }
    check_depth(schema)
}

/// No column nests deeper than tables may.
pub(crate) fn check_depth(schema: &Schema) -> Result<()> {
    match schema.fields().iter().find(|field| nests_past(field.data_type(), limits::TYPE_DEPTH)) {
        None => Ok(()),
        Some(field) => Err(Error::invalid(
            "TYPE_TOO_DEEP",
            format!(
                "The column `{}` nests deeper than {} levels; flatten it.",
                field.name(),
                limits::TYPE_DEPTH
            ),
        )
        .field(field.name(), "nests too deep")),
    }
}

fn nests_past(data_type: &DataType, levels: usize) -> bool {
    use DataType as D;
    let within = |field: &Field| levels == 0 || nests_past(field.data_type(), levels - 1);
    match data_type {
        D::List(field)
        | D::LargeList(field)
        | D::ListView(field)
        | D::LargeListView(field)
        | D::FixedSizeList(field, _)
        | D::RunEndEncoded(_, field) => within(field),
        // The struct of key and value inside a map is no level of its own.
        D::Map(entries, _) => match entries.data_type() {
            D::Struct(pair) => pair.iter().any(|field| within(field)),
            _ => within(entries),
        },
        D::Struct(fields) => fields.iter().any(|field| within(field)),
        D::Union(fields, _) => fields.iter().any(|(_, field)| within(field)),
        D::Dictionary(_, values) => levels == 0 || nests_past(values, levels - 1),
        _ => false,
    }
}

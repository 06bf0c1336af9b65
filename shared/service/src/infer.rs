//! The columns of a table that is made from a body: what its types are in DuckLake.

use arrow_schema::{DataType, Field, Schema, TimeUnit};
use domain::{Column, ColumnType, Error, Name, Result};

/// The columns for rows of this schema; 422 naming those of a type that DuckLake does not keep.
pub fn columns_of(schema: &Schema) -> Result<Vec<Column>> {
    let mut error = Error::invalid(
        "TYPE_NOT_KEPT",
        "The body has columns of types that DuckLake does not keep; `errors` names each. Cast them.",
    );
    let mut columns = Vec::new();
    for field in schema.fields() {
        match column_type(field) {
            Some(r#type) => columns.push(Column {
                name: Name::parse("column", field.name())?,
                r#type,
                nullable: field.is_nullable(),
                default: None,
                comment: None,
            }),
            None => {
                let message = format!("is of the type {}", field.data_type());
                error = error.field(field.name(), message);
            }
        }
    }
    if error.fields.is_empty() { Ok(columns) } else { Err(error) }
}

fn column_type(field: &Field) -> Option<ColumnType> {
    match field.extension_type_name() {
        Some("arrow.uuid") => return Some(ColumnType::Plain("UUID")),
        Some("arrow.json") => return Some(ColumnType::Plain("JSON")),
        _ => {}
    }
    of(field.data_type())
}

fn of(found: &DataType) -> Option<ColumnType> {
    use DataType as D;
    let list = |field: &Field| Some(ColumnType::List(Box::new(column_type(field)?)));
    match found {
        D::Dictionary(_, values) => of(values),
        D::RunEndEncoded(_, values) => column_type(values),
        D::Decimal32(width, scale) | D::Decimal64(width, scale) | D::Decimal128(width, scale) => {
            let scale = u8::try_from(*scale).ok()?;
            (*width <= 38 && scale <= *width).then_some(ColumnType::Decimal(*width, scale))
        }
        D::List(field) | D::LargeList(field) | D::ListView(field) | D::FixedSizeList(field, _) => {
            list(field)
        }
        D::Struct(fields) => {
            let field = |field: &std::sync::Arc<Field>| {
                Some((Name::parse("struct field", field.name()).ok()?, column_type(field)?))
            };
            let fields: Option<Vec<_>> = fields.iter().map(field).collect();
            fields.filter(|fields| !fields.is_empty()).map(ColumnType::Struct)
        }
        D::Map(entries, _) => match entries.data_type() {
            D::Struct(pair) if pair.len() == 2 => {
                let (key, value) = (column_type(&pair[0])?, column_type(&pair[1])?);
                Some(ColumnType::Map(Box::new(key), Box::new(value)))
            }
            _ => None,
        },
        plain => plain_type(plain).map(ColumnType::Plain),
    }
}

fn plain_type(found: &DataType) -> Option<&'static str> {
    use DataType as D;
    Some(match found {
        D::Boolean => "BOOLEAN",
        D::Int8 => "TINYINT",
        D::Int16 => "SMALLINT",
        D::Int32 => "INTEGER",
        D::Int64 => "BIGINT",
        D::UInt8 => "UTINYINT",
        D::UInt16 => "USMALLINT",
        D::UInt32 => "UINTEGER",
        D::UInt64 => "UBIGINT",
        D::Float32 => "FLOAT",
        D::Float64 => "DOUBLE",
        D::Utf8 | D::LargeUtf8 | D::Utf8View => "VARCHAR",
        D::Binary | D::LargeBinary | D::BinaryView | D::FixedSizeBinary(_) => "BLOB",
        D::Date32 | D::Date64 => "DATE",
        D::Time32(_) | D::Time64(_) => "TIME",
        D::Timestamp(_, Some(_)) => "TIMESTAMPTZ",
        D::Timestamp(TimeUnit::Second, None) => "TIMESTAMP_S",
        D::Timestamp(TimeUnit::Millisecond, None) => "TIMESTAMP_MS",
        D::Timestamp(TimeUnit::Microsecond, None) => "TIMESTAMP",
        D::Timestamp(TimeUnit::Nanosecond, None) => "TIMESTAMP_NS",
        D::Interval(arrow_schema::IntervalUnit::DayTime) => return None,
        D::Interval(_) | D::Duration(_) => "INTERVAL",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn types_become_those_of_ducklake_or_are_named() {
        let list = DataType::List(Arc::new(Field::new("item", DataType::Decimal128(10, 2), true)));
        let pair = DataType::Struct(vec![Field::new("a", list, true)].into());
        let dictionary = DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8));
        let fields = vec![
            Field::new("n", DataType::Int64, false),
            Field::new("s", pair, true),
            Field::new("d", dictionary, true),
        ];
        let columns = columns_of(&Schema::new(fields)).expect("columns");
        let types: Vec<_> = columns.iter().map(|column| column.r#type.to_string()).collect();
        assert_eq!(types, ["BIGINT", "STRUCT(\"a\" DECIMAL(10,2)[])", "VARCHAR"]);
        assert!(!columns[0].nullable && columns[1].nullable);
        let odd = vec![
            Field::new("x", DataType::Null, true),
            Field::new("y", DataType::Decimal256(40, 0), true),
        ];
        let error = columns_of(&Schema::new(odd)).expect_err("no such types");
        assert_eq!(error.fields.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), ["x", "y"]);
    }
}

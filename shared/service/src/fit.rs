//! Whether the columns of a body fit a table: by name, and without loss but for the finest parts of
//! times.
//!
//! A column may be left out where it is nullable or has a default. A narrower number fits a wider
//! column, a text column of any Arrow encoding fits VARCHAR. Anything else is the caller's to cast: a
//! silent cast loses data.
//!
//! Clients write nanoseconds without meaning them, so these fit though DuckDB keeps microseconds:
//! timestamps in TIMESTAMP and TIMESTAMPTZ, times in TIME, intervals and durations in INTERVAL. Date64
//! fits DATE, which keeps no time of day. What Parquet has in place of TIMESTAMP_S and INTERVAL, finer
//! timestamps and texts, fits by each value. `docs/formats.md` says what becomes of the rest.

use arrow_schema::{DataType, Field, IntervalUnit, Schema, TimeUnit};
use domain::{Column, ColumnType, Error, Name, Result};

use crate::Mode;

/// 422 naming every column that does not fit.
pub(crate) fn check(columns: &[Column], body: &Schema) -> Result<()> {
    let mut error = Error::invalid(
        "SCHEMA_MISMATCH",
        "The columns of the body do not fit the table; `errors` names each. Nothing was appended.",
    );
    let mut seen: Vec<Name> = Vec::new();
    for field in body.fields() {
        match problem(columns, &seen, field) {
            Some(problem) => error = error.field(field.name(), problem),
            None => seen.push(Name::parse("column", field.name())?),
        }
    }
    for column in columns {
        let missing =
            !body.fields().iter().any(|f| f.name().eq_ignore_ascii_case(column.name.as_str()));
        if missing && !column.nullable && column.default.is_none() {
            let expected = format!("is missing; expected {}, not null", column.r#type);
            error = error.field(column.name.as_str(), expected);
        }
    }
    if error.fields.is_empty() { Ok(()) } else { Err(error) }
}

/// 422 where the keys of an upsert are not columns of the table and of the body, each once.
pub(crate) fn check_mode(columns: &[Column], body: &Schema, mode: &Mode) -> Result<()> {
    let Mode::Upsert(keys) = mode else { return Ok(()) };
    let mut error = Error::invalid(
        "INVALID_KEY",
        "The columns in `key` do not fit; `errors` names each. Nothing was changed.",
    );
    let mut seen: Vec<&Name> = Vec::new();
    for key in keys {
        let in_body = body.fields().iter().any(|f| f.name().eq_ignore_ascii_case(key.as_str()));
        if !columns.iter().any(|column| column.name == *key) {
            error = error.field(key.as_str(), "is not a column of the table");
        } else if !in_body {
            error = error.field(key.as_str(), "is not a column of the body");
        } else if seen.contains(&key) {
            error = error.field(key.as_str(), "is named twice");
        }
        seen.push(key);
    }
    if error.fields.is_empty() { Ok(()) } else { Err(error) }
}

fn problem(columns: &[Column], seen: &[Name], field: &Field) -> Option<String> {
    let named = |name: &Name| name.as_str().eq_ignore_ascii_case(field.name());
    if seen.iter().any(named) {
        return Some("stands in the body twice".to_owned());
    }
    let Some(column) = columns.iter().find(|column| named(&column.name)) else {
        return Some(format!("is not a column of the table; found {}", field.data_type()));
    };
    if fits(&column.r#type, field.data_type()) || fits_by_value(&column.r#type, field.data_type()) {
        return None;
    }
    Some(format!("expected {}, found {}", column.r#type, field.data_type()))
}

/// What Parquet has in place of two types; whether it fits is seen of each value. Not within others: there
/// it would be cast in silence.
fn fits_by_value(column: &ColumnType, found: &DataType) -> bool {
    match (column, found) {
        (ColumnType::Plain("TIMESTAMP_S"), DataType::Timestamp(_, None)) => true,
        (ColumnType::Plain("INTERVAL"), DataType::Dictionary(_, values)) => is_text(values),
        (ColumnType::Plain("INTERVAL"), found) => is_text(found),
        _ => false,
    }
}

fn fits(column: &ColumnType, found: &DataType) -> bool {
    use DataType as D;
    match (column, found) {
        (_, D::Null) => true,
        (_, D::Dictionary(_, values)) => fits(column, values),
        (_, D::RunEndEncoded(_, values)) => fits(column, values.data_type()),
        (ColumnType::Plain(name), found) => fits_plain(name, found),
        (ColumnType::Decimal(width, scale), found) => fits_decimal(*width, *scale, found),
        (
            ColumnType::List(element),
            D::List(field) | D::LargeList(field) | D::ListView(field) | D::FixedSizeList(field, _),
        ) => fits(element, field.data_type()),
        (ColumnType::Struct(fields), D::Struct(found)) => {
            fields.len() == found.len()
                && fields.iter().zip(found).all(|((name, r#type), field)| {
                    name.as_str().eq_ignore_ascii_case(field.name())
                        && fits(r#type, field.data_type())
                })
        }
        (ColumnType::Map(key, value), D::Map(entries, _)) => match entries.data_type() {
            D::Struct(pair) if pair.len() == 2 => {
                fits(key, pair[0].data_type()) && fits(value, pair[1].data_type())
            }
            _ => false,
        },
        _ => false,
    }
}

fn fits_plain(column: &str, found: &DataType) -> bool {
    use DataType as D;
    match column {
        "BOOLEAN" => matches!(found, D::Boolean),
        // What is read of a HUGEINT comes as a decimal of 38 digits.
        "HUGEINT" if matches!(found, D::Decimal128(_, 0)) => true,
        "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "HUGEINT" => {
            integer(found).is_some_and(|(signed, bits)| {
                if signed { bits <= width(column) } else { bits < width(column) }
            })
        }
        "UHUGEINT" if is_text(found) => true,
        "UTINYINT" | "USMALLINT" | "UINTEGER" | "UBIGINT" | "UHUGEINT" => {
            integer(found).is_some_and(|(signed, bits)| !signed && bits <= width(column))
        }
        "FLOAT" => matches!(found, D::Float32),
        "DOUBLE" => {
            matches!(found, D::Float32 | D::Float64)
                || integer(found).is_some_and(|(_, bits)| bits <= 32)
        }
        // What is read of these comes as text.
        "VARCHAR" | "JSON" | "TIMETZ" | "VARIANT" => is_text(found),
        "UUID" => is_text(found) || matches!(found, D::FixedSizeBinary(16)),
        "BLOB" => {
            matches!(found, D::Binary | D::LargeBinary | D::BinaryView | D::FixedSizeBinary(_))
        }
        "DATE" => matches!(found, D::Date32 | D::Date64),
        "TIME" => matches!(found, D::Time32(_) | D::Time64(_)),
        "TIMESTAMP" => matches!(found, D::Timestamp(_, None)),
        "TIMESTAMP_S" => matches!(found, D::Timestamp(TimeUnit::Second, None)),
        "TIMESTAMP_MS" => {
            matches!(found, D::Timestamp(TimeUnit::Second | TimeUnit::Millisecond, None))
        }
        "TIMESTAMP_NS" => matches!(found, D::Timestamp(_, None)),
        "TIMESTAMPTZ" => matches!(found, D::Timestamp(_, Some(_))),
        "INTERVAL" => matches!(
            found,
            D::Interval(IntervalUnit::MonthDayNano | IntervalUnit::YearMonth) | D::Duration(_)
        ),
        _ => false,
    }
}

fn is_text(found: &DataType) -> bool {
    matches!(found, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

fn fits_decimal(width: u8, scale: u8, found: &DataType) -> bool {
    use DataType as D;
    match found {
        D::Decimal32(w, s) | D::Decimal64(w, s) | D::Decimal128(w, s) => {
            *s >= 0 && *s as u8 <= scale && w.saturating_sub(*s as u8) <= width - scale
        }
        found => integer(found).is_some_and(|(_, bits)| {
            let digits = match bits {
                8 => 3,
                16 => 5,
                32 => 10,
                _ => 20,
            };
            digits <= width - scale
        }),
    }
}

fn integer(found: &DataType) -> Option<(bool, u16)> {
    use DataType as D;
    Some(match found {
        D::Int8 => (true, 8),
        D::Int16 => (true, 16),
        D::Int32 => (true, 32),
        D::Int64 => (true, 64),
        D::UInt8 => (false, 8),
        D::UInt16 => (false, 16),
        D::UInt32 => (false, 32),
        D::UInt64 => (false, 64),
        _ => return None,
    })
}

fn width(column: &str) -> u16 {
    match column {
        "TINYINT" | "UTINYINT" => 8,
        "SMALLINT" | "USMALLINT" => 16,
        "INTEGER" | "UINTEGER" => 32,
        "BIGINT" | "UBIGINT" => 64,
        _ => 128,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, r#type: &str, nullable: bool) -> Column {
        Column {
            name: Name::parse("column", name).expect("a name"),
            r#type: ColumnType::parse(r#type).expect("a type"),
            nullable,
            default: None,
            comment: None,
        }
    }

    fn found(body: Vec<(&str, DataType)>) -> Vec<(String, String)> {
        let columns = [
            column("id", "BIGINT", false),
            column("Name", "VARCHAR", true),
            column("d", "DECIMAL(10,2)", true),
        ];
        let fields: Vec<_> = body.into_iter().map(|(n, t)| Field::new(n, t, true)).collect();
        match check(&columns, &Schema::new(fields)) {
            Ok(()) => Vec::new(),
            Err(error) => error.fields.into_iter().map(|f| (f.field, f.message)).collect(),
        }
    }

    #[test]
    fn what_loses_nothing_fits() {
        assert_eq!(found(vec![("ID", DataType::Int32), ("name", DataType::Utf8View)]), []);
        assert_eq!(found(vec![("id", DataType::UInt32), ("d", DataType::Int32)]).len(), 1);
        assert_eq!(found(vec![("id", DataType::Int64), ("d", DataType::Decimal128(9, 1))]), []);
        assert_eq!(found(vec![("id", DataType::Int64), ("d", DataType::Int16)]), []);
    }

    #[test]
    fn each_column_that_does_not_fit_is_named() {
        let problems = found(vec![
            ("id", DataType::UInt64),
            ("name", DataType::Int8),
            ("NAME", DataType::Utf8),
            ("name", DataType::Utf8),
            ("other", DataType::Utf8),
        ]);
        let expected = [
            ("id", "expected BIGINT, found UInt64"),
            ("name", "expected VARCHAR, found Int8"),
            ("name", "stands in the body twice"),
            ("other", "is not a column of the table; found Utf8"),
        ];
        assert_eq!(problems, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
        assert_eq!(found(vec![]), [("id".into(), "is missing; expected BIGINT, not null".into())]);
    }
}

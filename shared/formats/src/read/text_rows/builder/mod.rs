//! The values of one column, as they come: text of a cell, or JSON.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::{BinaryBuilder, BooleanBuilder, StringBuilder};
use arrow_array::types::*;
use arrow_schema::{DataType, TimeUnit};
use domain::{ColumnType, Error, Result};

mod arrow;
mod document;
mod flat;
mod list;
mod map;
mod structure;

use self::arrow::{Primitives, Texts};
use self::flat::{Flat, From};
use super::misfit::{Fit, Misfit, type_name};
use super::room::Room;
use super::scan::{self, Scanner};
use super::value::{date_time, interval, number, plain, stamp};

/// Takes values of one type. After one that it did not take it is of no use.
pub(super) trait Builder: Send {
    fn data_type(&self) -> DataType;

    fn len(&self) -> usize;

    fn null(&mut self, room: &mut Room);

    /// A cell of a CSV file, or a key of a JSON object: text of any kind, or JSON of what is nested.
    fn text(&mut self, text: &str, room: &mut Room) -> Fit;

    /// The JSON value that comes next; `null` is NULL.
    fn json(&mut self, scanner: &mut Scanner<'_>, room: &mut Room) -> Fit;

    /// The value taken last, in a form that is the same for equal values; `None` where the text that it
    /// was taken from has to do.
    fn last(&self) -> Option<String> {
        None
    }

    /// The values so far; it begins anew.
    fn finish(&mut self) -> Result<ArrayRef>;
}

/// A builder of values of `type`.
///
/// Errors: `Invalid` (`TYPE_TOO_DEEP`) for a type that nests deeper than any value may.
pub(super) fn of(r#type: &ColumnType) -> Result<Box<dyn Builder>> {
    inside(r#type, 0)
}

/// A builder of values inside of `depth` others.
fn inside(r#type: &ColumnType, depth: usize) -> Result<Box<dyn Builder>> {
    if depth > scan::DEPTH {
        let detail = format!("A column's type nests deeper than {} levels.", scan::DEPTH);
        return Err(Error::invalid("TYPE_TOO_DEEP", detail));
    }
    let of = |r#type: &ColumnType| inside(r#type, depth + 1);
    Ok(match r#type {
        ColumnType::Plain(name) => plain_type(name)?,
        ColumnType::Decimal(width, scale) => decimals(*width, *scale),
        ColumnType::List(element) => Box::new(list::Lists::new(type_name(r#type), of(element)?)),
        ColumnType::Struct(fields) => {
            let children: Result<Vec<_>> = fields
                .iter()
                .map(|(name, child)| Ok((name.as_str().to_owned(), of(child)?)))
                .collect();
            Box::new(structure::Structs::new(type_name(r#type), children?))
        }
        ColumnType::Map(key, value) => {
            Box::new(map::Maps::new(type_name(r#type), of(key)?, of(value)?))
        }
    })
}

macro_rules! primitives {
    ($name:expr, $from:expr, $type:ty, $read:expr) => {
        Box::new(Flat::new($name, $from, Primitives::<$type, _>::new(<$type>::DATA_TYPE, $read)))
    };
}

fn plain_type(name: &'static str) -> Result<Box<dyn Builder>> {
    use From::{Booleans, Numbers, Texts as Text};
    Ok(match name {
        "BOOLEAN" => Box::new(Flat::new(name, Booleans, BooleanBuilder::new())),
        "TINYINT" => primitives!(name, Numbers, Int8Type, number::whole),
        "SMALLINT" => primitives!(name, Numbers, Int16Type, number::whole),
        "INTEGER" => primitives!(name, Numbers, Int32Type, number::whole),
        "BIGINT" => primitives!(name, Numbers, Int64Type, number::whole),
        "UTINYINT" => primitives!(name, Numbers, UInt8Type, number::whole),
        "USMALLINT" => primitives!(name, Numbers, UInt16Type, number::whole),
        "UINTEGER" => primitives!(name, Numbers, UInt32Type, number::whole),
        "UBIGINT" => primitives!(name, Numbers, UInt64Type, number::whole),
        "HUGEINT" => texts(name, Numbers, |text| number::huge(text, false)),
        "UHUGEINT" => texts(name, Numbers, |text| number::huge(text, true)),
        "FLOAT" => primitives!(name, Numbers, Float32Type, number::float),
        "DOUBLE" => primitives!(name, Numbers, Float64Type, number::float),
        "VARCHAR" => Box::new(Flat::new(name, Text, StringBuilder::new())),
        "BLOB" => Box::new(Flat::new(name, Text, BinaryBuilder::new())),
        "UUID" => texts(name, Text, plain::uuid),
        "JSON" | "VARIANT" => Box::new(document::Documents::new(name)),
        "DATE" => primitives!(name, Text, Date32Type, date_time::date),
        "TIME" => primitives!(name, Text, Time64MicrosecondType, date_time::time),
        "TIMETZ" => texts(name, Text, date_time::time_with_zone),
        "INTERVAL" => primitives!(name, Text, IntervalMonthDayNanoType, interval::interval),
        other => timestamps(other)?,
    })
}

fn timestamps(name: &'static str) -> Result<Box<dyn Builder>> {
    use TimeUnit::{Microsecond, Millisecond, Nanosecond, Second};
    macro_rules! stamps {
        ($type:ty, $unit:expr) => {
            primitives!(name, From::Texts, $type, |text| stamp::timestamp(text, $unit, false))
        };
    }
    Ok(match name {
        "TIMESTAMP" => stamps!(TimestampMicrosecondType, Microsecond),
        "TIMESTAMP_S" => stamps!(TimestampSecondType, Second),
        "TIMESTAMP_MS" => stamps!(TimestampMillisecondType, Millisecond),
        "TIMESTAMP_NS" => stamps!(TimestampNanosecondType, Nanosecond),
        "TIMESTAMPTZ" => {
            let utc = DataType::Timestamp(Microsecond, Some(Arc::from("UTC")));
            let read = |text: &str| stamp::timestamp(text, Microsecond, true);
            let values = Primitives::<TimestampMicrosecondType, _>::new(utc, read);
            Box::new(Flat::new(name, From::Texts, values))
        }
        other => return Err(Error::internal(format!("no values are read for the type {other}"))),
    })
}

fn decimals(width: u8, scale: u8) -> Box<dyn Builder> {
    // Both are at most 38.
    let data_type = DataType::Decimal128(width, scale as i8);
    let read = move |text: &str| number::decimal(text, width, scale);
    let name = format!("DECIMAL({width},{scale})");
    Box::new(Flat::new(name, From::Numbers, Primitives::<Decimal128Type, _>::new(data_type, read)))
}

fn texts<F>(name: &str, from: From, read: F) -> Box<dyn Builder>
where
    F: Fn(&str) -> Result<String, super::value::Reason> + Send + 'static,
{
    Box::new(Flat::new(name, from, Texts::new(read)))
}

/// A value in a text of its own: JSON, and nothing behind it.
fn json_text(builder: &mut dyn Builder, expected: &str, text: &str, room: &mut Room) -> Fit {
    let mut scanner = Scanner::new(text);
    if scanner.peek() == Some(b'n') {
        return Err(Misfit::value(expected, text, "is not JSON of the type"));
    }
    builder
        .json(&mut scanner, room)
        .and_then(|()| Ok(scanner.expect_end()?))
        .map_err(|misfit| misfit.of_text(expected, text))
}

/// Enters the value at the scanner, which begins with this bracket; `false` if it is NULL, which it is then past.
fn entered(expected: &str, open: u8, scanner: &mut Scanner<'_>) -> Result<bool, Box<Misfit>> {
    match scanner.peek() {
        Some(b'n') => {
            scanner.word("null")?;
            Ok(false)
        }
        Some(found) if found == open => {
            scanner.enter(open)?;
            Ok(true)
        }
        _ => Err(unfit(expected, scanner)),
    }
}

/// What stands at the scanner is no value of the type.
fn unfit(expected: &str, scanner: &mut Scanner<'_>) -> Box<Misfit> {
    // If it is no JSON, or too deep, then that is to be said.
    match scanner.clone().value() {
        Err(broken) => broken.into(),
        Ok(found) => Misfit::value(expected, found, "is a JSON value of another kind"),
    }
}

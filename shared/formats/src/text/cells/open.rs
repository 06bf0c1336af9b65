//! Which way of writing belongs to which Arrow type.

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{
    Array, ArrowPrimitiveType, GenericListArray, GenericListViewArray, OffsetSizeTrait,
};
use arrow_schema::{DataType, Field, Fields, IntervalUnit, TimeUnit};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{Error, Result};

use super::{Cells, Of, Values, Write, push_text};
use crate::text::{number, time};

impl<'a> Cells<'a> {
    /// The values of an array of `field`'s type.
    pub(super) fn open(array: &'a dyn Array, field: &Field) -> Result<Self> {
        Ok(Self { nulls: array.nulls().cloned(), values: values(array, field)? })
    }
}

/// Numbers that are written as serde_json writes them: exact, or shortest.
macro_rules! json_number {
    ($array:expr, $type:ty) => {{
        let array = $array.as_primitive::<$type>();
        Box::new(move |row: usize, out: &mut Vec<u8>| {
            serde_json::to_writer(out, &array.value(row)).expect("a number is written to memory");
        }) as Write<'a>
    }};
}

fn values<'a>(array: &'a dyn Array, field: &Field) -> Result<Values<'a>> {
    use DataType as D;
    Ok(match array.data_type() {
        D::Null => Values::Nothing,
        D::Boolean => {
            let array = array.as_boolean();
            Values::Bare(Box::new(move |row, out| {
                out.extend_from_slice(if array.value(row) { b"true" } else { b"false" });
            }))
        }
        D::Int8 => Values::Bare(json_number!(array, Int8Type)),
        D::Int16 => Values::Bare(json_number!(array, Int16Type)),
        D::Int32 => Values::Bare(json_number!(array, Int32Type)),
        D::Int64 => Values::Bare(json_number!(array, Int64Type)),
        D::UInt8 => Values::Bare(json_number!(array, UInt8Type)),
        D::UInt16 => Values::Bare(json_number!(array, UInt16Type)),
        D::UInt32 => Values::Bare(json_number!(array, UInt32Type)),
        D::UInt64 => Values::Bare(json_number!(array, UInt64Type)),
        D::Float16 | D::Float32 | D::Float64 => float(array),
        D::Decimal32(_, scale) => decimal::<Decimal32Type>(array, *scale),
        D::Decimal64(_, scale) => decimal::<Decimal64Type>(array, *scale),
        D::Decimal128(_, scale) => decimal::<Decimal128Type>(array, *scale),
        D::Decimal256(_, scale) => {
            let (array, scale) = (array.as_primitive::<Decimal256Type>(), *scale);
            Values::Bare(Box::new(move |row, out| {
                number::wide_decimal(array.value(row), scale, out);
            }))
        }
        D::Utf8 => Values::Text(text(array.as_string::<i32>())),
        D::LargeUtf8 => Values::Text(text(array.as_string::<i64>())),
        D::Utf8View => {
            let array = array.as_string_view();
            Values::Text(Box::new(move |row| array.value(row)))
        }
        D::Binary | D::LargeBinary | D::BinaryView | D::FixedSizeBinary(_) => binary(array, field)?,
        D::List(_)
        | D::LargeList(_)
        | D::ListView(_)
        | D::LargeListView(_)
        | D::FixedSizeList(..) => list(array)?,
        D::Map(entries, _) => map(array, entries)?,
        D::Struct(fields) => structure(array, fields)?,
        D::Dictionary(..) | D::RunEndEncoded(..) => picked(array, field)?,
        D::Union(..) => union(array)?,
        _ => temporal(array)?,
    })
}

fn float(array: &dyn Array) -> Values<'_> {
    macro_rules! of {
        ($type:ty, $as:expr) => {{
            let array = array.as_primitive::<$type>();
            let write: Write<'_> = Box::new(move |row, out| {
                serde_json::to_writer(out, &$as(array.value(row))).expect("written to memory");
            });
            Values::Float(Box::new(move |row| f64::from(array.value(row))), write)
        }};
    }
    match array.data_type() {
        DataType::Float16 => of!(Float16Type, f32::from),
        DataType::Float32 => of!(Float32Type, f32::from),
        _ => of!(Float64Type, f64::from),
    }
}

fn decimal<'a, T>(array: &'a dyn Array, scale: i8) -> Values<'a>
where
    T: ArrowPrimitiveType,
    T::Native: Into<i128>,
{
    let array = array.as_primitive::<T>();
    Values::Bare(Box::new(move |row, out| number::decimal(array.value(row).into(), scale, out)))
}

fn text<O: OffsetSizeTrait>(array: &arrow_array::GenericStringArray<O>) -> Of<'_, &str> {
    Box::new(move |row| array.value(row))
}

fn temporal<'a>(array: &'a dyn Array) -> Result<Values<'a>> {
    use DataType as D;
    macro_rules! plain {
        ($type:ty, |$value:ident, $out:ident| $write:expr) => {{
            let array = array.as_primitive::<$type>();
            Box::new(move |row: usize, $out: &mut Vec<u8>| {
                let $value = array.value(row);
                $write;
            }) as Write<'a>
        }};
    }
    macro_rules! timestamp {
        ($type:ty, $unit:expr, $zone:expr) => {{
            let utc = $zone.is_some();
            plain!($type, |value, out| time::timestamp(value, $unit, utc, out))
        }};
    }
    use TimeUnit::{Microsecond, Millisecond, Nanosecond, Second};
    Ok(Values::Plain(match array.data_type() {
        D::Date32 => plain!(Date32Type, |value, out| time::date(value, out)),
        D::Date64 => plain!(Date64Type, |value, out| time::date(
            i32::try_from(value.div_euclid(86_400_000)).unwrap_or(i32::MAX),
            out
        )),
        D::Time32(Second) => {
            plain!(Time32SecondType, |v, out| time::time_of_day(v.into(), Second, out))
        }
        D::Time32(_) => {
            plain!(Time32MillisecondType, |v, out| time::time_of_day(v.into(), Millisecond, out))
        }
        D::Time64(Microsecond) => {
            plain!(Time64MicrosecondType, |v, out| time::time_of_day(v, Microsecond, out))
        }
        D::Time64(_) => {
            plain!(Time64NanosecondType, |v, out| time::time_of_day(v, Nanosecond, out))
        }
        D::Timestamp(Second, zone) => timestamp!(TimestampSecondType, Second, zone),
        D::Timestamp(Millisecond, zone) => timestamp!(TimestampMillisecondType, Millisecond, zone),
        D::Timestamp(Microsecond, zone) => timestamp!(TimestampMicrosecondType, Microsecond, zone),
        D::Timestamp(Nanosecond, zone) => timestamp!(TimestampNanosecondType, Nanosecond, zone),
        D::Interval(IntervalUnit::YearMonth) => {
            plain!(IntervalYearMonthType, |months, out| time::interval(months, 0, 0, out))
        }
        D::Interval(IntervalUnit::DayTime) => plain!(IntervalDayTimeType, |v, out| time::interval(
            0,
            v.days,
            i64::from(v.milliseconds) * 1_000_000,
            out
        )),
        D::Interval(IntervalUnit::MonthDayNano) => {
            plain!(IntervalMonthDayNanoType, |v, out| time::interval(
                v.months,
                v.days,
                v.nanoseconds,
                out
            ))
        }
        other => return Err(unknown(other)),
    }))
}

fn binary<'a>(array: &'a dyn Array, field: &Field) -> Result<Values<'a>> {
    let bytes: Of<'a, &'a [u8]> = match array.data_type() {
        DataType::Binary => {
            let array = array.as_binary::<i32>();
            Box::new(move |row| array.value(row))
        }
        DataType::LargeBinary => {
            let array = array.as_binary::<i64>();
            Box::new(move |row| array.value(row))
        }
        DataType::BinaryView => {
            let array = array.as_binary_view();
            Box::new(move |row| array.value(row))
        }
        DataType::FixedSizeBinary(_) => {
            let array = array.as_fixed_size_binary();
            Box::new(move |row| array.value(row))
        }
        other => return Err(unknown(other)),
    };
    if field.extension_type_name() == Some("arrow.uuid") {
        return Ok(Values::Plain(Box::new(move |row, out| number::uuid(bytes(row), out))));
    }
    Ok(Values::Plain(Box::new(move |row, out| {
        out.extend_from_slice(STANDARD.encode(bytes(row)).as_bytes());
    })))
}

fn list<'a>(array: &'a dyn Array) -> Result<Values<'a>> {
    fn offsets<'a, O: OffsetSizeTrait>(
        array: &'a GenericListArray<O>,
        field: &Field,
    ) -> Result<Values<'a>> {
        let range = |row: usize| {
            let offsets = array.value_offsets();
            offsets[row].as_usize()..offsets[row + 1].as_usize()
        };
        Ok(Values::List(Box::new(range), Box::new(Cells::open(array.values(), field)?)))
    }
    fn views<'a, O: OffsetSizeTrait>(
        array: &'a GenericListViewArray<O>,
        field: &Field,
    ) -> Result<Values<'a>> {
        let range = |row: usize| {
            let start = array.value_offset(row).as_usize();
            start..start + array.value_size(row).as_usize()
        };
        Ok(Values::List(Box::new(range), Box::new(Cells::open(array.values(), field)?)))
    }
    match array.data_type() {
        DataType::List(field) => offsets(array.as_list::<i32>(), field),
        DataType::LargeList(field) => offsets(array.as_list::<i64>(), field),
        DataType::ListView(field) => views(array.as_list_view::<i32>(), field),
        DataType::LargeListView(field) => views(array.as_list_view::<i64>(), field),
        DataType::FixedSizeList(field, length) => {
            let length = *length as usize;
            let values = Box::new(Cells::open(array.as_fixed_size_list().values(), field)?);
            Ok(Values::List(Box::new(move |row| row * length..(row + 1) * length), values))
        }
        other => Err(unknown(other)),
    }
}

fn map<'a>(array: &'a dyn Array, entries: &Field) -> Result<Values<'a>> {
    let array = array.as_map();
    let DataType::Struct(pair) = entries.data_type() else {
        return Err(unknown(entries.data_type()));
    };
    let cells = [Cells::open(array.keys(), &pair[0])?, Cells::open(array.values(), &pair[1])?];
    let range = |row: usize| {
        let offsets = array.value_offsets();
        offsets[row] as usize..offsets[row + 1] as usize
    };
    Ok(Values::Map(Box::new(range), Box::new(cells)))
}

/// An object; where two fields are named alike (as in `row(1, 2)`), an array.
fn structure<'a>(array: &'a dyn Array, fields: &Fields) -> Result<Values<'a>> {
    let names: std::collections::HashSet<&String> =
        fields.iter().map(|field| field.name()).collect();
    let objects = names.len() == fields.len();
    let mut before = Vec::new();
    let mut cells = Vec::new();
    for (index, (column, field)) in array.as_struct().columns().iter().zip(fields).enumerate() {
        let opening = if objects { b'{' } else { b'[' };
        let mut text = vec![if index == 0 { opening } else { b',' }];
        if objects {
            push_text(field.name(), &mut text);
            text.push(b':');
        }
        before.push(text);
        cells.push(Cells::open(column, field)?);
    }
    Ok(Values::Struct(before, if objects { b'}' } else { b']' }, cells))
}

fn picked<'a>(array: &'a dyn Array, field: &Field) -> Result<Values<'a>> {
    let values = |values: &'a dyn Array| {
        let field = Field::new(field.name(), values.data_type().clone(), true);
        Ok(Box::new(Cells::open(values, &field)?))
    };
    if let Some(dictionary) = array.as_any_dictionary_opt() {
        if dictionary.values().is_empty() {
            return Ok(Values::Nothing);
        }
        let keys = dictionary.normalized_keys();
        return Ok(Values::Picked(Box::new(move |row| keys[row]), values(dictionary.values())?));
    }
    macro_rules! runs {
        ($type:ty) => {{
            let runs = array.as_run::<$type>();
            let index: Of<'a, usize> = Box::new(move |row| runs.get_physical_index(row));
            Ok(Values::Picked(index, values(runs.values())?))
        }};
    }
    match array.data_type() {
        DataType::RunEndEncoded(ends, _) if *ends.data_type() == DataType::Int16 => {
            runs!(Int16Type)
        }
        DataType::RunEndEncoded(ends, _) if *ends.data_type() == DataType::Int32 => {
            runs!(Int32Type)
        }
        DataType::RunEndEncoded(..) => runs!(Int64Type),
        other => Err(unknown(other)),
    }
}

fn union<'a>(array: &'a dyn Array) -> Result<Values<'a>> {
    let array = array.as_union();
    let DataType::Union(fields, _) = array.data_type() else {
        return Err(unknown(array.data_type()));
    };
    let mut positions = [0; 128];
    let mut children = Vec::new();
    for (id, field) in fields.iter() {
        positions[id as usize & 127] = children.len();
        children.push(Cells::open(array.child(id), field)?);
    }
    let place = move |row| (positions[array.type_id(row) as usize & 127], array.value_offset(row));
    Ok(Values::Union(Box::new(place), children))
}

fn unknown(data_type: &DataType) -> Error {
    Error::internal(format!("no text for Arrow's type {data_type}"))
}

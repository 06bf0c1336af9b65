//! Which way of writing belongs to which Arrow type.

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrowPrimitiveType, OffsetSizeTrait};
use arrow_schema::{DataType, Field};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{Error, Result};

use super::{Cells, Of, Values, Write, nested, temporal};
use crate::text::number;

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
        | D::FixedSizeList(..) => nested::list(array)?,
        D::Map(entries, _) => nested::map(array, entries)?,
        D::Struct(fields) => nested::structure(array, fields)?,
        D::Dictionary(..) | D::RunEndEncoded(..) => nested::picked(array, field)?,
        D::Union(..) => nested::union(array)?,
        _ => temporal::temporal(array)?,
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

pub(super) fn unknown(data_type: &DataType) -> Error {
    Error::internal(format!("no text for Arrow's type {data_type}"))
}

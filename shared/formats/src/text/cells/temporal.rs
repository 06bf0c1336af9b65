//! Dates, times, intervals.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_schema::{DataType, IntervalUnit, TimeUnit};
use domain::Result;

use super::open::unknown;
use super::{Values, Write};
use crate::text::time;

pub(super) fn temporal<'a>(array: &'a dyn Array) -> Result<Values<'a>> {
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

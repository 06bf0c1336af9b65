//! Timestamps: ISO 8601, or RFC 3339 where they have a zone.

use arrow_schema::TimeUnit;

use super::cursor::{Cursor, SECONDS_OF_DAY};
use super::date_time::infinity;
use super::{OUT_OF_RANGE, Reason};

/// Units since 1970-01-01T00:00:00, in UTC if the type is `zoned`: then the text must say where.
pub(in crate::read::text_rows) fn timestamp(
    text: &str,
    unit: TimeUnit,
    zoned: bool,
) -> Result<i64, Reason> {
    const NOT_ONE: Reason = "is not a timestamp as in `2024-02-29T12:34:56`";
    if let Some(positive) = infinity(text) {
        return Ok(if positive { i64::MAX } else { -i64::MAX });
    }
    let mut cursor = Cursor::new(text);
    let days = cursor.date()?;
    let (mut seconds, mut fraction, mut offset) = (0, 0, None);
    let places = places(unit);
    if cursor.take(b"Tt ").is_some() {
        (seconds, fraction) = cursor.time(places)?;
        offset = cursor.offset()?;
    }
    if !cursor.is_at_end() {
        return Err(NOT_ONE);
    }
    if seconds == SECONDS_OF_DAY {
        return Err("is a time that no clock shows");
    }
    match (zoned, offset) {
        (true, None) => return Err("has no offset; write `Z` or one as in `+02:00` behind it"),
        (false, Some(_)) => return Err("has an offset, and the type keeps none; leave it out"),
        _ => {}
    }
    let seconds = days * SECONDS_OF_DAY + seconds - offset.unwrap_or_default();
    let value = i128::from(seconds) * 10_i128.pow(places as u32) + i128::from(fraction);
    // The two at the ends are the infinities.
    i64::try_from(value)
        .ok()
        .filter(|value| value.unsigned_abs() < i64::MAX as u64)
        .ok_or(OUT_OF_RANGE)
}

fn places(unit: TimeUnit) -> usize {
    match unit {
        TimeUnit::Second => 0,
        TimeUnit::Millisecond => 3,
        TimeUnit::Microsecond => 6,
        TimeUnit::Nanosecond => 9,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_read_back_as_they_are_written() {
        use TimeUnit::{Microsecond, Millisecond, Nanosecond, Second};
        for (unit, most) in [
            (Second, 1 << 47),
            (Millisecond, 1 << 57),
            (Microsecond, i64::MAX - 1),
            (Nanosecond, i64::MAX - 1),
        ] {
            for value in [0, -1, 1_700_000_000_123, most, -most, i64::MAX, -i64::MAX] {
                let mut text = Vec::new();
                crate::text::time::timestamp(value, unit, true, &mut text);
                let text = String::from_utf8(text).expect("text");
                assert_eq!(timestamp(&text, unit, true), Ok(value), "{text}");
            }
        }
    }

    #[test]
    fn offsets_count_and_stand_where_they_belong() {
        let read = |text, zoned| timestamp(text, TimeUnit::Second, zoned);
        assert_eq!(read("1970-01-01T02:00:00+02:00", true), Ok(0));
        assert_eq!(read("1969-12-31 22:30:00-0130", true), Ok(0));
        assert_eq!(read("1970-01-01", false), Ok(0));
        assert_eq!(read("1970-01-01 00:00", false), Ok(0));
        assert!(read("1970-01-01", true).is_err_and(|why| why.contains("no offset")));
        assert!(read("1970-01-01T00:00:00Z", false).is_err_and(|why| why.contains("keeps none")));
        for text in [
            "1970-01-01T24:00:00",
            "1970-01-01T",
            "1970-01-01T00:00:00.5",
            "1970-01-01T00:00:00 x",
            "now",
        ] {
            assert!(read(text, false).is_err(), "{text}");
        }
        let read = |text| timestamp(text, TimeUnit::Nanosecond, false);
        assert_eq!(read("+010000-01-01"), Err(OUT_OF_RANGE));
    }
}

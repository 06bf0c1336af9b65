//! Dates and times of day, ISO 8601.

use super::cursor::{Cursor, NOT_A_DATE, NOT_A_TIME};
use super::{OUT_OF_RANGE, Reason};

/// Days since 1970-01-01.
pub(in crate::read::text_rows) fn date(text: &str) -> Result<i32, Reason> {
    if let Some(positive) = infinity(text) {
        return Ok(if positive { i32::MAX } else { -i32::MAX });
    }
    let mut cursor = Cursor::new(text);
    let days = cursor.date()?;
    if !cursor.is_at_end() {
        return Err(NOT_A_DATE);
    }
    // The two at the ends are the infinities.
    i32::try_from(days)
        .ok()
        .filter(|days| days.unsigned_abs() < i32::MAX as u32)
        .ok_or(OUT_OF_RANGE)
}

/// Microseconds since midnight; the end of the day is `24:00:00`.
pub(in crate::read::text_rows) fn time(text: &str) -> Result<i64, Reason> {
    let mut cursor = Cursor::new(text);
    let (seconds, fraction) = cursor.time(6)?;
    if cursor.is_at_end() { Ok(seconds * 1_000_000 + fraction) } else { Err(NOT_A_TIME) }
}

/// A time of day with an offset, as DuckDB reads it.
pub(in crate::read::text_rows) fn time_with_zone(text: &str) -> Result<String, Reason> {
    let mut cursor = Cursor::new(text);
    cursor.time(6)?;
    let time = &text[..cursor.at()];
    let offset = cursor.offset()?.ok_or("has no offset as in `+02`; the type needs one")?;
    if !cursor.is_at_end() {
        return Err("is not a time with an offset as in `12:34:56+02`");
    }
    let (sign, of) = (if offset < 0 { '-' } else { '+' }, offset.abs());
    let mut text = format!("{time}{sign}{:02}", of / 3_600);
    if of % 3_600 != 0 {
        text += &format!(":{:02}", of / 60 % 60);
    }
    if of % 60 != 0 {
        text += &format!(":{:02}", of % 60);
    }
    Ok(text)
}

/// Whether the text is one of the infinities, and if it is the positive one.
pub(super) fn infinity(text: &str) -> Option<bool> {
    let name = text.strip_prefix(['-', '+']).unwrap_or(text);
    name.eq_ignore_ascii_case("infinity").then(|| !text.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_read_back_as_they_are_written() {
        let days = (-3_000_000..3_000_000).step_by(37).chain([
            i32::MAX,
            -i32::MAX,
            i32::MAX - 1,
            1 - i32::MAX,
        ]);
        for day in days {
            let mut text = Vec::new();
            crate::text::time::date(day, &mut text);
            let text = String::from_utf8(text).expect("text");
            assert_eq!(date(&text), Ok(day), "{text}");
        }
    }

    #[test]
    fn what_no_calendar_or_clock_has_is_refused() {
        for text in [
            "",
            "2023-02-29",
            "1900-02-29",
            "2024-13-01",
            "2024-00-01",
            "2024-01-00",
            "2024-1-1",
            "10000-01-01",
            "+10000-01-01",
            "2024-02-29T00:00:00",
            "2024-02-29 ",
            "20240229",
            "+9999999-01-01",
            "-5877641-06-23",
            "infinite",
            "１２３４-01-01",
        ] {
            assert!(date(text).is_err(), "{text}");
        }
        for text in [
            "",
            "1:00:00",
            "24:00:01",
            "24:00:00.000001",
            "25:00",
            "12:60:00",
            "12:00:60",
            "12:00:00.",
            "12:00:00.0000001",
            "12:00:00Z",
        ] {
            assert!(time(text).is_err(), "{text}");
        }
        assert_eq!(time("24:00:00"), Ok(86_400_000_000));
        assert_eq!(time("12:34:56.7890000000"), Ok(45_296_789_000));
        assert_eq!(time("12:34"), Ok(45_240_000_000));
    }

    #[test]
    fn a_time_with_a_zone_is_written_as_duckdb_does() {
        for (text, expected) in [
            ("12:34:56.789+02", "12:34:56.789+02"),
            ("12:34:56-15:59:59", "12:34:56-15:59:59"),
            ("12:34:56+0530", "12:34:56+05:30"),
            ("00:00:00Z", "00:00:00+00"),
        ] {
            assert_eq!(time_with_zone(text).as_deref(), Ok(expected));
        }
        assert!(
            ["12:34:56", "12:34:56+16", "12:34:56+2", "12:34:56+02:60", "12:34:56+02x"]
                .iter()
                .all(|text| time_with_zone(text).is_err())
        );
    }
}

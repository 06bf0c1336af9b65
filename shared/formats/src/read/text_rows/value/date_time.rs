//! Dates and times of day, ISO 8601.

use super::{OUT_OF_RANGE, Reason};

pub(super) const SECONDS_OF_DAY: i64 = 86_400;

const NOT_A_DATE: Reason = "is not a date as in `2024-02-29`";
const NOT_A_TIME: Reason = "is not a time as in `12:34:56.789`";
const TOO_FINE: Reason = "has a finer fraction of a second than the type keeps";

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
    let time = &text[..cursor.at];
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

/// Reads a text from its front.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), at: 0 }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    pub(super) fn take(&mut self, wanted: &[u8]) -> Option<u8> {
        let byte = *self.bytes.get(self.at).filter(|byte| wanted.contains(byte))?;
        self.at += 1;
        Some(byte)
    }

    /// As many digits as there are, but no more than `most`: how many, and what they say.
    fn digits(&mut self, most: usize) -> (usize, i64) {
        let start = self.at;
        let mut value = 0;
        while let Some(digit) = self.bytes.get(self.at).filter(|byte| byte.is_ascii_digit())
            && self.at - start < most
        {
            value = value * 10 + i64::from(digit - b'0');
            self.at += 1;
        }
        (self.at - start, value)
    }

    fn exactly(&mut self, count: usize) -> Option<i64> {
        let (found, value) = self.digits(count);
        (found == count).then_some(value)
    }

    /// Days since 1970-01-01.
    pub(super) fn date(&mut self) -> Result<i64, Reason> {
        let year = match self.take(b"+-") {
            None => self.exactly(4),
            Some(sign) => {
                let (count, year) = self.digits(7);
                (count >= 6).then_some(if sign == b'-' { -year } else { year })
            }
        };
        let year = year.ok_or(NOT_A_DATE)?;
        let mut part = || self.take(b"-").and_then(|_| self.exactly(2)).ok_or(NOT_A_DATE);
        let (month, day) = (part()?, part()?);
        if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
            return Err("is a day that no calendar has");
        }
        Ok(day_number(year, month, day))
    }

    /// Seconds since midnight, and the fraction in units of `places` digits.
    pub(super) fn time(&mut self, places: usize) -> Result<(i64, i64), Reason> {
        let hour = self.exactly(2).ok_or(NOT_A_TIME)?;
        self.take(b":").ok_or(NOT_A_TIME)?;
        let minute = self.exactly(2).ok_or(NOT_A_TIME)?;
        let (mut second, mut fraction) = (0, 0);
        if self.take(b":").is_some() {
            second = self.exactly(2).ok_or(NOT_A_TIME)?;
            fraction = self.fraction(places)?;
        }
        let seconds = hour * 3_600 + minute * 60 + second;
        if minute > 59 || second > 59 || seconds * 10 + fraction.min(1) > SECONDS_OF_DAY * 10 {
            return Err("is a time that no clock shows");
        }
        Ok((seconds, fraction))
    }

    /// `.25` is 250 of 3 places; nothing is nothing. What is beyond the places must be zeros.
    pub(super) fn fraction(&mut self, places: usize) -> Result<i64, Reason> {
        if self.take(b".").is_none() {
            return Ok(0);
        }
        let (found, value) = self.digits(places);
        let start = self.at;
        while self.take(b"0").is_some() {}
        if self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            return Err(TOO_FINE);
        }
        if found == 0 && self.at == start {
            return Err(NOT_A_TIME);
        }
        Ok(value * 10_i64.pow((places - found) as u32))
    }

    /// Seconds east of UTC: `Z`, `+02`, `+0200`, `+02:00` or `+02:00:30`; `None` where none stands.
    pub(super) fn offset(&mut self) -> Result<Option<i64>, Reason> {
        const NOT_AN_OFFSET: Reason = "has an offset that is not as in `+02:00`";
        if self.take(b"Zz").is_some() {
            return Ok(Some(0));
        }
        let Some(sign) = self.take(b"+-") else { return Ok(None) };
        let hour = self.exactly(2).ok_or(NOT_AN_OFFSET)?;
        let (mut minute, mut second) = (0, 0);
        if self.take(b":").is_some() {
            minute = self.exactly(2).ok_or(NOT_AN_OFFSET)?;
            if self.take(b":").is_some() {
                second = self.exactly(2).ok_or(NOT_AN_OFFSET)?;
            }
        } else if !self.is_at_end() {
            minute = self.exactly(2).ok_or(NOT_AN_OFFSET)?;
        }
        if hour > 15 || minute > 59 || second > 59 {
            return Err("has an offset that no zone has");
        }
        let offset = hour * 3_600 + minute * 60 + second;
        Ok(Some(if sign == b'-' { -offset } else { offset }))
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 (proleptic Gregorian; Howard Hinnant's algorithm).
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
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

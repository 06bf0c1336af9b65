//! The parts of dates and times, read from the front of a text.

use super::Reason;

pub(super) const SECONDS_OF_DAY: i64 = 86_400;

pub(super) const NOT_A_DATE: Reason = "is not a date as in `2024-02-29`";
pub(super) const NOT_A_TIME: Reason = "is not a time as in `12:34:56.789`";
const TOO_FINE: Reason = "has a finer fraction of a second than the type keeps";

/// Reads a text from its front.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), at: 0 }
    }

    /// How much of the text was read.
    pub(super) fn at(&self) -> usize {
        self.at
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

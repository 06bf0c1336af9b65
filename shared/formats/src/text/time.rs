//! Dates, times and intervals as text: ISO 8601, by DuckDB's whole range.
//!
//! Years outside 0000 to 9999 take a sign and six digits, as in ECMAScript. The fraction of a second
//! is as long as it must be. DuckDB's `infinity` keeps its name.

use arrow_schema::TimeUnit;

const SECONDS_OF_DAY: i64 = 86_400;

/// Units in a second.
pub(super) fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

/// Days since 1970-01-01.
pub(crate) fn date(days: i32, out: &mut Vec<u8>) {
    match infinity(days.into(), i32::MAX.into()) {
        Some(name) => out.extend_from_slice(name.as_bytes()),
        None => calendar_day(days.into(), out),
    }
}

/// Units since 1970-01-01T00:00:00; with `utc`, the time is UTC and says so.
pub(crate) fn timestamp(value: i64, unit: TimeUnit, utc: bool, out: &mut Vec<u8>) {
    if let Some(name) = infinity(value, i64::MAX) {
        out.extend_from_slice(name.as_bytes());
        return;
    }
    let units_of_day = i128::from(SECONDS_OF_DAY) * i128::from(per_second(unit));
    let (days, rest) =
        (i128::from(value).div_euclid(units_of_day), i128::from(value).rem_euclid(units_of_day));
    // Both fit: a quotient of an i64, and less than the nanoseconds of a day.
    calendar_day(days as i64, out);
    out.push(b'T');
    time_of_day(rest as i64, unit, out);
    if utc {
        out.push(b'Z');
    }
}

/// Units since midnight.
pub(super) fn time_of_day(value: i64, unit: TimeUnit, out: &mut Vec<u8>) {
    let per_second = per_second(unit);
    let seconds = value.div_euclid(per_second);
    padded(seconds / 3_600, 2, out);
    out.push(b':');
    padded(seconds / 60 % 60, 2, out);
    out.push(b':');
    padded(seconds % 60, 2, out);
    fraction(value.rem_euclid(per_second), per_second, out);
}

/// `P1Y2M3DT4H5M6.7S`: a part that is nothing is left out, each part has its own sign.
pub(crate) fn interval(months: i32, days: i32, nanoseconds: i64, out: &mut Vec<u8>) {
    let start = out.len();
    out.push(b'P');
    for (value, letter) in [(months / 12, b'Y'), (months % 12, b'M'), (days, b'D')] {
        part(value.into(), letter, out);
    }
    let seconds = nanoseconds / 1_000_000_000;
    let rest = nanoseconds % 1_000_000_000;
    if nanoseconds != 0 {
        out.push(b'T');
        part(seconds / 3_600, b'H', out);
        part(seconds / 60 % 60, b'M', out);
        if seconds % 60 != 0 || rest != 0 {
            if nanoseconds < 0 {
                out.push(b'-');
            }
            out.extend_from_slice((seconds % 60).abs().to_string().as_bytes());
            fraction(rest.abs(), 1_000_000_000, out);
            out.push(b'S');
        }
    }
    if out.len() == start + 1 {
        out.extend_from_slice(b"T0S");
    }
}

fn infinity(value: i64, maximum: i64) -> Option<&'static str> {
    if value == maximum {
        return Some("infinity");
    }
    (value == -maximum).then_some("-infinity")
}

fn part(value: i64, letter: u8, out: &mut Vec<u8>) {
    if value != 0 {
        out.extend_from_slice(value.to_string().as_bytes());
        out.push(letter);
    }
}

/// The civil date of a day number (proleptic Gregorian; Howard Hinnant's algorithm).
fn calendar_day(days: i64, out: &mut Vec<u8>) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    if (0..=9_999).contains(&year) {
        padded(year, 4, out);
    } else {
        out.push(if year < 0 { b'-' } else { b'+' });
        padded(year.abs(), 6, out);
    }
    out.push(b'-');
    padded(month, 2, out);
    out.push(b'-');
    padded(day, 2, out);
}

fn padded(value: i64, width: usize, out: &mut Vec<u8>) {
    if width == 2 && (0..100).contains(&value) {
        out.extend_from_slice(&[b'0' + (value / 10) as u8, b'0' + (value % 10) as u8]);
        return;
    }
    out.extend_from_slice(format!("{value:0width$}").as_bytes());
}

/// `.25` for 250 of 1,000: no zeros at the end, nothing for nothing.
fn fraction(value: i64, per_second: i64, out: &mut Vec<u8>) {
    if value == 0 {
        return;
    }
    let digits = per_second.ilog10() as usize;
    out.push(b'.');
    padded(value, digits, out);
    while out.last() == Some(&b'0') {
        out.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn dates_hold_from_one_end_of_duckdb_to_the_other() {
        for (days, expected) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (19_782, "2024-02-29"),
            (-719_528, "0000-01-01"),
            (-719_529, "-000001-12-31"),
            (2_932_896, "9999-12-31"),
            (2_932_897, "+010000-01-01"),
            (i32::MAX, "infinity"),
            (-i32::MAX, "-infinity"),
        ] {
            assert_eq!(text(|out| date(days, out)), expected);
        }
    }

    #[test]
    fn times_say_their_zone_and_no_more_digits_than_they_need() {
        use TimeUnit::{Microsecond, Millisecond, Nanosecond, Second};
        for (value, unit, utc, expected) in [
            (0, Microsecond, false, "1970-01-01T00:00:00"),
            (1_700_000_000_123_456, Microsecond, true, "2023-11-14T22:13:20.123456Z"),
            (1_700_000_000_120, Millisecond, true, "2023-11-14T22:13:20.12Z"),
            (-1, Nanosecond, false, "1969-12-31T23:59:59.999999999"),
            (253_402_300_800, Second, false, "+010000-01-01T00:00:00"),
            (i64::MAX - 1, Microsecond, false, "+294247-01-10T04:00:54.775806"),
            (-i64::MAX + 1, Microsecond, false, "-290308-12-21T19:59:05.224194"),
            (i64::MAX, Microsecond, true, "infinity"),
            (-i64::MAX, Second, false, "-infinity"),
        ] {
            assert_eq!(text(|out| timestamp(value, unit, utc, out)), expected);
        }
        assert_eq!(text(|out| time_of_day(86_400_000_000, Microsecond, out)), "24:00:00");
        assert_eq!(text(|out| time_of_day(45_296_789_000, Microsecond, out)), "12:34:56.789");
    }

    #[test]
    fn intervals_are_iso_8601() {
        for (months, days, nanoseconds, expected) in [
            (0, 0, 0, "PT0S"),
            (14, 3, 14_706_700_000_000, "P1Y2M3DT4H5M6.7S"),
            (-14, -3, -1_500_000_000, "P-1Y-2M-3DT-1.5S"),
            (0, 0, -500_000_000, "PT-0.5S"),
            (0, 30, 0, "P30D"),
            (0, 0, 3_600_000_000_000, "PT1H"),
        ] {
            assert_eq!(text(|out| interval(months, days, nanoseconds, out)), expected);
        }
    }
}

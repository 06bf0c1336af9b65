//! Intervals: ISO 8601, `P1Y2M3DT4H5M6.7S`, each part with its own sign.

use arrow_buffer::IntervalMonthDayNano;

use super::{OUT_OF_RANGE, Reason};

const NOT_ONE: Reason = "is not an interval as in `P1Y2M3DT4H5M6.7S`";

/// What each part is, in the order in which they stand: its letter, and how many months, days or
/// nanoseconds one makes.
const BEFORE_T: [(char, Part, i128); 4] =
    [('Y', Part::Months, 12), ('M', Part::Months, 1), ('W', Part::Days, 7), ('D', Part::Days, 1)];
const AFTER_T: [(char, Part, i128); 3] = [
    ('H', Part::Time, 3_600 * NANOSECONDS),
    ('M', Part::Time, 60 * NANOSECONDS),
    ('S', Part::Time, NANOSECONDS),
];
const NANOSECONDS: i128 = 1_000_000_000;

#[derive(Clone, Copy)]
enum Part {
    Months = 0,
    Days = 1,
    Time = 2,
}

/// Months, days and the time in nanoseconds.
pub(in crate::read::text_rows) fn interval(text: &str) -> Result<IntervalMonthDayNano, Reason> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let rest = rest.strip_prefix('P').ok_or(NOT_ONE)?;
    let (before, after) = match rest.split_once('T') {
        Some((before, after)) => (before, Some(after)),
        None => (rest, None),
    };
    if after.unwrap_or(before).is_empty() {
        return Err(NOT_ONE);
    }
    let mut sums = [0_i128; 3];
    parts(before, &BEFORE_T, sign, &mut sums)?;
    parts(after.unwrap_or_default(), &AFTER_T, sign, &mut sums)?;
    let months = sums[0].try_into().map_err(|_| OUT_OF_RANGE)?;
    let days = sums[1].try_into().map_err(|_| OUT_OF_RANGE)?;
    let time = sums[2].try_into().map_err(|_| OUT_OF_RANGE)?;
    Ok(IntervalMonthDayNano::new(months, days, time))
}

fn parts(
    mut text: &str,
    letters: &[(char, Part, i128)],
    sign: i128,
    sums: &mut [i128; 3],
) -> Result<(), Reason> {
    let mut letters = letters.iter();
    while !text.is_empty() {
        let end = text.find(|c: char| c.is_ascii_uppercase()).ok_or(NOT_ONE)?;
        let (number, rest) = text.split_at(end);
        let (letter, part, unit) =
            letters.find(|(letter, ..)| rest.starts_with(*letter)).ok_or(NOT_ONE)?;
        sums[*part as usize] += sign * value(number, *unit, *letter == 'S')?;
        text = &rest[1..];
    }
    Ok(())
}

/// A whole number; of seconds also one with a fraction down to microseconds.
fn value(number: &str, unit: i128, fraction: bool) -> Result<i128, Reason> {
    let digits = number.strip_prefix(['-', '+']).unwrap_or(number);
    let (whole, fine) = match digits.split_once('.') {
        Some((whole, fine)) if fraction && !fine.is_empty() => (whole, fine),
        Some(_) => return Err(NOT_ONE),
        None => (digits, ""),
    };
    let all_digits = whole.bytes().chain(fine.bytes()).all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits {
        return Err(NOT_ONE);
    }
    // Beyond 64 bits nothing fits in any of the three.
    let whole: u64 = whole.parse().map_err(|_| OUT_OF_RANGE)?;
    let kept = fine.trim_end_matches('0');
    if kept.len() > 6 {
        return Err("has a finer fraction of a second than the type keeps");
    }
    let fine = format!("{kept:0<9}").parse::<i128>().map_err(|_| NOT_ONE)?;
    let magnitude = i128::from(whole) * unit + fine;
    Ok(if number.starts_with('-') { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_read_back_as_they_are_written() {
        for (months, days, nanoseconds) in [
            (0, 0, 0),
            (14, 3, 14_706_700_000_000),
            (-14, -3, -1_500_000_000),
            (0, 0, -500_000_000),
            (5, -30, 3_599_999_999_000),
            (i32::MAX, i32::MIN, 9_223_372_036_854_775_000),
            (i32::MIN, i32::MAX, -9_223_372_036_854_775_000),
        ] {
            let mut text = Vec::new();
            crate::text::time::interval(months, days, nanoseconds, &mut text);
            let text = String::from_utf8(text).expect("text");
            let expected = IntervalMonthDayNano::new(months, days, nanoseconds);
            assert_eq!(interval(&text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_interval_is_refused() {
        for text in [
            "",
            "P",
            "PT",
            "P1",
            "1Y",
            "P1YT",
            "P1D1Y",
            "P1Y1Y",
            "PT1D",
            "P1H",
            "P1.5D",
            "PT1.S",
            "PT.5S",
            "P--1D",
            "P1YT1H1",
            "1 day",
            "PT1.0000001S",
            "P2147483648D",
            "P1ü",
            "PT99999999999999999999H",
            "PT9999999999H",
        ] {
            assert!(interval(text).is_err(), "{text}");
        }
        assert_eq!(interval("P1W"), Ok(IntervalMonthDayNano::new(0, 7, 0)));
        assert_eq!(interval("-P1M-2D"), Ok(IntervalMonthDayNano::new(-1, 2, 0)));
        assert_eq!(
            interval("PT1.0000000000S"),
            Ok(IntervalMonthDayNano::new(0, 0, NANOSECONDS as i64))
        );
    }
}

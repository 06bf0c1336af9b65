//! Numbers, exact: what does not fit is refused, never rounded or wrapped. Only a float is the nearest
//! there is.

use std::str::FromStr;

use super::{OUT_OF_RANGE, Reason};

const NOT_A_NUMBER: Reason = "is not a number";
const TOO_FINE: Reason = "has more digits after the point than the type keeps";

/// Digits that fit in 64 bits whatever they are.
const SHORT: usize = 18;

/// A whole number; `1.0` and `1e3` are whole too.
pub(in crate::read::text_rows) fn whole<T>(text: &str) -> Result<T, Reason>
where
    T: TryFrom<i64> + TryFrom<i128>,
{
    if let Some(value) = short(text) {
        return T::try_from(value).map_err(|_| OUT_OF_RANGE);
    }
    let value = signed(scaled(text, 0)?)?;
    T::try_from(value).map_err(|_| OUT_OF_RANGE)
}

/// Plain digits, not too many.
fn short(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    if digits.is_empty() || digits.len() > SHORT {
        return None;
    }
    let mut value = 0;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(digit - b'0');
    }
    Some(if digits.len() < text.len() { -value } else { value })
}

/// The canonical text of a whole number of 128 bits.
pub(in crate::read::text_rows) fn huge(text: &str, unsigned: bool) -> Result<String, Reason> {
    let (negative, magnitude) = scaled(text, 0)?;
    match (unsigned, negative && magnitude > 0) {
        (true, true) => Err(OUT_OF_RANGE),
        (true, false) => Ok(magnitude.to_string()),
        (false, _) => signed((negative, magnitude)).map(|value| value.to_string()),
    }
}

/// `DECIMAL(width, scale)`: the value times 10 to the scale.
pub(in crate::read::text_rows) fn decimal(
    text: &str,
    width: u8,
    scale: u8,
) -> Result<i128, Reason> {
    let value = signed(scaled(text, scale)?)?;
    if value.unsigned_abs() >= 10_u128.pow(width.into()) {
        return Err("has more digits before the point than the type keeps");
    }
    Ok(value)
}

fn signed((negative, magnitude): (bool, u128)) -> Result<i128, Reason> {
    let value =
        if negative { 0_i128.checked_sub_unsigned(magnitude) } else { magnitude.try_into().ok() };
    value.ok_or(OUT_OF_RANGE)
}

/// The sign and the magnitude of the number times 10 to the `scale`.
fn scaled(text: &str, scale: u8) -> Result<(bool, u128), Reason> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        None => (unsigned, 0),
        Some(at) => (&unsigned[..at], exponent(&unsigned[at + 1..])?),
    };
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if before.len() + after.len() == 0 {
        return Err(NOT_A_NUMBER);
    }
    let digits = before.bytes().chain(after.bytes());
    // This many digits from the first count; those behind must be zeros.
    let kept = before.len() as i64 + i64::from(scale) + exponent;
    let magnitude = magnitude(digits, kept)?;
    let lacking = kept - (before.len() + after.len()) as i64;
    Ok((text.starts_with('-'), filled(magnitude, lacking)?))
}

fn magnitude(digits: impl Iterator<Item = u8>, kept: i64) -> Result<u128, Reason> {
    let (mut high, mut low): (u128, u64) = (0, 0);
    let mut wrong = None;
    for (index, digit) in digits.enumerate() {
        if !digit.is_ascii_digit() {
            return Err(NOT_A_NUMBER);
        }
        let digit = digit - b'0';
        if index as i64 >= kept {
            wrong = wrong.or((digit != 0).then_some(TOO_FINE));
        } else if index < SHORT {
            low = low * 10 + u64::from(digit);
            high = low.into();
        } else {
            let next = high.checked_mul(10).and_then(|high| high.checked_add(digit.into()));
            high = next.unwrap_or_default();
            wrong = wrong.or(next.is_none().then_some(OUT_OF_RANGE));
        }
    }
    wrong.map_or(Ok(high), Err)
}

/// The zeros that an exponent or a scale adds.
fn filled(magnitude: u128, zeros: i64) -> Result<u128, Reason> {
    if magnitude == 0 || zeros <= 0 {
        return Ok(magnitude);
    }
    let power = u32::try_from(zeros).ok().and_then(|zeros| 10_u128.checked_pow(zeros));
    power.and_then(|power| magnitude.checked_mul(power)).ok_or(OUT_OF_RANGE)
}

/// Far beyond any digits that a row can hold, all exponents are one.
fn exponent(text: &str) -> Result<i64, Reason> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text).as_bytes();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(NOT_A_NUMBER);
    }
    let far = |exponent: i64, digit: &u8| (exponent * 10 + i64::from(digit - b'0')).min(1 << 48);
    let exponent = digits.iter().fold(0, far);
    Ok(if text.starts_with('-') { -exponent } else { exponent })
}

/// The nearest float; `NaN` and the infinities by their names, in any case.
pub(in crate::read::text_rows) fn float<T>(text: &str) -> Result<T, Reason>
where
    T: FromStr + Copy + Into<f64>,
{
    let is_number =
        |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
    if text.bytes().all(is_number) {
        let value: T = text.parse().map_err(|_| NOT_A_NUMBER)?;
        return if value.into().is_finite() { Ok(value) } else { Err(OUT_OF_RANGE) };
    }
    let name = text.strip_prefix(['-', '+']).unwrap_or(text);
    let named = ["nan", "inf", "infinity"].iter().any(|known| name.eq_ignore_ascii_case(known));
    if named { text.parse().map_err(|_| NOT_A_NUMBER) } else { Err(NOT_A_NUMBER) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_taken_in_any_exact_form() {
        for (text, value) in [
            ("0", 0),
            ("-0", 0),
            ("+7", 7),
            ("007", 7),
            ("1.0", 1),
            ("1e3", 1_000),
            ("1.5e1", 15),
            ("-1200e-2", -12),
            ("1.", 1),
            ("0e999999999999999999999", 0),
            ("0.0000000000000000000000000000000000000000000000000000", 0),
            ("000000000000000000000000000000000000000000000000001", 1),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(whole(text), Ok(value), "{text}");
        }
        for text in [
            "9223372036854775808",
            "1e19",
            "1e999999999999",
            "99999999999999999999999999999999999999999",
        ] {
            assert_eq!(whole::<i64>(text), Err(OUT_OF_RANGE), "{text}");
        }
        for text in ["", "-", "--1", "1e", "e1", ".", "1.2.3", "0x1", " 1", "1_000", "NaN", "١"] {
            assert_eq!(whole::<i64>(text), Err(NOT_A_NUMBER), "{text}");
        }
        assert_eq!(whole::<i64>("1.5"), Err(TOO_FINE));
        assert_eq!(whole::<i64>("1e-1"), Err(TOO_FINE));
        assert_eq!(whole::<u8>("-1"), Err(OUT_OF_RANGE));
    }

    #[test]
    fn decimals_keep_every_digit_or_are_refused() {
        assert_eq!(decimal("123.45", 5, 2), Ok(12_345));
        assert_eq!(decimal("-0.050", 5, 2), Ok(-5));
        assert_eq!(decimal("1e2", 5, 2), Ok(10_000));
        assert_eq!(decimal(".5", 5, 2), Ok(50));
        assert_eq!(decimal("0.005", 5, 2), Err(TOO_FINE));
        assert!(decimal("1000", 5, 2).is_err());
        let most = "9".repeat(38);
        assert_eq!(decimal(&most, 38, 0), Ok(10_i128.pow(38) - 1));
        assert_eq!(decimal(&format!("-0.{most}"), 38, 38), Ok(1 - 10_i128.pow(38)));
    }

    #[test]
    fn hugeints_are_written_as_duckdb_reads_them() {
        let (least, most) = (i128::MIN.to_string(), u128::MAX.to_string());
        assert_eq!(huge(&least, false), Ok(least.clone()));
        assert_eq!(huge(&most, true), Ok(most.clone()));
        assert_eq!(huge("-1", true), Err(OUT_OF_RANGE));
        assert_eq!(huge(&most, false), Err(OUT_OF_RANGE));
        assert_eq!(huge("-0", true), Ok("0".into()));
        assert_eq!(huge("1.5e1", false), Ok("15".into()));
        assert_eq!(huge(&format!("{most}0"), true), Err(OUT_OF_RANGE));
    }

    #[test]
    fn floats_are_the_nearest_and_never_infinite_by_accident() {
        assert_eq!(float::<f64>("0.1"), Ok(0.1));
        assert_eq!(float::<f32>("0.1"), Ok(0.1));
        assert_eq!(float::<f64>("5e-324"), Ok(5e-324));
        assert_eq!(float::<f64>("-inf"), Ok(f64::NEG_INFINITY));
        assert_eq!(float::<f64>("Infinity"), Ok(f64::INFINITY));
        assert!(float::<f64>("NaN").is_ok_and(f64::is_nan));
        assert_eq!(float::<f64>("1e309"), Err(OUT_OF_RANGE));
        assert_eq!(float::<f32>("1e39"), Err(OUT_OF_RANGE));
        for text in ["", "e", "-", "1e", "nano", "1 ", "0x1p3"] {
            assert_eq!(float::<f64>(text), Err(NOT_A_NUMBER), "{text}");
        }
    }
}

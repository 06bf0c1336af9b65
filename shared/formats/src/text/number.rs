//! Numbers and bytes as text: exact, or the shortest text that reads back as the same number.

use arrow_buffer::i256;

/// What a float is written as where it is no number: JSON has none of the three.
pub(super) fn special(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        return Some("NaN");
    }
    value.is_infinite().then_some(if value > 0.0 { "Infinity" } else { "-Infinity" })
}

/// A decimal of `scale` digits after the point.
pub(super) fn decimal(value: i128, scale: i8, out: &mut Vec<u8>) {
    if value < 0 {
        out.push(b'-');
    }
    match (u64::try_from(value.unsigned_abs()), usize::try_from(scale)) {
        (Ok(magnitude), Ok(places @ 1..=18)) => short_decimal(magnitude, places, out),
        _ => digits(&value.unsigned_abs().to_string(), scale, out),
    }
}

/// Most decimals fit in 64 bits, which are much faster to divide than 128.
fn short_decimal(magnitude: u64, places: usize, out: &mut Vec<u8>) {
    let unit = 10_u64.pow(places as u32);
    serde_json::to_writer(&mut *out, &(magnitude / unit)).expect("a number is written to memory");
    out.push(b'.');
    let start = out.len();
    out.resize(start + places, b'0');
    let mut rest = magnitude % unit;
    for digit in out[start..].iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}

/// As [`decimal`], of up to 76 digits.
pub(super) fn wide_decimal(value: i256, scale: i8, out: &mut Vec<u8>) {
    let text = value.to_string();
    let magnitude = text.strip_prefix('-').inspect(|_| out.push(b'-')).unwrap_or(&text);
    digits(magnitude, scale, out);
}

fn digits(magnitude: &str, scale: i8, out: &mut Vec<u8>) {
    let places = usize::from(scale.unsigned_abs());
    if scale <= 0 {
        out.extend_from_slice(magnitude.as_bytes());
        out.extend(std::iter::repeat_n(b'0', if magnitude == "0" { 0 } else { places }));
        return;
    }
    let whole = magnitude.len().saturating_sub(places);
    out.extend_from_slice(if whole == 0 { b"0" } else { &magnitude.as_bytes()[..whole] });
    out.push(b'.');
    out.extend(std::iter::repeat_n(b'0', places.saturating_sub(magnitude.len())));
    out.extend_from_slice(&magnitude.as_bytes()[whole..]);
}

/// Whether a text is a whole number as JSON writes it.
pub(super) fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    digits.iter().all(u8::is_ascii_digit)
        && (digits.len() == 1 || matches!(digits, [b'1'..=b'9', ..]))
}

/// The 16 bytes of a UUID.
pub(super) fn uuid(bytes: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        out.push(HEX[usize::from(byte >> 4)]);
        out.push(HEX[usize::from(byte & 15)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal_text(value: i128, scale: i8) -> String {
        let (mut narrow, mut wide) = (Vec::new(), Vec::new());
        decimal(value, scale, &mut narrow);
        wide_decimal(i256::from_i128(value), scale, &mut wide);
        assert_eq!(narrow, wide);
        String::from_utf8(narrow).expect("text")
    }

    #[test]
    fn decimals_are_exact() {
        for (value, scale, text) in [
            (0, 0, "0"),
            (0, 2, "0.00"),
            (5, 2, "0.05"),
            (-5, 2, "-0.05"),
            (12345, 2, "123.45"),
            (u64::MAX.into(), 18, "18.446744073709551615"),
            (-(i128::from(u64::MAX) + 1), 1, "-1844674407370955161.6"),
            (-100, 2, "-1.00"),
            (7, -2, "700"),
            (0, -2, "0"),
            (i128::MIN, 38, "-1.70141183460469231731687303715884105728"),
        ] {
            assert_eq!(decimal_text(value, scale), text);
        }
    }

    #[test]
    fn only_what_json_takes_is_a_whole_number() {
        assert!(["0", "-1", "170141183460469231731687303715884105727"].into_iter().all(is_integer));
        assert!(!["", "-", "01", "1.0", "+1", "1e3", "a"].into_iter().any(is_integer));
    }
}

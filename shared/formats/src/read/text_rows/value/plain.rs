//! Booleans, bytes, UUIDs.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::Reason;

/// What a cell of a BOOLEAN may be, in any case.
pub(in crate::read::text_rows) fn boolean(text: &str) -> Result<bool, Reason> {
    let is = |names: [&str; 3]| names.iter().any(|name| text.eq_ignore_ascii_case(name));
    match text {
        _ if is(["true", "t", "1"]) => Ok(true),
        _ if is(["false", "f", "0"]) => Ok(false),
        _ => Err("is neither `true` nor `false`"),
    }
}

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Base64 of the standard alphabet; `=` at the end may be left out.
pub(in crate::read::text_rows) fn bytes(text: &str) -> Result<Vec<u8>, Reason> {
    BASE64.decode(text).map_err(|_| "is not base64")
}

/// `018f…`, in any case; the hyphens may be left out, all of them.
pub(in crate::read::text_rows) fn uuid(text: &str) -> Result<String, Reason> {
    let hyphens = text.len() == 36 && [8, 13, 18, 23].iter().all(|at| text.as_bytes()[*at] == b'-');
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
    if digits.len() != 32 || !(hyphens || text.len() == 32) {
        return Err("is not a UUID");
    }
    let digits = digits.to_ascii_lowercase();
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    Ok(parts.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn booleans_are_a_small_set() {
        assert!(["true", "TRUE", "t", "1"].iter().all(|text| boolean(text) == Ok(true)));
        assert!(["false", "False", "F", "0"].iter().all(|text| boolean(text) == Ok(false)));
        assert!(["", "yes", "2", " true"].iter().all(|text| boolean(text).is_err()));
    }

    #[test]
    fn uuids_and_bytes_are_what_they_say_or_refused() {
        let uuid_text = "018f3c5e-7b1a-7c3d-9e2f-0123456789ab";
        assert_eq!(uuid(uuid_text).as_deref(), Ok(uuid_text));
        assert_eq!(uuid(&uuid_text.replace('-', "").to_uppercase()).as_deref(), Ok(uuid_text));
        for text in
            ["", "018f3c5e7b1a-7c3d-9e2f-0123456789ab-", "{018f}", &"x".repeat(36), &"ü".repeat(18)]
        {
            assert!(uuid(text).is_err(), "{text}");
        }
        assert_eq!(bytes("AP8="), Ok(vec![0, 255]));
        assert_eq!(bytes("AP8"), Ok(vec![0, 255]));
        assert_eq!(bytes(""), Ok(vec![]));
        assert!(["A", "AP 8", "AP-_", "AP9="].iter().all(|text| bytes(text).is_err()));
    }
}

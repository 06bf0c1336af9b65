//! Where a stream is, as the id of an event.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Result;
use web::sse::invalid_event_id;

/// What begins with the first event that is kept.
pub(crate) const EARLIEST: &str = "earliest";

/// The number of the last event of each feed. Of one feed it is that number; of several those, packed: order
/// holds within a feed.
pub(crate) fn id(numbers: &[u64]) -> String {
    if let [number] = numbers {
        return number.to_string();
    }
    let mut bytes = Vec::with_capacity(numbers.len() * 3);
    for number in numbers {
        let mut left = *number;
        while left >= 0x80 {
            bytes.push(left as u8 | 0x80);
            left >>= 7;
        }
        bytes.push(left as u8);
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The same back, for so many feeds; 400 for what is none, or is past the newest events.
pub(crate) fn read(id: &str, newest: &[u64]) -> Result<Vec<u64>> {
    let numbers = match newest.len() {
        1 => id.parse().ok().map(|number| vec![number]),
        _ => URL_SAFE_NO_PAD.decode(id).ok().and_then(|bytes| unpacked(&bytes)),
    };
    let numbers = numbers.filter(|numbers| numbers.len() == newest.len());
    let numbers = numbers.filter(|numbers| numbers.iter().zip(newest).all(|(n, most)| n <= most));
    numbers.ok_or_else(invalid_event_id)
}

fn unpacked(bytes: &[u8]) -> Option<Vec<u64>> {
    let mut numbers = Vec::new();
    let (mut number, mut shift) = (0_u64, 0);
    for byte in bytes {
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        shift += 7;
        if byte & 0x80 == 0 {
            numbers.push(number);
            (number, shift) = (0, 0);
        }
    }
    (shift == 0).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_as_it_was_written() {
        let most = [u64::MAX; 8];
        for numbers in [[0; 8], [1, 127, 128, 300, 1 << 40, 0, 7, u64::MAX]] {
            let id = id(&numbers);
            assert!(id.len() < 200 && id.bytes().all(|b| b.is_ascii_graphic()), "{id}");
            assert_eq!(read(&id, &most).expect("a position"), numbers);
        }
        assert_eq!(id(&[42]), "42");
        assert_eq!(read("42", &[42]).expect("a position"), [42]);
    }

    #[test]
    fn what_is_none_is_refused() {
        for odd in ["43", "-1", "x", "", "4 2", "AAAA"] {
            assert_eq!(read(odd, &[42]).expect_err(odd).error_code, "INVALID_EVENT_ID");
        }
        let newest = [5, 5, 5];
        let past = id(&[5, 6, 5]);
        for odd in ["nonsense!", "", "42", "gICA", &past, &id(&[1, 1]), &id(&[1, 1, 1, 1])] {
            assert_eq!(read(odd, &newest).expect_err(odd).error_code, "INVALID_EVENT_ID");
        }
    }
}

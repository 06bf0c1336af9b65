//! Places in a text, as people count them.

/// Line and column of a byte, in characters from 1.
pub(super) fn of_byte(text: &str, byte: usize) -> (u32, u32) {
    let before = &text[..text.floor_char_boundary(byte)];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (count(line), count(column))
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_and_not_bytes() {
        let text = "ü\nüü x";
        assert_eq!(of_byte(text, 0), (1, 1));
        assert_eq!(of_byte(text, 1), (1, 1));
        assert_eq!(of_byte(text, text.len() - 1), (2, 4));
        assert_eq!(of_byte(text, 1_000), (2, 5));
    }
}

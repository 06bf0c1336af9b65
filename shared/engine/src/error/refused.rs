//! Values that our own SQL refuses: it casts a text to HUGEINT that cannot be one, and that says the value, why
//! it is refused, and its column.

use domain::Error;

use crate::raw::Failure;

/// An integer that a DOUBLE does not keep. It and the others stand between the value and the column's name.
pub(crate) const LOSES_DIGITS: &str = " loses digits in the column ";

/// A text that is no whole number.
pub(crate) const NOT_WHOLE: &str = " is no whole number for the column ";

/// A timestamp with a part of a second.
pub(crate) const FINER: &str = " is finer than a second in the column ";

/// A text that is no interval.
pub(crate) const NO_INTERVAL: &str = " is no interval for the column ";

/// What the caller hears of each.
const REASONS: [(&str, &str, &str); 4] = [
    (
        LOSES_DIGITS,
        "loses digits",
        ": the lake's files keep such integers as DOUBLE. Make the column DECIMAL(38,0), or VARCHAR for more \
         than 38 digits",
    ),
    (NOT_WHOLE, "is no whole number", ""),
    (
        FINER,
        "is finer than a second",
        ", and TIMESTAMP_S keeps no parts of one; make the column TIMESTAMP_MS or finer",
    ),
    (NO_INTERVAL, "is no interval as in `P1Y2M3DT4H5M6.7S`", ""),
];

/// What the failure of such a cast means, if it is one.
pub(crate) fn refused_value(failure: &Failure) -> Option<Error> {
    let text = failure.message.strip_prefix("Could not convert string '")?;
    let (text, _) = text.rsplit_once("' to ")?;
    let mut reasons = REASONS.iter();
    let ((value, column), what, why) =
        reasons.find_map(|(between, what, why)| Some((text.split_once(between)?, *what, *why)))?;
    let value: String = value.chars().take(100).collect();
    let detail =
        format!("The value `{value}` of the column `{column}` {what}{why}. Nothing was appended.");
    let error = Error::invalid("VALUE_NOT_ALLOWED", detail);
    Some(error.field(column, format!("holds `{value}`, which {what}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_column_is_named_as_it_is_called() {
        let message = "Could not convert string '9007199254740993 loses digits in the column it's' to INT128\n\nLINE 1: x";
        let error = refused_value(&Failure::of("Conversion", message)).expect("a refusal");
        assert_eq!(error.fields[0].field, "it's");
        assert!(
            error
                .detail
                .starts_with("The value `9007199254740993` of the column `it's` loses digits: ")
        );
        let other = Failure::of("Conversion", "Could not convert string 'x' to INT128");
        assert!(refused_value(&other).is_none());
    }
}

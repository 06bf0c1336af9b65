//! One value from its text: exactly that value, or the reason why it is none.

mod cursor;
pub(super) mod date_time;
pub(super) mod interval;
pub(super) mod number;
pub(super) mod plain;
pub(super) mod stamp;

/// Why a text is no value of a type, to go on a sentence: "found `1.5`, which …".
pub(super) type Reason = &'static str;

pub(super) const OUT_OF_RANGE: Reason = "is outside the range of the type";

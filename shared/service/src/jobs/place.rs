//! A place in a list of jobs or of runs, as a cursor has it.

use domain::{Error, Result, limits};

/// The sort key of the last item that was shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(pub(super) String);

impl Place {
    /// Reads what [`Place::as_str`] wrote: a moment, and what the item is of. Errors: `Malformed`
    /// (`INVALID_CURSOR`).
    pub fn parse(text: String) -> Result<Self> {
        let parts = text.split_once('#').filter(|(_, rest)| !rest.is_empty());
        let is_one = parts.is_some_and(|(moment, rest)| {
            moment.len() == 20
                && moment.bytes().all(|byte| byte.is_ascii_digit())
                && rest.len() <= limits::JOB_NAME_CHARACTERS
        });
        if is_one {
            return Ok(Self(text));
        }
        let detail =
            "`cursor` is none of ours; take `next_cursor` as it came, or start without it.";
        Err(Error::malformed("INVALID_CURSOR", detail).field("cursor", "is no place in a list"))
    }

    /// The place as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

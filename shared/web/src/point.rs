//! `?snapshot=` and `?as_of=`: the past.

use domain::{Error, Point, Result, SnapshotId, Timestamp};

/// The point that these two ask for; at most one of them may be given.
pub fn point(snapshot: Option<u64>, as_of: Option<&str>) -> Result<Point> {
    match (snapshot, as_of) {
        (None, None) => Ok(Point::Newest),
        (Some(id), None) => Ok(Point::Snapshot(SnapshotId(id))),
        (None, Some(text)) => time("as_of", text).map(Point::Time),
        (Some(_), Some(_)) => Err(Error::malformed(
            "INVALID_PARAMETER",
            "`snapshot` and `as_of` both say of when; send one of them.",
        )
        .field("as_of", "stands beside `snapshot`")),
    }
}

/// The time that a parameter of this name holds.
pub fn time(name: &str, text: &str) -> Result<Timestamp> {
    text.parse().map_err(|_| {
        let detail = format!("`{name}` must be a time in RFC 3339, as in 2026-01-31T12:00:00Z.");
        Error::malformed("INVALID_PARAMETER", detail).field(name, "is not a time in RFC 3339")
    })
}

//! Points in the lake's history that are not there.

use domain::{Code, Error, Point};

/// Why there is no snapshot for `point`, where these are the oldest and the newest that are kept.
pub(crate) fn no_snapshot(point: Point, oldest: Option<u64>, newest: Option<u64>) -> Error {
    let (oldest, newest) = (oldest.unwrap_or_default(), newest.unwrap_or_default());
    match point {
        Point::Newest => Error::internal("the lake has no snapshot"),
        Point::Snapshot(id) if id.0 > newest => Error::invalid(
            "SNAPSHOT_NOT_FOUND",
            format!("There is no snapshot {id} yet; the newest is {newest}."),
        )
        .field("snapshot", "is not there yet"),
        Point::Snapshot(id) => expired(format!("The snapshot {id}"), oldest),
        Point::Time(at) if oldest == 0 => Error::invalid(
            "SNAPSHOT_NOT_FOUND",
            format!("At {at} the lake was not there yet; ask for a later time."),
        )
        .field("as_of", "is before the first snapshot"),
        Point::Time(at) => expired(format!("What the lake was at {at}"), oldest),
    }
}

fn expired(what: String, oldest: u64) -> Error {
    let detail = format!("{what} has expired; the oldest snapshot that is kept is {oldest}.");
    Error::new(Code::Gone, "SNAPSHOT_EXPIRED", detail)
}

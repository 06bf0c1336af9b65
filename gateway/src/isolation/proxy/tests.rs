//! What is handed on of a head, and what is said when a process is lost.

use super::*;

fn said(lost: Lost) -> Option<&'static str> {
    match lost {
        Lost::Innocent => None,
        Lost::Said(error) => Some(error.error_code),
    }
}

#[test]
fn whoever_is_not_the_reason_may_ask_another_process() {
    let stuck = || Some(Ending::Stuck(vec![3, 4]));
    assert_eq!(said(lost(stuck(), 3)), Some("QUERY_TIMEOUT"));
    assert_eq!(said(lost(stuck(), 5)), None);
    assert_eq!(said(lost(Some(Ending::Retired), 5)), None);
    assert_eq!(said(lost(Some(Ending::TooLarge(1)), 5)), Some("QUERY_TOO_LARGE"));
    for ending in [Some(Ending::TooLarge(2)), Some(Ending::Lost), None] {
        assert_eq!(said(lost(ending, 5)), Some("QUERY_PROCESS_LOST"));
    }
}

#[test]
fn headers_of_the_connection_stay_on_it() {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("connection", "close, X-Hop"),
        ("x-hop", "1"),
        ("transfer-encoding", "chunked"),
        ("te", "trailers"),
        ("accept", "text/csv"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let left = end_to_end(&headers);
    assert_eq!(left.keys().collect::<Vec<_>>(), ["accept"]);
}

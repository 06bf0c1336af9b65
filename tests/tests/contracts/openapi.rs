//! `docs/openapi.json` is what the handlers say, and nothing else.

use std::path::Path;

#[test]
#[expect(clippy::disallowed_methods, reason = "tests ask their surroundings")]
fn the_openapi_document_is_what_the_handlers_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let derived = gateway::openapi().to_pretty_json().expect("the document is JSON") + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, &derived).expect("docs/openapi.json is written");
    }
    let kept = std::fs::read_to_string(&path).expect("docs/openapi.json is there");
    assert!(kept == derived, "docs/openapi.json is not what the handlers say: run `./dev openapi`");
}

//! Says in one sentence what to do where an asset was not fetched.

#[expect(clippy::disallowed_methods, reason = "a build script is told by its environment")]
fn main() {
    println!("cargo:rerun-if-env-changed=EIDER_ASSET_DIR");
    let folder = std::env::var("EIDER_ASSET_DIR").unwrap_or_default();
    let script = std::path::Path::new(&folder).join("redoc.standalone.js");
    println!("cargo:rerun-if-changed={}", script.display());
    assert!(script.exists(), "{} is not there: run `./dev fetch`", script.display());
}

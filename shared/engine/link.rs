//! Build script of everything with DuckDB in it: where the library is at run time.
//!
//! Beside the binary in `lib/` (a zip, a container), in a Lambda layer, or where it was at build time
//! (tests, `cargo run`), in this order.

#[expect(clippy::disallowed_methods, reason = "a build script is told by its environment")]
#[expect(clippy::print_stdout, reason = "cargo reads it")]
fn main() {
    println!("cargo:rerun-if-env-changed=DUCKDB_LIB_DIR");
    let origin = if cfg!(target_os = "macos") { "@loader_path/lib" } else { "$ORIGIN/lib" };
    let built_with = std::env::var("DUCKDB_LIB_DIR").unwrap_or_default();
    for folder in [origin, "/opt/lib", &built_with] {
        if !folder.is_empty() {
            println!("cargo:rustc-link-arg=-Wl,-rpath,{folder}");
        }
    }
}

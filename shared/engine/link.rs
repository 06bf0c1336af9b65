//! Build script of every binary with DuckDB in it: where the library is at run time.
//!
//! Beside the binary in `lib/` (a zip, a container), or in a Lambda layer. On a developer's machine
//! `.cargo/config.toml` and `./dev` name the folder instead.

fn main() {
    println!("cargo:rerun-if-env-changed=DUCKDB_LIB_DIR");
    let origin = if cfg!(target_os = "macos") { "@loader_path/lib" } else { "$ORIGIN/lib" };
    for folder in [origin, "/opt/lib"] {
        println!("cargo:rustc-link-arg-bins=-Wl,-rpath,{folder}");
    }
}

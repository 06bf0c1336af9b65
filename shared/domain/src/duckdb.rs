//! DuckDB and its extensions, as they are linked and fetched: moved together with Cargo.toml's
//! `duckdb` and `tools/digests.txt`. A test of the engine compares this with what is loaded.

/// DuckDB itself.
pub const DUCKDB_VERSION: &str = "1.5.5";

/// An extension, and its own version as `duckdb_extensions()` tells it: a tag, or a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension {
    /// What it is loaded by.
    pub name: &'static str,
    /// Not DuckDB's, save for those that are linked into it.
    pub version: &'static str,
}

const fn of(name: &'static str, version: &'static str) -> Extension {
    Extension { name, version }
}

/// What a lake needs wherever its catalog is: the first two are loaded, the others are in the library.
pub const LAKE_EXTENSIONS: [Extension; 5] = [
    of("ducklake", "d8a1881e"),
    of("httpfs", "827222f"),
    of("icu", "v1.5.5"),
    of("json", "v1.5.5"),
    of("parquet", "v1.5.5"),
];

/// How DuckDB reads a catalog on PostgreSQL: the only one in Lambda's layer.
pub const POSTGRES_EXTENSION: Extension = of("postgres_scanner", "41223e5");

/// How DuckDB reads the embedded catalog.
pub const SQLITE_EXTENSION: Extension = of("sqlite_scanner", "f79b1db");

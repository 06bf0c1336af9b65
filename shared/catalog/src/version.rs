//! Which catalog this build works with. Another is refused by name, at every question.

use domain::{Code, Error, Result};

/// The number of our newest migration.
pub const MIGRATION: u32 = 7;

/// DuckLake's format version, the one that our SQL reads.
pub const FORMAT: &str = "1.0";

/// Refuses a catalog that another build made.
pub fn check(migration: Option<u32>, format: Option<&str>) -> Result<()> {
    if migration != Some(MIGRATION) {
        return Err(refuse(migration));
    }
    match format {
        Some(FORMAT) => Ok(()),
        found => Err(Error::new(
            Code::Unavailable,
            "CATALOG_VERSION",
            format!(
                "The catalog has DuckLake's format {}; this Eider works with {FORMAT}. Run the Eider \
                 that fits the catalog.",
                found.unwrap_or("without a version")
            ),
        )),
    }
}

/// 503, saying what was found, what is needed and what to do.
pub(crate) fn refuse(found: Option<u32>) -> Error {
    let detail = match found {
        None => format!(
            "The catalog is not migrated to what this Eider needs, its migration {MIGRATION}: tables or \
             columns are not there. Run `eider-server migrate`."
        ),
        Some(found) if found > MIGRATION => format!(
            "The catalog is at migration {found}, this Eider at {MIGRATION}: it is of a newer Eider. \
             Run that one; no `eider-server migrate` goes back."
        ),
        Some(found) => format!(
            "The catalog is at migration {found}, this Eider needs {MIGRATION}. Run `eider-server \
             migrate`."
        ),
    };
    Error::new(Code::Unavailable, "CATALOG_VERSION", detail)
}

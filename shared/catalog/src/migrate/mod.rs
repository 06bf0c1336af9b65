//! Migrations: numbered, each a file, each run once and noted in `eider_migration`.
//!
//! The lake itself is made by the engine in between: what is ours has triggers on DuckLake's tables.
//! A step that was released is never changed; what is new is a new number (and `version::MIGRATION`).

mod postgres;
mod roles;
mod sqlite;

use std::fmt;

use domain::{Code, Error, Result};

use crate::version::{self, MIGRATION};

pub use postgres::migrate_postgres;
pub use sqlite::{migrate_sqlite, prepare_sqlite};

/// One step: its name, and its SQL for each database.
struct Step {
    number: u32,
    name: &'static str,
    postgres: &'static str,
    sqlite: &'static str,
}

macro_rules! step {
    ($number:literal, $name:literal) => {
        Step {
            number: $number,
            name: $name,
            postgres: include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
            sqlite: include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
        }
    };
}

const STEPS: [Step; MIGRATION as usize] = [
    step!(1, "0001_ledger"),
    step!(2, "0002_changes"),
    step!(3, "0003_listing"),
    step!(4, "0004_answers"),
    step!(5, "0005_conditions"),
    step!(6, "0006_tables"),
    step!(7, "0007_names"),
];

/// What a migration did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// The newest migration that was there before; `None` where nothing of ours was.
    pub from: Option<u32>,
    /// The newest one now.
    pub to: u32,
}

impl fmt::Display for Migrated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.from {
            Some(from) if from == self.to => {
                write!(f, "the catalog is at migration {from} already; nothing was changed")
            }
            Some(from) => write!(f, "the catalog moved from migration {from} to {}", self.to),
            None => write!(f, "the catalog is migrated: now at migration {}", self.to),
        }
    }
}

/// The steps that a catalog at migration `from` lacks; refuses one of a newer Eider.
fn steps_after(from: Option<u32>) -> Result<impl Iterator<Item = &'static Step>> {
    if from.is_some_and(|from| from > MIGRATION) {
        return Err(version::refuse(from));
    }
    Ok(STEPS.iter().filter(move |step| Some(step.number) > from))
}

/// What was being done when it failed; the database's own words are the source.
fn failed(doing: impl fmt::Display) -> impl FnOnce(sqlx::Error) -> Error {
    let detail = format!("The migration failed: {doing}. Nothing of this step was kept.");
    move |error| Error::new(Code::Unavailable, "MIGRATION_FAILED", detail).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_numbered_without_gaps_and_named_by_their_number() {
        for (index, step) in STEPS.iter().enumerate() {
            assert_eq!(step.number as usize, index + 1);
            assert!(step.name.starts_with(&format!("{:04}_", step.number)), "{}", step.name);
        }
        assert_eq!(steps_after(Some(2)).expect("steps").count(), MIGRATION as usize - 2);
        assert!(steps_after(Some(MIGRATION + 1)).is_err());
    }
}

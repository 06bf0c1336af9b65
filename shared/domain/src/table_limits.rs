//! What a configuration limits of tables that are made or changed.

use crate::{Error, Name, Result, TableDefinition, TableName, TablePatch};

/// Limits within [`crate::limits`]. They hold for what is new: a table that is there is read and written as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableLimits {
    /// `EIDER_MAX_COLUMNS`: columns of a table, at most [`crate::limits::COLUMNS`].
    pub columns: usize,
    /// `EIDER_MAX_NAME_CHARACTERS`: characters in the name of a schema, table or column, at most
    /// [`crate::limits::NAME_CHARACTERS`].
    pub name_characters: usize,
}

impl TableLimits {
    /// Whether a table or view may be made under the name: else `INVALID_NAME`.
    pub fn check_table_name(&self, name: &TableName) -> Result<()> {
        self.check_name("schema", &name.schema)?;
        self.check_name("table", &name.name)
    }

    /// Whether a table may be made so: else `INVALID_NAME`, `INVALID_COLUMNS`.
    pub fn check_new(&self, definition: &TableDefinition) -> Result<()> {
        definition.columns.iter().try_for_each(|column| self.check_name("column", &column.name))?;
        self.check_count(definition.columns.len())
    }

    /// Whether a table may become this by the patch, as to what that makes new.
    pub fn check_patch(&self, patch: &TablePatch, after: &TableDefinition) -> Result<()> {
        let renamed = patch.alter.iter().filter_map(|change| change.rename_to.as_ref());
        let mut new = patch.add.iter().map(|column| &column.name).chain(renamed);
        new.try_for_each(|name| self.check_name("column", name))?;
        if patch.add.is_empty() { Ok(()) } else { self.check_count(after.columns.len()) }
    }

    fn check_name(&self, what: &str, name: &Name) -> Result<()> {
        let (characters, most) = (name.as_str().chars().count(), self.name_characters);
        if characters <= most {
            return Ok(());
        }
        let detail = format!(
            "A {what} name has {characters} characters; at most {most} are taken (EIDER_MAX_NAME_CHARACTERS)."
        );
        Err(Error::invalid("INVALID_NAME", detail))
    }

    fn check_count(&self, columns: usize) -> Result<()> {
        let most = self.columns;
        if columns <= most {
            return Ok(());
        }
        let detail =
            format!("A table has 1 to {most} columns (EIDER_MAX_COLUMNS); this one has {columns}.");
        Err(Error::invalid("INVALID_COLUMNS", detail))
    }
}

//! Changes of a table's definition: what `PATCH /tables/{table_name}` asks.

use crate::{
    Column, ColumnType, Error, Layout, Literal, Name, PartitionKey, Result, SortKey, Table,
    TableDefinition,
};

/// Changes of one column. `None` leaves a thing as it is; `Some(None)` takes it away.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnPatch {
    /// The column, by its name before all changes.
    pub name: Name,
    /// Another name.
    pub rename_to: Option<Name>,
    /// Its type. Another one is refused (docs/adr/0011).
    pub r#type: Option<ColumnType>,
    /// Whether it may hold NULL.
    pub nullable: Option<bool>,
    /// What an append without it puts in from now on.
    pub default: Option<Option<Literal>>,
    /// What people should know of it.
    pub comment: Option<Option<String>>,
}

/// Changes of a table: one snapshot for all of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TablePatch {
    /// New columns, after those that are there.
    pub add: Vec<Column>,
    /// Columns that go, by name.
    pub drop: Vec<Name>,
    /// Columns that change.
    pub alter: Vec<ColumnPatch>,
    /// What people should know of the table.
    pub comment: Option<Option<String>>,
    /// Other keys of its partitioning, for files to come; none ends it.
    pub partition_by: Option<Vec<PartitionKey>>,
    /// Another sort order, for files to come; none ends it.
    pub sort_by: Option<Vec<SortKey>>,
}

impl TablePatch {
    /// The definition of `table` after the changes; an error where they do not fit it.
    pub fn apply(&self, table: &Table) -> Result<TableDefinition> {
        if *self == Self::default() {
            let detail = "The patch changes nothing; name at least one change.";
            return Err(Error::invalid("EMPTY_PATCH", detail));
        }
        self.check_names(table)?;
        self.check_nulls()?;
        self.check_renames(table)?;
        let mut columns = Vec::new();
        for column in &table.columns {
            if self.drop.contains(&column.name) {
                continue;
            }
            let change = self.alter.iter().find(|change| change.name == column.name);
            columns.push(match change {
                Some(change) => change.apply(column)?,
                None => column.clone(),
            });
        }
        columns.extend(self.add.iter().cloned());
        let comment = self.comment.clone().unwrap_or_else(|| table.summary.comment.clone());
        let definition = TableDefinition::new(table.summary.name.clone(), columns, comment)?;
        definition.laid_out(self.layout(table))
    }

    /// The layout after the changes: its keys follow columns that are renamed.
    fn layout(&self, table: &Table) -> Layout {
        let renamed = |name: &Name| {
            let change = self.alter.iter().find(|change| change.name == *name);
            change.and_then(|change| change.rename_to.clone()).unwrap_or_else(|| name.clone())
        };
        let old = &table.layout;
        let partition =
            |key: &PartitionKey| PartitionKey { column: renamed(&key.column), ..key.clone() };
        let sort = |key: &SortKey| SortKey { column: renamed(&key.column), ..key.clone() };
        Layout {
            partition_by: self
                .partition_by
                .clone()
                .unwrap_or_else(|| old.partition_by.iter().map(partition).collect()),
            sort_by: self.sort_by.clone().unwrap_or_else(|| old.sort_by.iter().map(sort).collect()),
        }
    }

    /// A new name is not that of another column before the patch: the changes are made one after the other.
    fn check_renames(&self, table: &Table) -> Result<()> {
        for (index, change) in self.alter.iter().enumerate() {
            let Some(new) = change.rename_to.as_ref().filter(|new| **new != change.name) else {
                continue;
            };
            let taken = table.columns.iter().any(|column| column.name == *new);
            if taken && !self.drop.contains(new) {
                let detail = format!(
                    "`{new}` is the name of a column; rename that one first, in a patch of its own."
                );
                let field = format!("alter_columns[{index}].rename_to");
                return Err(Error::invalid("DUPLICATE_COLUMN", detail).field(field, "is taken"));
            }
        }
        Ok(())
    }

    /// DuckLake adds columns that take NULL only, and ends that for one column of a snapshot.
    fn check_nulls(&self) -> Result<()> {
        if let Some(index) = self.add.iter().position(|column| !column.nullable) {
            let detail = "A column that is added takes NULL: add it with a default, then send \
                          \"nullable\": false in a patch of its own.";
            let field = format!("add_columns[{index}].nullable");
            return Err(Error::invalid("INVALID_COLUMNS", detail).field(field, "must be true"));
        }
        let mut set = self.alter.iter().enumerate().filter(|(_, c)| c.nullable == Some(false));
        if let (Some(_), Some((index, _))) = (set.next(), set.next()) {
            let detail =
                "DuckLake takes one \"nullable\": false in a patch; send the others after it.";
            let field = format!("alter_columns[{index}].nullable");
            return Err(Error::invalid("INVALID_COLUMNS", detail).field(field, "is one too many"));
        }
        Ok(())
    }

    /// Columns that are changed or dropped are there, and each is named once.
    fn check_names(&self, table: &Table) -> Result<()> {
        let dropped =
            self.drop.iter().enumerate().map(|(i, name)| (format!("drop_columns[{i}]"), name));
        let altered = self.alter.iter().enumerate();
        let altered = altered.map(|(i, change)| (format!("alter_columns[{i}].name"), &change.name));
        let mut seen: Vec<&Name> = Vec::new();
        for (field, name) in dropped.chain(altered) {
            if !table.columns.iter().any(|column| column.name == *name) {
                let detail = format!("The table has no column `{name}`.");
                return Err(Error::invalid("UNKNOWN_COLUMN", detail).field(field, "is no column"));
            }
            if seen.contains(&name) {
                let detail =
                    format!("The column `{name}` is changed twice; say all of it at once.");
                return Err(
                    Error::invalid("DUPLICATE_COLUMN", detail).field(field, "is named twice")
                );
            }
            seen.push(name);
        }
        Ok(())
    }
}

impl ColumnPatch {
    fn apply(&self, column: &Column) -> Result<Column> {
        if let Some(to) = &self.r#type
            && *to != column.r#type
            && column.r#type.widens_to(to)
        {
            let detail = format!(
                "The column `{}` stays {}: DuckLake 1.0 mixes up the statistics of a column whose type was \
                 widened, and reads miss rows or fail after that. Add a column, upsert into it, drop this one.",
                column.name, column.r#type
            );
            return Err(Error::invalid("TYPE_STAYS", detail)
                .field(column.name.as_str(), "cannot be widened safely"));
        }
        if let Some(to) = &self.r#type
            && !column.r#type.widens_to(to)
        {
            let detail = format!(
                "The column `{}` is {}, which cannot become {to}. Add a column, fill it, drop this one.",
                column.name, column.r#type
            );
            return Err(Error::invalid("TYPE_NOT_WIDER", detail)
                .field(column.name.as_str(), format!("is {}, not to become {to}", column.r#type)));
        }
        Ok(Column {
            name: self.rename_to.clone().unwrap_or_else(|| column.name.clone()),
            r#type: self.r#type.clone().unwrap_or_else(|| column.r#type.clone()),
            nullable: self.nullable.unwrap_or(column.nullable),
            default: self.default.clone().unwrap_or_else(|| column.default.clone()),
            comment: self.comment.clone().unwrap_or_else(|| column.comment.clone()),
        })
    }
}

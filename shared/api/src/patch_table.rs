//! Changes of a table's definition.

use domain::{ColumnPatch, ColumnType, Literal, Name, Result, TablePatch};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use utoipa::ToSchema;

use crate::ColumnDocument;
use crate::create_table::layout;
use crate::table::{at, literal};

/// Changes of a table: all of them in one snapshot, or none. Columns are named as they are called before
/// the patch.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchTable {
    /// New columns, after those that are there; rows that are there get the default.
    #[serde(default)]
    pub add_columns: Vec<ColumnDocument>,
    /// Columns that go.
    #[serde(default)]
    pub drop_columns: Vec<String>,
    /// Columns that change.
    #[serde(default)]
    pub alter_columns: Vec<PatchColumn>,
    /// What people should know of the table; `null` takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub comment: Option<Option<String>>,
    /// Other keys of the partitioning, for files to come; `[]` ends it.
    pub partition_by: Option<Vec<String>>,
    /// Another sort order, for files to come; `[]` ends it.
    pub sort_by: Option<Vec<String>>,
}

/// Changes of one column; what is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchColumn {
    /// The column.
    #[schema(example = "delay")]
    pub name: String,
    /// Another name.
    pub rename_to: Option<String>,
    /// The type that it has. Another is refused: DuckLake 1.0 misses rows of a column whose type was widened.
    pub r#type: Option<String>,
    /// Whether it may hold NULL.
    pub nullable: Option<bool>,
    /// What an append without it puts in from now on; `null` takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Value>)]
    pub default: Option<Option<Value>>,
    /// What people should know of it; `null` takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub comment: Option<Option<String>>,
}

/// `null` is something else than nothing.
fn given<'de, D, T>(deserializer: D) -> std::result::Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

impl PatchTable {
    /// The changes, every name and type of them parsed; the error names the field.
    pub fn parse(self) -> Result<TablePatch> {
        let add = self.add_columns.into_iter().enumerate();
        let add = add.map(|(index, column)| column.parse("add_columns", index));
        let drop = self.drop_columns.iter().enumerate();
        let drop = drop.map(|(index, name)| column(name, &format!("drop_columns[{index}]")));
        let alter = self.alter_columns.into_iter().enumerate();
        let alter = alter.map(|(index, change)| change.parse(index));
        let no_keys: &[String] = &[];
        let keys = layout(
            self.partition_by.as_deref().unwrap_or(no_keys),
            self.sort_by.as_deref().unwrap_or(no_keys),
        )?;
        Ok(TablePatch {
            add: add.collect::<Result<_>>()?,
            drop: drop.collect::<Result<_>>()?,
            alter: alter.collect::<Result<_>>()?,
            comment: self.comment,
            partition_by: self.partition_by.map(|_| keys.partition_by),
            sort_by: self.sort_by.map(|_| keys.sort_by),
        })
    }
}

impl PatchColumn {
    fn parse(self, index: usize) -> Result<ColumnPatch> {
        let field = |part: &str| format!("alter_columns[{index}].{part}");
        let rename_to = self.rename_to.map(|name| column(&name, &field("rename_to")));
        let r#type = self
            .r#type
            .map(|text| ColumnType::parse(&text).map_err(|error| at(error, field("type"))));
        let default = |given: Option<Value>| match given {
            Some(value) => match literal(value, field("default"))? {
                Literal::Null => Ok(None),
                literal => Ok(Some(literal)),
            },
            None => Ok(None),
        };
        Ok(ColumnPatch {
            name: column(&self.name, &field("name"))?,
            rename_to: rename_to.transpose()?,
            r#type: r#type.transpose()?,
            nullable: self.nullable,
            default: self.default.map(default).transpose()?,
            comment: self.comment,
        })
    }
}

fn column(text: &str, field: &str) -> Result<Name> {
    Name::parse("column", text).map_err(|error| at(error, field.to_owned()))
}

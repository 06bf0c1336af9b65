//! A new table.

use domain::{Error, Layout, PartitionKey, Result, SortKey, TableDefinition, TableName, limits};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::ColumnDocument;
use crate::table::at;

/// A new table, from its columns or from the rows of a query.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTable {
    /// `name` or `schema.name`; a dot inside a part stands in double quotes. The schema is made on
    /// first use.
    #[schema(example = "flights")]
    pub name: String,
    /// The columns, in order; or `as`.
    pub columns: Option<Vec<ColumnDocument>>,
    /// One SELECT, whose columns and rows the table takes; or `columns`.
    #[schema(example = "SELECT origin, count(*) AS flights FROM flights GROUP BY origin")]
    pub r#as: Option<String>,
    /// Keep the query of `as` and not its rows: a view, which reads what it names each time.
    #[serde(default)]
    pub view: bool,
    /// The keys by which its rows are parted into files: `column`, `year(column)`, `month(column)`,
    /// `day(column)`, `hour(column)`, `bucket(16, column)`.
    #[serde(default)]
    pub partition_by: Vec<String>,
    /// The keys by which rows are sorted in files: `column`, `column DESC NULLS FIRST`.
    #[serde(default)]
    pub sort_by: Vec<String>,
    /// What people should know of it.
    pub comment: Option<String>,
    /// Answer 200 with the table as it is, where one of the name is there.
    #[serde(default)]
    pub if_not_exists: bool,
}

/// What is to be made, every name and type of it parsed.
#[derive(Debug)]
pub struct NewTable {
    /// Its name.
    pub name: TableName,
    /// Where its columns come from.
    pub from: NewTableFrom,
    /// Its layout.
    pub layout: Layout,
    /// Its comment.
    pub comment: Option<String>,
}

/// Where the columns of a new table come from.
#[derive(Debug)]
pub enum NewTableFrom {
    /// The request.
    Columns(TableDefinition),
    /// A query, whose rows it takes: hostile.
    Query(String),
    /// A query, which it keeps: hostile.
    View(String),
}

impl CreateTable {
    /// The table that is asked for; the error names the field.
    pub fn parse(self) -> Result<NewTable> {
        let name = TableName::parse(&self.name).map_err(|e| at(e, "name".to_owned()))?;
        name.check_creatable()?;
        let layout = layout(&self.partition_by, &self.sort_by)?;
        let comment = self.comment;
        if self.view && (self.r#as.is_none() || layout != Layout::default()) {
            let detail = "A view has `as`, and neither columns nor a layout of its own.";
            return Err(
                Error::invalid("INVALID_VIEW", detail).field("view", "stands without `as` alone")
            );
        }
        let from = match (self.columns, self.r#as) {
            (Some(columns), None) => {
                let columns = columns.into_iter().enumerate();
                let columns = columns.map(|(index, column)| column.parse("columns", index));
                let columns = columns.collect::<Result<Vec<_>>>()?;
                let definition = TableDefinition::new(name.clone(), columns, comment.clone())?;
                NewTableFrom::Columns(definition.laid_out(layout.clone())?)
            }
            (None, Some(sql)) if self.view => NewTableFrom::View(checked_sql(sql, "as")?),
            (None, Some(sql)) => NewTableFrom::Query(checked_sql(sql, "as")?),
            (None, None) => {
                let detail = "The body lacks `columns`, and `as` in place of them.";
                return Err(
                    Error::malformed("MISSING_FIELD", detail).field("columns", "is missing")
                );
            }
            (Some(_), Some(_)) => {
                let detail = "The body has `columns` and `as`; the query says the columns.";
                return Err(Error::invalid("INVALID_COLUMNS", detail)
                    .field("columns", "stands beside `as`"));
            }
        };
        Ok(NewTable { name, from, layout, comment })
    }
}

/// The keys, parsed; the error names the list.
pub(crate) fn layout(partition_by: &[String], sort_by: &[String]) -> Result<Layout> {
    let partition_by = partition_by.iter().map(|text| PartitionKey::parse(text));
    let sort_by = sort_by.iter().map(|text| SortKey::parse(text));
    Ok(Layout {
        partition_by: partition_by.collect::<Result<_>>()?,
        sort_by: sort_by.collect::<Result<_>>()?,
    })
}

/// The SQL of a field, if it is of a size that is taken.
pub(crate) fn checked_sql(sql: String, field: &str) -> Result<String> {
    if sql.len() <= limits::SQL_BYTES {
        return Ok(sql);
    }
    let detail =
        format!("`{field}` has {} bytes; at most {} are taken.", sql.len(), limits::SQL_BYTES);
    Err(Error::invalid("SQL_TOO_LONG", detail).field(field, "is too long"))
}

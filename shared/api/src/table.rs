//! Tables and columns.

use domain::{Column, ColumnType, Error, Kind, Literal, Name, Result, Table, TableSummary};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A column.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnDocument {
    /// Its name: 1 to 128 characters, unique without case.
    #[schema(example = "delay")]
    pub name: String,
    /// A type of DuckLake, as DuckDB writes it.
    #[schema(example = "DECIMAL(10,2)")]
    pub r#type: String,
    /// Whether it may hold NULL.
    #[serde(default = "yes")]
    pub nullable: bool,
    /// A JSON literal: what an append without this column puts in.
    #[serde(default)]
    #[schema(value_type = Option<Value>)]
    pub default: Option<Value>,
    /// What people should know of it.
    #[serde(default)]
    pub comment: Option<String>,
}

fn yes() -> bool {
    true
}

impl ColumnDocument {
    /// The column, every part of it parsed; `list` is where it stands.
    pub(crate) fn parse(self, list: &str, index: usize) -> Result<Column> {
        let field = |part: &str| format!("{list}[{index}].{part}");
        Ok(Column {
            name: Name::parse("column", &self.name).map_err(|e| at(e, field("name")))?,
            r#type: ColumnType::parse(&self.r#type).map_err(|e| at(e, field("type")))?,
            nullable: self.nullable,
            default: self.default.map(|v| literal(v, field("default"))).transpose()?,
            comment: self.comment,
        })
    }
}

pub(crate) fn at(error: Error, field: String) -> Error {
    let message = error.detail.clone();
    error.field(field, message)
}

pub(crate) fn literal(value: Value, field: String) -> Result<Literal> {
    Ok(match value {
        Value::Null => Literal::Null,
        Value::Bool(value) => Literal::Boolean(value),
        Value::Number(value) => Literal::Number(value.to_string()),
        Value::String(value) => Literal::Text(value),
        Value::Array(_) | Value::Object(_) => {
            return Err(Error::invalid(
                "INVALID_DEFAULT",
                "A default is a JSON literal: null, true, false, a number or a string.",
            )
            .field(field, "is not a literal"));
        }
    })
}

fn value(literal: Literal) -> Value {
    match literal {
        Literal::Null => Value::Null,
        Literal::Boolean(value) => Value::Bool(value),
        Literal::Number(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        Literal::Text(text) => Value::String(text),
    }
}

impl From<Column> for ColumnDocument {
    fn from(column: Column) -> Self {
        Self {
            name: column.name.as_str().to_owned(),
            r#type: column.r#type.to_string(),
            nullable: column.nullable,
            default: column.default.map(value),
            comment: column.comment,
        }
    }
}

/// A table as listings show it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TableItem {
    /// `name` or `schema.name`.
    pub name: String,
    /// A table, or a view, which has no rows of its own.
    pub kind: KindDocument,
    /// Rows: exact, deletes and inlined rows counted; `null` of a view.
    pub row_count: Option<u64>,
    /// Bytes of its data files.
    pub size_bytes: u64,
    /// Number of its data files.
    pub file_count: u64,
    /// The last snapshot that changed it.
    pub snapshot: u64,
    /// When it was created, RFC 3339.
    pub created_at: String,
    /// When it was last changed, RFC 3339.
    pub updated_at: String,
    /// What people should know of it.
    pub comment: Option<String>,
}

impl From<TableSummary> for TableItem {
    fn from(table: TableSummary) -> Self {
        Self {
            name: table.name.to_string(),
            kind: table.kind.into(),
            row_count: (table.kind == Kind::Table).then_some(table.row_count),
            size_bytes: table.size_bytes,
            file_count: table.file_count,
            snapshot: table.snapshot.0,
            created_at: table.created_at.to_string(),
            updated_at: table.updated_at.to_string(),
            comment: table.comment,
        }
    }
}

/// What stands under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KindDocument {
    /// Rows in files.
    Table,
    /// A query by a name.
    View,
}

impl From<Kind> for KindDocument {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Table => Self::Table,
            Kind::View => Self::View,
        }
    }
}

/// A table with its columns.
#[derive(Debug, Serialize, ToSchema)]
pub struct TableDocument {
    /// `name` or `schema.name`.
    pub name: String,
    /// A table, or a view.
    pub kind: KindDocument,
    /// Its columns, in order.
    pub columns: Vec<ColumnDocument>,
    /// The query of a view, with the lake's own names; `null` of a table.
    pub r#as: Option<String>,
    /// Rows: exact, deletes and inlined rows counted; `null` of a view.
    pub row_count: Option<u64>,
    /// Bytes of its data files.
    pub size_bytes: u64,
    /// Number of its data files.
    pub file_count: u64,
    /// The last snapshot that changed it.
    pub snapshot: u64,
    /// When it was created, RFC 3339.
    pub created_at: String,
    /// When it was last changed, RFC 3339.
    pub updated_at: String,
    /// The keys by which its rows are parted into files: `column`, `year(column)`, `bucket(16, column)`.
    pub partition_by: Vec<String>,
    /// The keys by which rows are sorted in files: `column ASC NULLS LAST`.
    pub sort_by: Vec<String>,
    /// What people should know of it.
    pub comment: Option<String>,
}

impl From<Table> for TableDocument {
    fn from(table: Table) -> Self {
        let item = TableItem::from(table.summary);
        Self {
            name: item.name,
            kind: item.kind,
            columns: table.columns.into_iter().map(ColumnDocument::from).collect(),
            r#as: table.view.map(|view| view.sql.replace("{DUCKLAKE_CATALOG}.", "")),
            row_count: item.row_count,
            size_bytes: item.size_bytes,
            file_count: item.file_count,
            snapshot: item.snapshot,
            created_at: item.created_at,
            updated_at: item.updated_at,
            partition_by: table.layout.partition_by.iter().map(ToString::to_string).collect(),
            sort_by: table.layout.sort_by.iter().map(ToString::to_string).collect(),
            comment: item.comment,
        }
    }
}

//! Columns and the definition of a table, as a caller writes them.

use std::collections::HashSet;

use crate::{ColumnType, Error, Layout, Name, Result, TableName, Transform, limits};

/// A JSON literal: what a column's default may be (DuckLake keeps literals only).
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A number, as it was written: exact.
    Number(String),
    /// A string, cast to the column's type.
    Text(String),
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name, unique in the table without regard to case.
    pub name: Name,
    /// Its type.
    pub r#type: ColumnType,
    /// Whether it may hold NULL.
    pub nullable: bool,
    /// What an append without this column puts in.
    pub default: Option<Literal>,
    /// What people should know of it.
    pub comment: Option<String>,
}

/// What `POST /tables` makes.
#[derive(Debug, Clone, PartialEq)]
pub struct TableDefinition {
    /// The table's name.
    pub name: TableName,
    /// Its columns, in order; at least one.
    pub columns: Vec<Column>,
    /// What people should know of it.
    pub comment: Option<String>,
    /// How its rows are laid out.
    pub layout: Layout,
}

impl TableDefinition {
    /// Checks what holds between the parts: the name may be made, there are columns, none twice.
    pub fn new(name: TableName, columns: Vec<Column>, comment: Option<String>) -> Result<Self> {
        name.check_creatable()?;
        if columns.is_empty() || columns.len() > limits::COLUMNS {
            return Err(Error::invalid(
                "INVALID_COLUMNS",
                format!(
                    "A table has 1 to {} columns; {} were given.",
                    limits::COLUMNS,
                    columns.len()
                ),
            ));
        }
        let mut seen = HashSet::new();
        if let Some((index, twice)) =
            columns.iter().enumerate().find(|(_, column)| !seen.insert(&column.name))
        {
            return Err(Error::invalid(
                "DUPLICATE_COLUMN",
                format!(
                    "The column `{}` is given twice (names are equal without case).",
                    twice.name
                ),
            )
            .field(format!("columns[{index}].name"), "is given twice"));
        }
        let ours = |column: &&Column| column.name.folded().starts_with("_ducklake_internal_");
        if let Some(column) = columns.iter().find(ours) {
            let detail = format!("The name `{}` is DuckLake's own; choose another.", column.name);
            return Err(
                Error::invalid("RESERVED_NAME", detail).field(column.name.as_str(), "is reserved")
            );
        }
        check_comment(comment.as_deref(), || "comment".to_owned())?;
        for (index, column) in columns.iter().enumerate() {
            check_comment(column.comment.as_deref(), || format!("columns[{index}].comment"))?;
            if let Some(name) = column.r#type.not_kept_within() {
                let instead = if name == "VARIANT" { "JSON" } else { "DECIMAL(38,0)" };
                let what = format!(
                    "holds a {name} within, which the lake's files cannot keep there; make it {instead}"
                );
                let detail = format!("The type of the column `{}` {what}.", column.name);
                let field = format!("columns[{index}].type");
                return Err(Error::invalid("INVALID_TYPE", detail).field(field, what));
            }
            if let Some(Literal::Text(text)) = &column.default
                && let Some(wrong) = odd(text)
            {
                let field = format!("columns[{index}].default");
                let detail = format!("The default of the column `{}` {wrong}.", column.name);
                return Err(Error::invalid("INVALID_DEFAULT", detail).field(field, wrong));
            }
        }
        Ok(Self { name, columns, comment, layout: Layout::default() })
    }

    /// With this layout: its columns are there, none is a key twice, and of a type to take the part of.
    pub fn laid_out(self, layout: Layout) -> Result<Self> {
        for (field, keys) in layout.columns() {
            let mut seen: HashSet<&Name> = HashSet::new();
            for (index, name) in keys.into_iter().enumerate() {
                let field = format!("{field}[{index}]");
                if !self.columns.iter().any(|column| column.name == *name) {
                    return Err(layout_error(field, format!("names `{name}`, which is no column")));
                }
                if !seen.insert(name) {
                    return Err(layout_error(field, format!("names `{name}` once more")));
                }
            }
        }
        for (index, key) in layout.partition_by.iter().enumerate() {
            let Transform::Part(part) = key.transform else { continue };
            let column = self.columns.iter().find(|column| column.name == key.column);
            if let Some(column) = column.filter(|column| !column.r#type.has_part(part)) {
                let what = format!("takes the {part} of `{}`, a {}", key.column, column.r#type);
                return Err(layout_error(format!("partition_by[{index}]"), what));
            }
        }
        Ok(Self { layout, ..self })
    }
}

fn layout_error(field: String, what: String) -> Error {
    Error::invalid("INVALID_LAYOUT", format!("`{field}` {what}.")).field(field, what)
}

fn check_comment(text: Option<&str>, field: impl Fn() -> String) -> Result<()> {
    match text.and_then(odd) {
        None => Ok(()),
        Some(wrong) => {
            let detail = format!("The comment `{}` {wrong}; change it.", field());
            Err(Error::invalid("INVALID_COMMENT", detail).field(field(), wrong))
        }
    }
}

/// What is wrong with a text that must stand in a statement: C's strings end at a NUL, and no other
/// control character but line ends and tabs is for people.
fn odd(text: &str) -> Option<String> {
    let control = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    let characters = text.chars().count();
    match control {
        Some(control) => Some(format!("holds the control character U+{:04X}", control as u32)),
        None if characters > limits::COMMENT_CHARACTERS => Some(format!(
            "has {characters} characters; at most {} are taken",
            limits::COMMENT_CHARACTERS
        )),
        None => None,
    }
}

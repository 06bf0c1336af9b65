//! The columns that a body fills, row by row.

use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{Field, Schema, SchemaRef};
use domain::{Column, ColumnType, Error, Literal, Result};

use super::builder::{self, Builder};
use super::misfit::{Fit, Misfit};
use super::names::Names;
use super::room::Room;
use super::scan::Scanner;
use super::{fault, misfit};

pub(in crate::read) struct Columns {
    columns: Vec<Filled>,
    names: Names,
    schema: SchemaRef,
    room: Room,
    /// Rows of the batch that is being made.
    rows: usize,
}

struct Filled {
    name: String,
    nullable: bool,
    type_name: String,
    is_varchar: bool,
    default: Option<Literal>,
    builder: Box<dyn Builder>,
}

impl Columns {
    pub(in crate::read) fn new<'a>(
        columns: impl Iterator<Item = &'a Column>,
        row_bytes: usize,
    ) -> Result<Self> {
        let columns: Vec<Filled> = columns.map(Filled::new).collect::<Result<_>>()?;
        let field =
            |column: &Filled| Field::new(&column.name, column.builder.data_type(), column.nullable);
        let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        let names = Names::new(columns.iter().map(|column| column.name.as_str()));
        Ok(Self { columns, names, schema, room: Room::new(row_bytes), rows: 0 })
    }

    pub(in crate::read) fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// The place of the column of this name.
    pub(in crate::read) fn find(&mut self, name: &str) -> Option<usize> {
        self.names.find(name)
    }

    pub(in crate::read) fn name(&self, index: usize) -> &str {
        &self.columns[index].name
    }

    /// Whether this row has a value of the column yet.
    pub(in crate::read) fn is_filled(&self, index: usize) -> bool {
        self.columns[index].builder.len() > self.rows
    }

    /// A NULL of `line`.
    pub(in crate::read) fn null(&mut self, index: usize, line: u64) -> Result<()> {
        let column = &mut self.columns[index];
        if !column.nullable {
            return Err(fault::null_not_allowed(line, &column.name));
        }
        column.builder.null(&mut self.room);
        Ok(())
    }

    /// The text of a cell.
    pub(in crate::read) fn text(&mut self, index: usize, text: &str, line: u64) -> Result<()> {
        let column = &mut self.columns[index];
        let fit = column.builder.text(text, &mut self.room).and_then(|()| self.room.check());
        fit.map_err(|misfit| self.misfit(index, line, *misfit, text))
    }

    /// The JSON value that comes next in `text`, the whole line.
    pub(in crate::read) fn json(
        &mut self,
        index: usize,
        scanner: &mut Scanner<'_>,
        text: &str,
        line: u64,
    ) -> Result<()> {
        if scanner.peek() == Some(b'n') && scanner.word("null").is_ok() {
            return self.null(index, line);
        }
        let column = &mut self.columns[index];
        // The row's own object is no level of the value.
        let fit = column.builder.json(scanner, &mut self.room).and_then(|()| self.room.check());
        fit.map_err(|misfit| self.misfit(index, line, *misfit, text))
    }

    fn misfit(&self, index: usize, line: u64, misfit: Misfit, text: &str) -> Error {
        fault::misfit(line, &self.columns[index].name, misfit, text, self.room.most())
    }

    /// Ends the row: what it left out is the column's default, or NULL. What the row takes in memory,
    /// beyond its bytes in the body.
    pub(in crate::read) fn end_row(&mut self, line: u64) -> Result<usize> {
        for index in 0..self.columns.len() {
            if !self.is_filled(index) {
                self.leave_out(index, line)?;
            }
        }
        self.rows += 1;
        Ok(self.room.next_row())
    }

    fn leave_out(&mut self, index: usize, line: u64) -> Result<()> {
        let column = &mut self.columns[index];
        match column.push_default(&mut self.room) {
            None => self.null(index, line),
            Some(fit) => fit.map_err(|_| {
                let name = &self.columns[index].name;
                let expected = &self.columns[index].type_name;
                let detail = format!(
                    "Line {line} leaves out the column `{name}`, whose default cannot be read as \
                     {expected} here; write the value in each line. Nothing was appended."
                );
                Error::invalid("VALUE_NOT_ALLOWED", detail).field(
                    name,
                    format!("line {line} leaves it out, and its default is no {expected}"),
                )
            }),
        }
    }

    /// The rows so far as a batch.
    pub(in crate::read) fn finish(&mut self) -> Result<RecordBatch> {
        let arrays: Result<Vec<_>> =
            self.columns.iter_mut().map(|column| column.builder.finish()).collect();
        let options =
            RecordBatchOptions::new().with_row_count(Some(std::mem::take(&mut self.rows)));
        RecordBatch::try_new_with_options(self.schema.clone(), arrays?, &options)
            .map_err(Error::internal)
    }

    pub(in crate::read) fn rows(&self) -> usize {
        self.rows
    }
}

impl Filled {
    fn new(column: &Column) -> Result<Self> {
        Ok(Self {
            name: column.name.as_str().to_owned(),
            nullable: column.nullable,
            type_name: misfit::type_name(&column.r#type),
            is_varchar: column.r#type == ColumnType::Plain("VARCHAR"),
            default: column.default.clone(),
            builder: builder::of(&column.r#type)?,
        })
    }

    /// The default, cast as DuckDB does: a text is what a cell would hold. `None` if it is NULL.
    fn push_default(&mut self, room: &mut Room) -> Option<Fit> {
        let (text, bare) = match self.default.as_ref()? {
            Literal::Null => return None,
            Literal::Boolean(true) => ("true", true),
            Literal::Boolean(false) => ("false", true),
            Literal::Number(number) => (number.as_str(), true),
            Literal::Text(text) => (text.as_str(), false),
        };
        room.take(text.len());
        Some(match bare && !self.is_varchar {
            true => self.builder.json(&mut Scanner::new(text), room),
            false => self.builder.text(text, room),
        })
    }
}

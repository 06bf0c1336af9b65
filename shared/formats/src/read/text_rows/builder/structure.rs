//! Structs: JSON objects, whose keys are the fields' names without regard to case.

use std::sync::Arc;

use arrow_array::{ArrayRef, StructArray};
use arrow_buffer::NullBufferBuilder;
use arrow_schema::{DataType, Field, Fields};
use domain::{Error, Result};

use super::{Builder, entered, json_text};
use crate::read::text_rows::misfit::{Fit, Misfit};
use crate::read::text_rows::names::Names;
use crate::read::text_rows::room::Room;
use crate::read::text_rows::scan::Scanner;

pub(super) struct Structs {
    name: String,
    fields: Fields,
    names: Names,
    children: Vec<Box<dyn Builder>>,
    nulls: NullBufferBuilder,
}

impl Structs {
    pub(super) fn new(name: String, children: Vec<(String, Box<dyn Builder>)>) -> Self {
        let field =
            |(name, child): &(String, Box<dyn Builder>)| Field::new(name, child.data_type(), true);
        let fields: Fields = children.iter().map(field).collect();
        let names = Names::new(children.iter().map(|(name, _)| name.as_str()));
        let children = children.into_iter().map(|(_, child)| child).collect();
        Self { name, fields, names, children, nulls: NullBufferBuilder::new(0) }
    }

    fn field(&mut self, scanner: &mut Scanner<'_>, room: &mut Room) -> Fit {
        let key = scanner.key()?;
        let Some(index) = self.names.find(&key) else {
            return Err(Misfit::value(&self.name, &key, "is a field that the type has not"));
        };
        let child = &mut self.children[index];
        if child.len() > self.nulls.len() {
            return Err(Misfit::value(&self.name, &key, "is a field that stands there twice"));
        }
        child.json(scanner, room).map_err(|misfit| misfit.within(self.fields[index].name()))
    }
}

impl Builder for Structs {
    fn data_type(&self) -> DataType {
        DataType::Struct(self.fields.clone())
    }

    fn len(&self) -> usize {
        self.nulls.len()
    }

    fn null(&mut self, room: &mut Room) {
        room.take(1);
        for child in &mut self.children {
            child.null(room);
        }
        self.nulls.append_null();
    }

    fn text(&mut self, text: &str, room: &mut Room) -> Fit {
        let name = self.name.clone();
        json_text(self, &name, text, room)
    }

    fn json(&mut self, scanner: &mut Scanner<'_>, room: &mut Room) -> Fit {
        if !entered(&self.name, b'{', scanner)? {
            self.null(room);
            return Ok(());
        }
        let mut first = true;
        while scanner.more(b'}', first)? {
            self.field(scanner, room)?;
            first = false;
        }
        let rows = self.nulls.len();
        for child in &mut self.children {
            if child.len() == rows {
                child.null(room);
            }
        }
        room.take(1);
        self.nulls.append_non_null();
        Ok(())
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        let children: Result<Vec<_>> =
            self.children.iter_mut().map(|child| child.finish()).collect();
        let array = StructArray::try_new(self.fields.clone(), children?, self.nulls.finish());
        Ok(Arc::new(array.map_err(Error::internal)?))
    }
}

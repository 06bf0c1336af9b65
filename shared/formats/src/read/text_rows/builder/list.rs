//! Lists: JSON arrays. Their offsets are those of maps too.

use std::sync::Arc;

use arrow_array::{ArrayRef, ListArray};
use arrow_buffer::{NullBuffer, NullBufferBuilder, OffsetBuffer};
use arrow_schema::{DataType, Field, FieldRef};
use domain::{Error, Result};

use super::{Builder, entered, json_text};
use crate::read::text_rows::misfit::Fit;
use crate::read::text_rows::room::Room;
use crate::read::text_rows::scan::Scanner;

/// Where each list ends among the values of all, and which are NULL.
pub(super) struct Ends {
    ends: Vec<i32>,
    nulls: NullBufferBuilder,
}

impl Ends {
    /// Bytes of an offset.
    pub(super) const WIDTH: usize = 4;

    pub(super) fn new() -> Self {
        Self { ends: vec![0], nulls: NullBufferBuilder::new(0) }
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len() - 1
    }

    /// Another list, which ends at `end` values. [`Room`] keeps them well below what 32 bits count.
    pub(super) fn push(&mut self, end: usize, valid: bool) {
        self.ends.push(i32::try_from(end).unwrap_or(i32::MAX));
        self.nulls.append(valid);
    }

    pub(super) fn finish(&mut self) -> (OffsetBuffer<i32>, Option<NullBuffer>) {
        let ends = std::mem::replace(&mut self.ends, vec![0]);
        (OffsetBuffer::new(ends.into()), self.nulls.finish())
    }
}

pub(super) struct Lists {
    name: String,
    field: FieldRef,
    items: Box<dyn Builder>,
    ends: Ends,
}

impl Lists {
    pub(super) fn new(name: String, items: Box<dyn Builder>) -> Self {
        let field = Arc::new(Field::new_list_field(items.data_type(), true));
        Self { name, field, items, ends: Ends::new() }
    }
}

impl Builder for Lists {
    fn data_type(&self) -> DataType {
        DataType::List(self.field.clone())
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn null(&mut self, room: &mut Room) {
        room.take(Ends::WIDTH);
        self.ends.push(self.items.len(), false);
    }

    fn text(&mut self, text: &str, room: &mut Room) -> Fit {
        let name = self.name.clone();
        json_text(self, &name, text, room)
    }

    fn json(&mut self, scanner: &mut Scanner<'_>, room: &mut Room) -> Fit {
        if !entered(&self.name, b'[', scanner)? {
            self.null(room);
            return Ok(());
        }
        let mut first = true;
        while scanner.more(b']', first)? {
            self.items.json(scanner, room).map_err(|misfit| misfit.within("[]"))?;
            room.check()?;
            first = false;
        }
        room.take(Ends::WIDTH);
        self.ends.push(self.items.len(), true);
        Ok(())
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        let items = self.items.finish()?;
        let (offsets, nulls) = self.ends.finish();
        let array = ListArray::try_new(self.field.clone(), offsets, items, nulls);
        Ok(Arc::new(array.map_err(Error::internal)?))
    }
}

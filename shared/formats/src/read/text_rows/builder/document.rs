//! JSON and VARIANT: the text of any JSON document.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::{ArrayBuilder, StringBuilder};
use arrow_schema::DataType;
use domain::Result;

use super::Builder;
use crate::read::text_rows::misfit::{Fit, Misfit};
use crate::read::text_rows::room::Room;
use crate::read::text_rows::scan::{self, Scanner};

/// Bytes of an offset.
const WIDTH: usize = 4;

pub(super) struct Documents {
    name: &'static str,
    builder: StringBuilder,
}

impl Documents {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, builder: StringBuilder::new() }
    }
}

impl Builder for Documents {
    fn data_type(&self) -> DataType {
        DataType::Utf8
    }

    fn len(&self) -> usize {
        self.builder.len()
    }

    fn null(&mut self, room: &mut Room) {
        room.take(WIDTH);
        self.builder.append_null();
    }

    fn text(&mut self, text: &str, room: &mut Room) -> Fit {
        room.take(WIDTH);
        let broken = |broken| Box::<Misfit>::from(broken).of_text(self.name, text);
        scan::document(text).map_err(broken)?;
        self.builder.append_value(text);
        Ok(())
    }

    /// A string is the text of a document, as a JSON column is written; what is not is one itself.
    fn json(&mut self, scanner: &mut Scanner<'_>, room: &mut Room) -> Fit {
        match scanner.peek() {
            Some(b'n') => {
                scanner.word("null")?;
                self.null(room);
            }
            Some(b'"') => {
                let text = scanner.string()?;
                self.text(&text, room)?;
            }
            _ => {
                room.take(WIDTH);
                self.builder.append_value(scanner.value()?);
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        Ok(Arc::new(self.builder.finish()))
    }
}

//! Values that hold no others.

use arrow_array::ArrayRef;
use arrow_schema::DataType;
use domain::Result;

use super::{Builder, unfit};
use crate::read::text_rows::misfit::{Fit, Misfit};
use crate::read::text_rows::room::Room;
use crate::read::text_rows::scan::Scanner;
use crate::read::text_rows::value::Reason;

/// Which JSON values a type is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    Booleans,
    /// Numbers, and strings that hold one.
    Numbers,
    /// Strings.
    Texts,
}

/// An Arrow builder, and how it takes a text.
pub(super) trait Values: Send {
    /// Bytes of a value, but for what a text has of its own.
    const WIDTH: usize;

    fn data_type(&self) -> DataType;
    fn len(&self) -> usize;
    fn null(&mut self);
    fn text(&mut self, text: &str) -> Result<(), Reason>;
    /// The last value, in a form that is the same for equal values.
    fn last(&self) -> String;
    fn finish(&mut self) -> ArrayRef;
}

pub(super) struct Flat<V> {
    name: String,
    from: From,
    values: V,
}

impl<V: Values> Flat<V> {
    pub(super) fn new(name: impl Into<String>, from: From, values: V) -> Self {
        Self { name: name.into(), from, values }
    }
}

impl<V: Values> Builder for Flat<V> {
    fn data_type(&self) -> DataType {
        self.values.data_type()
    }

    fn len(&self) -> usize {
        self.values.len()
    }

    fn null(&mut self, room: &mut Room) {
        room.take(V::WIDTH);
        self.values.null();
    }

    fn text(&mut self, text: &str, room: &mut Room) -> Fit {
        room.take(V::WIDTH);
        self.values.text(text).map_err(|why| Misfit::value(&self.name, text, why))
    }

    fn json(&mut self, scanner: &mut Scanner<'_>, room: &mut Room) -> Fit {
        match (scanner.peek(), self.from) {
            (Some(b'n'), _) => {
                scanner.word("null")?;
                self.null(room);
                Ok(())
            }
            (Some(b'"'), From::Numbers | From::Texts) => {
                let text = scanner.string()?;
                self.text(&text, room)
            }
            (Some(b'-' | b'0'..=b'9'), From::Numbers) => {
                let text = scanner.number()?;
                self.text(text, room)
            }
            (Some(first @ (b't' | b'f')), From::Booleans) => {
                let word = if first == b't' { "true" } else { "false" };
                scanner.word(word)?;
                self.text(word, room)
            }
            _ => Err(unfit(&self.name, scanner)),
        }
    }

    fn last(&self) -> Option<String> {
        Some(self.values.last())
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        Ok(self.values.finish())
    }
}

//! Values that hold no others.

use std::sync::Arc;

use arrow_array::builder::{
    ArrayBuilder, BinaryBuilder, BooleanBuilder, PrimitiveBuilder, StringBuilder,
};
use arrow_array::{ArrayRef, ArrowPrimitiveType};
use arrow_schema::DataType;
use domain::Result;

use super::{Builder, unfit};
use crate::read::text_rows::misfit::{Fit, Misfit};
use crate::read::text_rows::room::Room;
use crate::read::text_rows::scan::Scanner;
use crate::read::text_rows::value::{Reason, plain};

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

    fn finish(&mut self) -> Result<ArrayRef> {
        Ok(self.values.finish())
    }
}

/// By its trait: the builders' own methods hide ours.
fn rows(builder: &impl ArrayBuilder) -> usize {
    builder.len()
}

/// What is the same for every Arrow builder.
macro_rules! of_builder {
    ($($builder:ident)?) => {
        fn len(&self) -> usize {
            rows(&(*self)$(.$builder)?)
        }

        fn null(&mut self) {
            self$(.$builder)?.append_null();
        }

        fn finish(&mut self) -> ArrayRef {
            Arc::new(self$(.$builder)?.finish())
        }
    };
}

/// Values of one width.
pub(super) struct Primitives<T: ArrowPrimitiveType, F> {
    builder: PrimitiveBuilder<T>,
    data_type: DataType,
    read: F,
}

impl<T: ArrowPrimitiveType, F> Primitives<T, F>
where
    F: Fn(&str) -> Result<T::Native, Reason>,
{
    pub(super) fn new(data_type: DataType, read: F) -> Self {
        let builder = PrimitiveBuilder::new().with_data_type(data_type.clone());
        Self { builder, data_type, read }
    }
}

impl<T: ArrowPrimitiveType, F> Values for Primitives<T, F>
where
    F: Fn(&str) -> Result<T::Native, Reason> + Send,
{
    const WIDTH: usize = size_of::<T::Native>();

    fn data_type(&self) -> DataType {
        self.data_type.clone()
    }

    fn text(&mut self, text: &str) -> Result<(), Reason> {
        self.builder.append_value((self.read)(text)?);
        Ok(())
    }

    of_builder!(builder);
}

/// Texts of a canonical form.
pub(super) struct Texts<F> {
    builder: StringBuilder,
    read: F,
}

impl<F: Fn(&str) -> Result<String, Reason>> Texts<F> {
    pub(super) fn new(read: F) -> Self {
        Self { builder: StringBuilder::new(), read }
    }
}

impl<F: Fn(&str) -> Result<String, Reason> + Send> Values for Texts<F> {
    // No canonical form is longer.
    const WIDTH: usize = 48;

    fn data_type(&self) -> DataType {
        DataType::Utf8
    }

    fn text(&mut self, text: &str) -> Result<(), Reason> {
        self.builder.append_value((self.read)(text)?);
        Ok(())
    }

    of_builder!(builder);
}

impl Values for BooleanBuilder {
    const WIDTH: usize = 1;

    fn data_type(&self) -> DataType {
        DataType::Boolean
    }

    fn text(&mut self, text: &str) -> Result<(), Reason> {
        self.append_value(plain::boolean(text)?);
        Ok(())
    }

    of_builder!();
}

impl Values for StringBuilder {
    // The offset; the text itself is no longer than in the body.
    const WIDTH: usize = 4;

    fn data_type(&self) -> DataType {
        DataType::Utf8
    }

    fn text(&mut self, text: &str) -> Result<(), Reason> {
        self.append_value(text);
        Ok(())
    }

    of_builder!();
}

impl Values for BinaryBuilder {
    const WIDTH: usize = 4;

    fn data_type(&self) -> DataType {
        DataType::Binary
    }

    fn text(&mut self, text: &str) -> Result<(), Reason> {
        self.append_value(plain::bytes(text)?);
        Ok(())
    }

    of_builder!();
}

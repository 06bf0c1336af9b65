//! Arrow's own builders, as they take texts.

use std::sync::Arc;

use arrow_array::builder::{
    ArrayBuilder, BinaryBuilder, BooleanBuilder, PrimitiveBuilder, StringBuilder,
};
use arrow_array::{ArrayRef, ArrowPrimitiveType};
use arrow_schema::DataType;

use super::flat::Values;
use crate::read::text_rows::value::{Reason, plain};

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

    fn last(&self) -> String {
        self.builder.values_slice().last().map(|value| format!("{value:?}")).unwrap_or_default()
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

    fn last(&self) -> String {
        last_bytes(self.builder.values_slice(), self.builder.offsets_slice())
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

    fn last(&self) -> String {
        let index = rows(self).saturating_sub(1);
        let bits = self.values_slice().get(index / 8).copied().unwrap_or_default();
        (bits >> (index % 8) & 1).to_string()
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

    fn last(&self) -> String {
        last_bytes(self.values_slice(), self.offsets_slice())
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

    fn last(&self) -> String {
        last_bytes(self.values_slice(), self.offsets_slice())
    }

    of_builder!();
}

/// The last of values that lie behind one another.
fn last_bytes(values: &[u8], ends: &[i32]) -> String {
    let start = ends.len().checked_sub(2).map_or(0, |index| ends[index] as usize);
    let last = values.get(start..).unwrap_or_default();
    // One character for each byte, so that no two are alike.
    last.iter().map(|byte| char::from(*byte)).collect()
}

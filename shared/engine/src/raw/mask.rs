//! What lies in the place of NULLs.
//!
//! DuckDB's conversion copies whole vectors, and in the place of a NULL stands whatever was in that
//! memory before: it must not go out. Strings, lists and maps have no bytes there.

use arrow_buffer::{Buffer, MutableBuffer, NullBuffer, bit_util};
use arrow_data::ArrayData;
use arrow_schema::DataType;

/// The same array, of its children too, with zeros in the place of every NULL.
pub(super) fn nulls(data: ArrayData) -> ArrayData {
    let children = data.child_data().iter().cloned().map(nulls).collect();
    let nulls = data.nulls().filter(|nulls| nulls.null_count() > 0).cloned();
    let masked = nulls.and_then(|nulls| masked(&data, &nulls));
    let mut builder = data.into_builder().child_data(children);
    if let Some(values) = masked {
        builder = builder.buffers(vec![values]);
    }
    // SAFETY: it was valid, and only values that no one may read are others.
    unsafe { builder.build_unchecked() }
}

/// The values with zeros, of a type that has one for each row.
fn masked(data: &ArrayData, nulls: &NullBuffer) -> Option<Buffer> {
    let width = match data.data_type() {
        DataType::Boolean => 0,
        DataType::FixedSizeBinary(width) => usize::try_from(*width).ok()?,
        other => other.primitive_width()?,
    };
    let mut values = MutableBuffer::new(0);
    values.extend_from_slice(data.buffers()[0].as_slice());
    let bytes = values.as_slice_mut();
    let missing = nulls.iter().enumerate().filter(|(_, is_valid)| !is_valid);
    for row in missing.map(|(row, _)| data.offset() + row) {
        match width {
            0 => bit_util::unset_bit(bytes, row),
            width => bytes[row * width..(row + 1) * width].fill(0),
        }
    }
    Some(values.into())
}

#[cfg(test)]
mod tests {
    use arrow_array::{Array, ArrayRef, BooleanArray, Int32Array, StructArray, make_array};
    use arrow_schema::Field;
    use std::sync::Arc;

    use super::*;

    #[test]
    fn values_under_a_null_are_zero_in_children_and_slices_too() {
        let valid = || Some(NullBuffer::from(vec![true, false, true, false]));
        let numbers: ArrayRef = Arc::new(Int32Array::new(vec![1, 2, 3, 4].into(), valid()));
        let bits: ArrayRef = Arc::new(BooleanArray::new(vec![true; 4].into(), valid()));
        let field = |name: &str, array: &ArrayRef| {
            Arc::new(Field::new(name, array.data_type().clone(), true))
        };
        let both = StructArray::from(vec![
            (field("n", &numbers), numbers.clone()),
            (field("b", &bits), bits.clone()),
        ]);
        let masked = make_array(nulls(both.to_data()));
        assert_eq!(masked.to_data(), both.to_data(), "equal as arrays");
        let children = masked.to_data().child_data().to_vec();
        assert_eq!(children[0].buffers()[0].typed_data::<i32>(), [1, 0, 3, 0]);
        assert_eq!(children[1].buffers()[0].as_slice()[0] & 0b1111, 0b0101);

        let slice = nulls(numbers.slice(2, 2).to_data());
        assert_eq!(make_array(slice).to_data(), numbers.slice(2, 2).to_data());
    }
}

//! Values inside values.

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, GenericListArray, GenericListViewArray, OffsetSizeTrait};
use arrow_schema::{DataType, Field, Fields};
use domain::Result;

use super::open::unknown;
use super::{Cells, Of, Values, push_text};

fn offsets<'a, O: OffsetSizeTrait>(
    array: &'a GenericListArray<O>,
    field: &Field,
) -> Result<Values<'a>> {
    let range = |row: usize| {
        let offsets = array.value_offsets();
        offsets[row].as_usize()..offsets[row + 1].as_usize()
    };
    Ok(Values::List(Box::new(range), Box::new(Cells::open(array.values(), field)?)))
}

fn views<'a, O: OffsetSizeTrait>(
    array: &'a GenericListViewArray<O>,
    field: &Field,
) -> Result<Values<'a>> {
    let range = |row: usize| {
        let start = array.value_offset(row).as_usize();
        start..start + array.value_size(row).as_usize()
    };
    Ok(Values::List(Box::new(range), Box::new(Cells::open(array.values(), field)?)))
}

pub(super) fn list<'a>(array: &'a dyn Array) -> Result<Values<'a>> {
    match array.data_type() {
        DataType::List(field) => offsets(array.as_list::<i32>(), field),
        DataType::LargeList(field) => offsets(array.as_list::<i64>(), field),
        DataType::ListView(field) => views(array.as_list_view::<i32>(), field),
        DataType::LargeListView(field) => views(array.as_list_view::<i64>(), field),
        DataType::FixedSizeList(field, length) => {
            let length = *length as usize;
            let values = Box::new(Cells::open(array.as_fixed_size_list().values(), field)?);
            Ok(Values::List(Box::new(move |row| row * length..(row + 1) * length), values))
        }
        other => Err(unknown(other)),
    }
}

pub(super) fn map<'a>(array: &'a dyn Array, entries: &Field) -> Result<Values<'a>> {
    let array = array.as_map();
    let DataType::Struct(pair) = entries.data_type() else {
        return Err(unknown(entries.data_type()));
    };
    let cells = [Cells::open(array.keys(), &pair[0])?, Cells::open(array.values(), &pair[1])?];
    let range = |row: usize| {
        let offsets = array.value_offsets();
        offsets[row] as usize..offsets[row + 1] as usize
    };
    Ok(Values::Map(Box::new(range), Box::new(cells)))
}

/// An object; where two fields are named alike (as in `row(1, 2)`), an array.
pub(super) fn structure<'a>(array: &'a dyn Array, fields: &Fields) -> Result<Values<'a>> {
    let names: std::collections::HashSet<&String> =
        fields.iter().map(|field| field.name()).collect();
    let objects = names.len() == fields.len();
    let mut before = Vec::new();
    let mut cells = Vec::new();
    for (index, (column, field)) in array.as_struct().columns().iter().zip(fields).enumerate() {
        let opening = if objects { b'{' } else { b'[' };
        let mut text = vec![if index == 0 { opening } else { b',' }];
        if objects {
            push_text(field.name(), &mut text);
            text.push(b':');
        }
        before.push(text);
        cells.push(Cells::open(column, field)?);
    }
    if cells.is_empty() {
        return Ok(Values::Bare(Box::new(|_, out| out.extend_from_slice(b"{}"))));
    }
    Ok(Values::Struct(before, if objects { b'}' } else { b']' }, cells))
}

pub(super) fn picked<'a>(array: &'a dyn Array, field: &Field) -> Result<Values<'a>> {
    let values = |values: &'a dyn Array| {
        let field = Field::new(field.name(), values.data_type().clone(), true);
        Ok(Box::new(Cells::open(values, &field)?))
    };
    if let Some(dictionary) = array.as_any_dictionary_opt() {
        if dictionary.values().is_empty() {
            return Ok(Values::Nothing);
        }
        let keys = dictionary.normalized_keys();
        return Ok(Values::Picked(Box::new(move |row| keys[row]), values(dictionary.values())?));
    }
    macro_rules! runs {
        ($type:ty) => {{
            let runs = array.as_run::<$type>();
            let index: Of<'a, usize> = Box::new(move |row| runs.get_physical_index(row));
            Ok(Values::Picked(index, values(runs.values())?))
        }};
    }
    match array.data_type() {
        DataType::RunEndEncoded(ends, _) if *ends.data_type() == DataType::Int16 => {
            runs!(Int16Type)
        }
        DataType::RunEndEncoded(ends, _) if *ends.data_type() == DataType::Int32 => {
            runs!(Int32Type)
        }
        DataType::RunEndEncoded(..) => runs!(Int64Type),
        other => Err(unknown(other)),
    }
}

pub(super) fn union<'a>(array: &'a dyn Array) -> Result<Values<'a>> {
    let array = array.as_union();
    let DataType::Union(fields, _) = array.data_type() else {
        return Err(unknown(array.data_type()));
    };
    let mut positions = [0; 128];
    let mut children = Vec::new();
    for (id, field) in fields.iter() {
        positions[id as usize & 127] = children.len();
        children.push(Cells::open(array.child(id), field)?);
    }
    let place = move |row| (positions[array.type_id(row) as usize & 127], array.value_offset(row));
    Ok(Values::Union(Box::new(place), children))
}

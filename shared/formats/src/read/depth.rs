//! Texts of a body that become JSON or VARIANT: what nests too deep would end the process that casts it.

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use arrow_cast::cast;
use arrow_schema::DataType;
use domain::{Error, Result};

use super::text_rows::DEPTH;

/// Refuses rows in which a text of these columns, on whatever level, nests deeper than any value may:
/// `Invalid` (`VALUE_TOO_DEEP`), with the column.
pub fn check_depth(batch: &RecordBatch, columns: &[String]) -> Result<()> {
    for (field, values) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        if columns.contains(field.name()) && is_too_deep(values.as_ref())? {
            let what = format!("nests deeper than {DEPTH} levels");
            let detail = format!(
                "A value of the column `{}` {what}; flatten it. Nothing was appended.",
                field.name()
            );
            return Err(Error::invalid("VALUE_TOO_DEEP", detail).field(field.name(), what));
        }
    }
    Ok(())
}

fn is_too_deep(values: &dyn Array) -> Result<bool> {
    let within = |inner: &[&dyn Array]| {
        inner.iter().try_fold(false, |deep, inner| Ok::<_, Error>(deep || is_too_deep(*inner)?))
    };
    match values.data_type() {
        DataType::Utf8 => Ok(values.as_string::<i32>().iter().flatten().any(nests)),
        DataType::LargeUtf8 => Ok(values.as_string::<i64>().iter().flatten().any(nests)),
        DataType::Utf8View => Ok(values.as_string_view().iter().flatten().any(nests)),
        DataType::Dictionary(_, _) => within(&[values.as_any_dictionary().values().as_ref()]),
        DataType::List(_) => within(&[values.as_list::<i32>().values().as_ref()]),
        DataType::LargeList(_) => within(&[values.as_list::<i64>().values().as_ref()]),
        DataType::FixedSizeList(_, _) => within(&[values.as_fixed_size_list().values().as_ref()]),
        DataType::Map(_, _) => within(&[values.as_map().entries()]),
        DataType::Struct(_) => {
            let columns = values.as_struct().columns();
            within(&columns.iter().map(AsRef::as_ref).collect::<Vec<_>>())
        }
        // Views of lists and runs: as plain ones.
        DataType::ListView(item) => {
            let plain = cast(values, &DataType::List(item.clone())).map_err(Error::internal)?;
            within(&[plain.as_ref()])
        }
        DataType::LargeListView(item) => {
            let plain =
                cast(values, &DataType::LargeList(item.clone())).map_err(Error::internal)?;
            within(&[plain.as_ref()])
        }
        DataType::RunEndEncoded(_, item) => {
            let plain = cast(values, item.data_type()).map_err(Error::internal)?;
            within(&[plain.as_ref()])
        }
        _ => Ok(false),
    }
}

/// Whether brackets stand in each other too deep, as far as any reader of JSON may see it: behind what only
/// lenient ones take (comments, single quotes) nothing counts as closed.
fn nests(text: &str) -> bool {
    let (mut depth, mut in_string, mut is_strict) = (0_usize, false, true);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if in_string => drop(bytes.next()),
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' if is_strict => depth = depth.saturating_sub(1),
            b'/' | b'\'' => is_strict = false,
            _ => {}
        }
        if depth > DEPTH {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::builder::{ListBuilder, StringBuilder};
    use arrow_array::{ArrayRef, DictionaryArray, StringArray, StringViewArray, StructArray};
    use arrow_schema::Field;

    use super::*;

    fn nested(levels: usize) -> String {
        format!("{}1{}", "[".repeat(levels), "]".repeat(levels))
    }

    fn refused(name: &str, values: ArrayRef) -> bool {
        let batch = RecordBatch::try_from_iter([(name, values)]).expect("a batch");
        match check_depth(&batch, &["j".to_owned()]) {
            Ok(()) => false,
            Err(error) => {
                assert_eq!((error.error_code, &*error.fields[0].field), ("VALUE_TOO_DEEP", "j"));
                true
            }
        }
    }

    #[test]
    fn brackets_count_where_a_reader_sees_them() {
        let many = format!("[{}]", vec!["[{\"a\": []}]"; 2_000].join(","));
        let quoted = format!("\"{}\"", "[".repeat(2_000));
        let escaped = format!("[\"\\\"{}\"]", "[".repeat(2_000));
        for text in [&nested(500), &many, &quoted, &escaped, &"]".repeat(3_000), &String::new()] {
            assert!(!nests(text), "{}", &text[..text.len().min(40)]);
        }
        let objects = "{\"a\":".repeat(501);
        let hidden = format!("{}/* {} */{}", "[".repeat(300), "]".repeat(300), "[".repeat(300));
        let behind = format!("\"\\\\\"{}", nested(501));
        for text in [&nested(501), &objects, &hidden, &behind, &nested(300_000)] {
            assert!(nests(text), "{}", &text[..text.len().min(40)]);
        }
    }

    #[test]
    fn every_kind_of_text_is_looked_at_on_every_level() {
        let deep = nested(501);
        let texts = StringArray::from(vec![None, Some("1"), Some(deep.as_str())]);
        let keys = arrow_array::Int32Array::from(vec![1, 2]);
        let mut lists = ListBuilder::new(StringBuilder::new());
        lists.append_value([Some("{}"), Some(&deep)]);
        let structs = StructArray::from(vec![(
            Arc::new(Field::new("x", DataType::Utf8, true)),
            Arc::new(texts.clone()) as ArrayRef,
        )]);
        let all: [ArrayRef; 5] = [
            Arc::new(texts.clone()),
            Arc::new(StringViewArray::from(vec![deep.as_str()])),
            Arc::new(DictionaryArray::new(keys, Arc::new(texts))),
            Arc::new(lists.finish()),
            Arc::new(structs),
        ];
        for values in all {
            assert!(refused("j", Arc::clone(&values)), "{:?}", values.data_type());
            assert!(!refused("text", values), "a column of text holds what it likes");
        }
        assert!(!refused("j", Arc::new(arrow_array::Int64Array::from(vec![1]))));
    }
}

//! A UUID as its sixteen bytes, as clients that know the type send it.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, FixedSizeBinaryArray, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use parquet::data_type::{FixedLenByteArray, FixedLenByteArrayType};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::json;

use crate::harness::app::shared;
use crate::harness::http::{ARROW, PARQUET, path_of, unique};
use crate::harness::rows::{arrow_of, parquet_of};
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![sixteen_bytes_are_taken_as_a_uuid_however_they_are_marked]
}

const SHOWN: &str = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

fn bytes() -> Vec<u8> {
    uuid::Uuid::parse_str(SHOWN).expect("a UUID").as_bytes().to_vec()
}

/// A value and a NULL, with Arrow's own name of the type or with nothing but the width.
fn as_arrow(marked: bool) -> RecordBatch {
    let values = [Some(bytes()), None];
    let values = FixedSizeBinaryArray::try_from_sparse_iter_with_size(values.into_iter(), 16);
    let field = Field::new("v", DataType::FixedSizeBinary(16), true);
    let name = ("ARROW:extension:name".to_owned(), "arrow.uuid".to_owned());
    let field = if marked { field.with_metadata(HashMap::from([name])) } else { field };
    let column: ArrayRef = Arc::new(values.expect("sixteen bytes each"));
    RecordBatch::try_new(Arc::new(Schema::new(vec![field])), vec![column]).expect("a batch")
}

/// The same in a Parquet file, whose column has the logical type UUID.
fn as_logical_parquet() -> Vec<u8> {
    let schema = "message rows { OPTIONAL FIXED_LEN_BYTE_ARRAY(16) v (UUID); }";
    let schema = Arc::new(parse_message_type(schema).expect("a schema"));
    let mut out = Vec::new();
    let mut file = SerializedFileWriter::new(&mut out, schema, Arc::default()).expect("a writer");
    let mut rows = file.next_row_group().expect("a row group");
    let mut column = rows.next_column().expect("no failure").expect("a column");
    let values = [FixedLenByteArray::from(bytes())];
    let written = column.typed::<FixedLenByteArrayType>().write_batch(&values, Some(&[1, 0]), None);
    assert_eq!(written.expect("written"), 1);
    column.close().expect("closed");
    rows.close().expect("closed");
    file.close().expect("closed");
    out
}

async fn sixteen_bytes_are_taken_as_a_uuid_however_they_are_marked() {
    let app = shared().await;
    for (what, media_type, body) in [
        ("Arrow's own type", ARROW, arrow_of(&[as_arrow(true)])),
        ("bytes of Arrow", ARROW, arrow_of(&[as_arrow(false)])),
        ("Parquet's own type", PARQUET, as_logical_parquet()),
        ("bytes of Parquet", PARQUET, parquet_of(&[as_arrow(false)])),
    ] {
        let name = unique("uuids");
        app.create(&name, json!([{"name": "v", "type": "UUID"}])).await;
        let answer = app.put(&path_of(&name), media_type, body).await;
        assert_eq!(answer.status, 200, "{what}: {answer}");
        let shown = app.rows(&format!("SELECT v FROM {name}")).await;
        assert_eq!(shown, [json!({"v": SHOWN}), json!({"v": null})], "{what}");
    }
}

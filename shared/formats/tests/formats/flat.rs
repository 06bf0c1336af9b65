//! Batches of flat columns: they go out as their own memory, and are read back whole.

use std::sync::Arc;

use arrow_array::*;
use arrow_ipc::reader::StreamReader;
use formats::{Format, RowsAs};

use crate::{batch, columns, encode};

/// Every kind of flat column, in `rows` rows, some of them NULL.
fn flat(rows: usize) -> RecordBatch {
    let some = |row: usize| row % 7 != 3;
    let longs = (0..rows).map(|row| some(row).then_some(row as i64));
    let texts = (0..rows).map(|row| some(row).then(|| "x".repeat(row % 9)));
    let blobs = (0..rows).map(|row| (!some(row)).then(|| row.to_le_bytes()));
    let fixed = (0..rows).map(|row| some(row).then(|| (row as i128).to_le_bytes()));
    let fixed = FixedSizeBinaryArray::try_from_sparse_iter_with_size(fixed, 16).expect("fixed");
    let whole = (0..rows as i64).collect::<Vec<_>>();
    let money: Decimal128Array = (0..rows).map(|row| some(row).then_some(row as i128)).collect();
    let zoned = TimestampMicrosecondArray::from(whole.clone()).with_timezone("UTC");
    batch(vec![
        ("long", Arc::new(longs.collect::<Int64Array>())),
        ("text", Arc::new(texts.collect::<StringArray>())),
        ("blob", Arc::new(blobs.collect::<BinaryArray>())),
        ("fixed", Arc::new(fixed)),
        ("no_null", Arc::new(Int64Array::from(whole))),
        ("money", Arc::new(money)),
        ("zoned", Arc::new(zoned)),
        (
            "truth",
            Arc::new(
                (0..rows).map(|row| some(row).then_some(row % 2 == 0)).collect::<BooleanArray>(),
            ),
        ),
        ("all_null", Arc::new(Float32Array::new_null(rows))),
        ("no_text", Arc::new(StringArray::from(vec![""; rows]))),
        ("byte", Arc::new((0..rows).map(|row| row as u8).collect::<UInt8Array>())),
    ])
}

#[test]
fn flat_columns_are_read_back_as_they_were_cut_or_not() {
    let whole = flat(30_000);
    let cuts = [(0, 30_000), (0, 1), (0, 29_999), (0, 0), (1, 8), (8, 20_000), (29_999, 1)];
    let batches = cuts.map(|(start, rows)| whole.slice(start, rows));
    let bytes = encode(Format::ArrowStream, RowsAs::Objects, &batches);
    let read = StreamReader::try_new(bytes.as_slice(), None).expect("a stream");
    let read: Vec<RecordBatch> = read.map(|batch| batch.expect("a batch")).collect();
    assert_eq!(read, batches);
    for batch in &read {
        for column in batch.columns() {
            column.to_data().validate_full().expect("an array as Arrow has it");
        }
    }
}

#[test]
fn flat_columns_go_out_as_their_own_memory() {
    let whole = flat(30_000);
    let mut encoder = Format::ArrowStream
        .encoder(whole.schema(), &columns(&whole), RowsAs::Objects)
        .expect("one");
    encoder.start().expect("a start");
    let pieces = encoder.pieces(&whole).expect("pieces");
    let starts: Vec<_> = pieces.iter().map(|piece| piece.as_ptr()).collect();
    for column in whole.columns() {
        let data = column.to_data();
        for buffer in data.buffers().iter().filter(|buffer| buffer.len() > 64 << 10) {
            assert!(starts.contains(&buffer.as_ptr()), "copied: {}", column.data_type());
        }
    }
    assert_eq!(pieces.concat().len() % 64, 0, "the next message begins where readers want it");
}

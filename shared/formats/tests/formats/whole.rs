//! What is written is read back whole by the formats' own readers.

use std::sync::Arc;

use arrow_array::types::Int8Type;
use arrow_array::*;
use arrow_buffer::IntervalMonthDayNano;
use arrow_ipc::reader::StreamReader;
use bytes::Bytes;
use formats::{Format, RowsAs, arrow_stream};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::{batch, columns, encode};

/// Some of everything, in `rows` rows.
pub(crate) fn sample(rows: usize) -> RecordBatch {
    let numbers = (0..rows).map(|row| (row % 7 != 3).then_some(row as i64));
    let texts = (0..rows).map(|row| (row % 5 != 2).then(|| format!("text {row}")));
    let lists = (0..rows).map(|row| Some((0..row % 4).map(|n| Some(n as i64))));
    let modes: DictionaryArray<Int8Type> = (0..rows).map(|row| Some(["a", "b"][row % 2])).collect();
    batch(vec![
        ("n", Arc::new(numbers.collect::<Int64Array>())),
        ("t", Arc::new(texts.clone().collect::<StringArray>())),
        ("v", Arc::new(texts.collect::<StringViewArray>())),
        (
            "l",
            Arc::new(ListArray::from_iter_primitive::<arrow_array::types::Int64Type, _, _>(lists)),
        ),
        ("e", Arc::new(modes)),
        ("b", Arc::new((0..rows).map(|row| Some(row % 2 == 0)).collect::<BooleanArray>())),
        ("d", Arc::new(Decimal128Array::from_iter_values((0..rows).map(|row| row as i128)))),
        ("o", Arc::new(NullArray::new(rows))),
    ])
}

#[test]
fn an_arrow_stream_comes_back_as_it_was() {
    let whole = sample(1_000);
    let batches = [whole.slice(0, 400), whole.slice(400, 0), whole.slice(400, 600)];
    let bytes = encode(Format::ArrowStream, RowsAs::Objects, &batches);
    let theirs: Vec<RecordBatch> = StreamReader::try_new(bytes.as_slice(), None)
        .expect("a stream")
        .map(|b| b.expect("a batch"))
        .collect();
    assert_eq!(theirs, batches);
    let stream = arrow_stream::open(bytes.as_slice(), Default::default()).expect("a stream");
    assert_eq!(stream.schema(), whole.schema());
    let ours: Vec<RecordBatch> = stream.map(|b| b.expect("a batch")).collect();
    assert_eq!(ours, batches);
    let kept = arrow_stream::open_bytes(bytes.into(), Default::default()).expect("a stream");
    assert_eq!(kept.map(|b| b.expect("a batch")).collect::<Vec<_>>(), batches);
}

#[test]
fn pieces_are_the_batch_and_what_is_large_is_not_copied_into_one() {
    let whole = sample(20_000);
    let encoder = || Format::ArrowStream.encoder(whole.schema(), &columns(&whole), RowsAs::Objects);
    let (mut one, mut many) = (encoder().expect("one"), encoder().expect("another"));
    assert_eq!(one.start().expect("a start"), many.start().expect("a start"));
    let pieces = many.pieces(&whole).expect("pieces");
    assert_eq!(pieces.len(), 3, "a dictionary, the batch's head, its body");
    assert_eq!(one.batch(&whole).expect("a batch"), pieces.concat());
}

#[test]
fn a_stream_without_batches_is_whole() {
    let schema = sample(1).schema();
    let mut encoder =
        Format::ArrowStream.encoder(schema, &columns(&sample(1)), RowsAs::Objects).expect("one");
    let mut bytes = encoder.start().expect("a start").to_vec();
    bytes.extend(encoder.finish(&crate::SUMMARY).expect("an end"));
    assert_eq!(
        arrow_stream::open(bytes.as_slice(), Default::default()).expect("a stream").count(),
        0
    );
}

#[test]
fn a_parquet_file_comes_back_as_it_was_and_its_schema_is_as_duckdb_reads_it() {
    let whole = sample(1_000);
    let columns: Vec<usize> =
        (0..whole.num_columns()).filter(|n| !matches!(n, 2 | 4 | 7)).collect();
    let whole = whole.project(&columns).expect("columns");
    let bytes = Bytes::from(encode(
        Format::Parquet,
        RowsAs::Objects,
        &[whole.slice(0, 400), whole.slice(400, 600)],
    ));
    let body = formats::parquet::inspect(&bytes).expect("Parquet");
    assert_eq!(body.row_count, 1_000);
    assert_eq!(
        body.schema.fields().iter().map(|f| f.name()).collect::<Vec<_>>(),
        ["n", "t", "l", "b", "d"]
    );
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes)
        .expect("Parquet")
        .with_batch_size(1_000)
        .build()
        .expect("a reader");
    let read: Vec<RecordBatch> = reader.map(|b| b.expect("a batch")).collect();
    assert_eq!(read[0].columns(), whole.columns());
}

#[test]
fn a_batch_without_rows_makes_no_row_group_of_a_parquet_file() {
    let whole = sample(5_000);
    for (batches, groups) in [(vec![whole.slice(0, 0)], 0), (vec![whole.slice(0, 0), whole], 1)] {
        let bytes = Bytes::from(encode(Format::Parquet, RowsAs::Objects, &batches));
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).expect("Parquet");
        assert_eq!(reader.metadata().num_row_groups(), groups);
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        assert_eq!(reader.metadata().file_metadata().num_rows(), rows as i64);
    }
}

#[test]
fn what_parquet_cannot_hold_is_kept_exact_in_another_type() {
    let interval = IntervalMonthDayNano::new(1, 2, 3_000);
    let union = UnionArray::try_new(
        [(0, Arc::new(arrow_schema::Field::new("n", arrow_schema::DataType::Int32, true)))]
            .into_iter()
            .collect(),
        vec![0_i8, 0].into(),
        None,
        vec![Arc::new(Int32Array::from(vec![7, 8]))],
    );
    let seconds: ArrayRef = Arc::new(TimestampSecondArray::from(vec![Some(5), None]));
    let whole = batch(vec![
        ("i", Arc::new(IntervalMonthDayNanoArray::from(vec![Some(interval), None]))),
        ("s", seconds.clone()),
        ("u", Arc::new(union.expect("a union"))),
        ("z", Arc::new(TimestampMicrosecondArray::from(vec![1, 2]).with_timezone("UTC"))),
    ]);
    let bytes = Bytes::from(encode(Format::Parquet, RowsAs::Objects, &[whole]));
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes)
        .expect("Parquet")
        .build()
        .expect("a reader");
    let read: Vec<RecordBatch> = reader.map(|b| b.expect("a batch")).collect();
    let expected: [ArrayRef; 4] = [
        Arc::new(StringArray::from(vec![Some("P1M2DT0.000003S"), None])),
        Arc::new(TimestampMillisecondArray::from(vec![Some(5_000), None])),
        Arc::new(StringArray::from(vec!["7", "8"])),
        Arc::new(TimestampMicrosecondArray::from(vec![1, 2]).with_timezone("UTC")),
    ];
    assert_eq!(read[0].columns(), expected);
}

#[test]
fn parquet_is_written_a_row_group_at_a_time_in_bounded_memory() {
    let mut random = crate::Random(7);
    let rows = 100_000;
    let mut noise = || {
        Arc::new((0..rows).map(|_| Some(random.below(usize::MAX) as i64)).collect::<Int64Array>())
            as ArrayRef
    };
    let batches: Vec<RecordBatch> = (0..12)
        .map(|_| {
            batch(vec![
                ("a", noise()),
                ("b", noise()),
                ("c", noise()),
                ("d", noise()),
                ("e", noise()),
            ])
        })
        .collect();
    let mut encoder = Format::Parquet
        .encoder(batches[0].schema(), &columns(&batches[0]), RowsAs::Objects)
        .expect("one");
    let mut pieces = vec![encoder.start().expect("a start")];
    pieces.extend(batches.iter().map(|batch| encoder.batch(batch).expect("a batch")));
    assert!(pieces.iter().any(|piece| piece.len() > 10 << 20), "a row group went out on the way");
    pieces.push(encoder.finish(&crate::SUMMARY).expect("an end"));
    let body = formats::parquet::inspect(&Bytes::from(pieces.concat())).expect("Parquet");
    assert_eq!(body.row_count, 12 * rows as u64);
}

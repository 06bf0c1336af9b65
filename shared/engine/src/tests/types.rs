//! Every type of a table, in by Arrow and by Parquet, and out again.

use arrow_array::types as arrow_types;
use arrow_array::*;
use arrow_schema::{DataType, Field, Fields, Schema};

use super::*;

/// A Parquet file as an uploaded body.
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) schema: SchemaRef,
}

impl RowSource for File {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn parquet_file(&self) -> Option<&Path> {
        Some(&self.path)
    }

    fn batches(&self) -> Result<Box<dyn Iterator<Item = Result<RecordBatch>> + Send>> {
        let broken = |error: String| domain::Error::malformed("BROKEN_BODY", error);
        let file = std::fs::File::open(&self.path).map_err(domain::Error::internal)?;
        let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file)
            .and_then(|builder| builder.build())
            .map_err(|error| broken(error.to_string()))?;
        Ok(Box::new(reader.map(move |batch| batch.map_err(|error| broken(error.to_string())))))
    }
}

pub(super) fn parquet(lake: &TestLake, batch: &RecordBatch, name: &str) -> Arc<File> {
    let path = lake.settings.engine.temporary_dir.join(name);
    let file = std::fs::File::create(&path).expect("a file");
    let mut writer = parquet::arrow::ArrowWriter::try_new(file, batch.schema(), None).expect("one");
    writer.write(batch).expect("written");
    writer.close().expect("closed");
    Arc::new(File { path, schema: batch.schema() })
}

pub(super) fn column(
    columns: &mut Vec<(Field, ArrayRef)>,
    name: &str,
    array: impl Array + 'static,
) {
    columns.push((Field::new(name, array.data_type().clone(), true), Arc::new(array)));
}

pub(super) fn batch(columns: Vec<(Field, ArrayRef)>) -> RecordBatch {
    let (fields, arrays): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("a batch")
}

/// Two rows: a value, and NULL.
fn plain() -> Vec<(Field, ArrayRef)> {
    let mut columns = Vec::new();
    let all = &mut columns;
    column(all, "boolean", BooleanArray::from(vec![Some(true), None]));
    column(all, "tinyint", Int8Array::from(vec![Some(i8::MIN), None]));
    column(all, "bigint", Int64Array::from(vec![Some(9007199254740993), None]));
    column(all, "ubigint", UInt64Array::from(vec![Some(u64::MAX), None]));
    column(all, "widened", Int16Array::from(vec![Some(7), None]));
    column(all, "float", Float32Array::from(vec![Some(f32::NAN), None]));
    column(all, "double", Float64Array::from(vec![Some(0.1), None]));
    let decimal = Decimal128Array::from(vec![Some(12345), None]).with_precision_and_scale(9, 2);
    column(all, "decimal", decimal.expect("a decimal"));
    column(all, "varchar", StringViewArray::from(vec![Some("ü\u{1F986}"), None]));
    column(all, "large", LargeStringArray::from(vec![Some("x"), None]));
    column(all, "json", StringArray::from(vec![Some("{\"a\": [1]}"), None]));
    column(
        all,
        "uuid",
        StringArray::from(vec![Some("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), None]),
    );
    column(all, "blob", BinaryArray::from(vec![Some(b"\x00\xff".as_slice()), None]));
    column(all, "date", Date32Array::from(vec![Some(18262), None]));
    column(all, "time", Time64MicrosecondArray::from(vec![Some(1), None]));
    column(all, "timestamp", TimestampMicrosecondArray::from(vec![Some(1), None]));
    column(all, "nanos", TimestampNanosecondArray::from(vec![Some(1), None]));
    let zoned = TimestampMicrosecondArray::from(vec![Some(1), None]).with_timezone("Europe/Berlin");
    column(all, "timestamptz", zoned);
    let words: DictionaryArray<arrow_types::Int8Type> = vec![Some("a"), None].into_iter().collect();
    column(all, "dictionary", words);
    let list = ListArray::from_iter_primitive::<arrow_types::Int32Type, _, _>(vec![
        Some(vec![Some(1), None]),
        None,
    ]);
    column(all, "list", list);
    let r#struct = StructArray::new(
        Fields::from(vec![Field::new("x", DataType::Int64, true)]),
        vec![Arc::new(Int64Array::from(vec![1, 2]))],
        Some(vec![true, false].into()),
    );
    column(all, "struct", r#struct);
    columns
}

const PLAIN: &[(&str, &str)] = &[
    ("boolean", "BOOLEAN"),
    ("tinyint", "TINYINT"),
    ("bigint", "BIGINT"),
    ("ubigint", "UBIGINT"),
    ("widened", "HUGEINT"),
    ("float", "FLOAT"),
    ("double", "DOUBLE"),
    ("decimal", "DECIMAL(18,3)"),
    ("varchar", "VARCHAR"),
    ("large", "VARCHAR"),
    ("json", "JSON"),
    ("uuid", "UUID"),
    ("blob", "BLOB"),
    ("date", "DATE"),
    ("time", "TIME"),
    ("timestamp", "TIMESTAMP"),
    ("nanos", "TIMESTAMP_NS"),
    ("timestamptz", "TIMESTAMPTZ"),
    ("dictionary", "VARCHAR"),
    ("list", "INTEGER[]"),
    ("struct", "STRUCT(x BIGINT)"),
];

/// What is in the table, as DuckDB writes it.
async fn rows(lake: &TestLake, name: &str) -> Vec<Vec<Option<String>>> {
    lake.text(&format!("SELECT COLUMNS(*)::VARCHAR FROM lake.{name} ORDER BY ALL NULLS LAST")).await
}

#[tokio::test]
async fn what_comes_by_arrow_and_by_parquet_is_the_same_and_comes_out_again() {
    let lake = TestLake::new().await;
    lake.create("a", PLAIN).await.expect("made");
    lake.create("p", PLAIN).await.expect("made");
    let body = batch(plain());
    lake.append("a", "a", Memory::of(body.clone())).await.expect("appended");
    lake.append("p", "p", parquet(&lake, &body, "all.parquet")).await.expect("appended");
    let (arrow, parquet) = (rows(&lake, "a").await, rows(&lake, "p").await);
    assert_eq!(arrow, parquet);
    let value: Vec<_> = arrow[0].iter().map(|text| text.as_deref().unwrap_or("NULL")).collect();
    let expected = [
        "true",
        "-128",
        "9007199254740993",
        "18446744073709551615",
        "7",
        "nan",
        "0.1",
        "123.450",
        "ü\u{1F986}",
        "x",
        "{\"a\": [1]}",
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "\\x00\\xFF",
        "2020-01-01",
        "00:00:00.000001",
        "1970-01-01 00:00:00.000001",
        "1970-01-01 00:00:00.000000001",
        "1970-01-01 00:00:00.000001+00",
        "a",
        "[1, NULL]",
        "{'x': 1}",
    ];
    assert_eq!(value, expected);
    assert!(arrow[1].iter().all(Option::is_none), "{:?}", arrow[1]);
    let mut read = query("");
    read.select = Select::table(table("a"));
    let out = lake.queries.query(read).await.expect("rows");
    let types: Vec<_> = out.columns.iter().map(|column| column.r#type.as_str()).collect();
    assert_eq!(types[4], "HUGEINT");
    let out: Vec<_> = out.batches.try_collect().await.expect("rows");
    for (index, (name, _)) in PLAIN.iter().enumerate() {
        let column = out[0].column(index);
        assert_eq!((column.is_valid(0), column.is_null(1)), (true, true), "{name}");
    }
}

#[tokio::test]
async fn what_arrow_has_and_ducklake_has_not_is_cast() {
    let lake = TestLake::new().await;
    let columns = [("fixed", "INTEGER[]"), ("id", "UUID"), ("none", "DATE"), ("span", "INTERVAL")];
    let mut body = Vec::new();
    let fixed = FixedSizeListArray::from_iter_primitive::<arrow_types::Int32Type, _, _>(
        vec![Some(vec![Some(1), Some(2)]), None],
        2,
    );
    column(&mut body, "fixed", fixed);
    let id = [
        0xa0, 0xee, 0xbc, 0x99, 0x9c, 0x0b, 0x4e, 0xf8, 0xbb, 0x6d, 0x6b, 0xb9, 0xbd, 0x38, 0x0a,
        0x11,
    ];
    let ids = [Some(id.as_slice()), None].into_iter();
    column(
        &mut body,
        "id",
        FixedSizeBinaryArray::try_from_sparse_iter_with_size(ids, 16).expect("ids"),
    );
    column(&mut body, "none", NullArray::new(2));
    let span = arrow_types::IntervalMonthDayNano::new(1, 2, 3_000);
    column(&mut body, "span", IntervalMonthDayNanoArray::from(vec![Some(span), None]));
    lake.create("t", &columns).await.expect("made");
    lake.append("k", "t", Memory::of(batch(body.clone()))).await.expect("appended");
    let found = rows(&lake, "t").await;
    let found: Vec<_> = found[0].iter().map(|text| text.as_deref().unwrap_or("NULL")).collect();
    let id = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
    assert_eq!(found, ["[1, 2]", id, "NULL", "1 month 2 days 00:00:00.000003"]);
    // A Parquet file with bare 16 bytes goes the way of batches.
    body.truncate(2);
    let source = parquet(&lake, &batch(body), "ids.parquet");
    lake.append("p", "t", source).await.expect("appended");
    assert_eq!(rows(&lake, "t").await[1][1].as_deref(), Some(id));
}

#[tokio::test]
async fn a_value_that_does_not_fit_and_a_broken_page_are_the_callers() {
    let lake = TestLake::new().await;
    lake.create("t", &[("id", "UUID"), ("n", "BIGINT")]).await.expect("made");
    let mut body = Vec::new();
    column(&mut body, "id", StringArray::from(vec!["no uuid"; 100]));
    let failed = lake.append("k", "t", Memory::of(batch(body))).await.expect_err("refused");
    assert_eq!(failed.error_code, "VALUE_NOT_ALLOWED");
    assert!(failed.detail.contains("no uuid"), "{}", failed.detail);
    let mut body = Vec::new();
    column(&mut body, "n", Int64Array::from_iter_values((0..200_000).map(|n| n * 7919 % 100_003)));
    let source = parquet(&lake, &batch(body), "broken.parquet");
    let mut bytes = std::fs::read(&source.path).expect("a file");
    let half = bytes.len() / 2;
    bytes[4..half].fill(0xFF);
    std::fs::write(&source.path, bytes).expect("written");
    let failed = lake.append("k", "t", source).await.expect_err("refused");
    assert_eq!(failed.error_code, "BROKEN_BODY", "{failed:?}");
    assert_eq!(lake.data_files(), Vec::<PathBuf>::new());
    lake.append("k", "t", Memory::of(writes::numbers(100))).await.expect("the next works");
}

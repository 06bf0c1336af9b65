//! Bodies keep the port, in memory and in a file.

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use formats::{RowsAs, Summary};
use service::Spools;
use tempfile::TempDir;
use testkit::conformance;

use super::*;

/// Rows of two types and several batches; the last is a short one.
fn batches() -> Vec<RecordBatch> {
    [0..3_000, 3_000..20_000, 20_000..20_007]
        .map(|ids: std::ops::Range<i64>| numbered(ids))
        .to_vec()
}

fn numbered(ids: std::ops::Range<i64>) -> RecordBatch {
    let text = |id: i64| (id % 7 != 0).then(|| format!("row {id}"));
    let names: StringArray = ids.clone().map(text).collect();
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(ids));
    let columns = [("id", ids, true), ("name", Arc::new(names), true)];
    RecordBatch::try_from_iter_with_nullable(columns).expect("columns of one length")
}

/// A body of these rows.
fn written(kind: Format) -> Vec<u8> {
    let (batches, mut body) = (batches(), Vec::new());
    let names = [("id", "BIGINT"), ("name", "VARCHAR")].map(|(n, t)| (n.to_owned(), t.to_owned()));
    let encoder = kind.encoder(batches[0].schema(), &names, RowsAs::Objects);
    let mut encoder = encoder.expect("an encoder");
    body.extend_from_slice(&encoder.start().expect("a start"));
    for batch in &batches {
        body.extend_from_slice(&encoder.batch(batch).expect("a batch"));
    }
    let summary = Summary { row_count: 20_007, snapshot: None, truncated: false, elapsed_ms: 0 };
    body.extend_from_slice(&encoder.finish(&summary).expect("an end"));
    body
}

/// The body as it came in: there is so much memory, and files in the folder.
fn spooled(body: &[u8], in_memory: usize, folder: &TempDir) -> Spool {
    let mut writer = Spools::new(folder.path(), in_memory).begin(None, false).expect("begun");
    for piece in body.chunks(10_000) {
        writer.push(piece).expect("spooled");
    }
    let spool = writer.finish();
    assert_eq!(spool.in_memory().is_some(), in_memory > 0, "it waits elsewhere");
    spool
}

async fn opened(
    kind: Format,
    body: &[u8],
    in_memory: usize,
    folder: &TempDir,
) -> Arc<dyn RowSource> {
    let encoding = Encoding { format: kind, compression: None, most_unpacked: 1 << 30 };
    open(encoding, spooled(body, in_memory, folder), &columns()).await.expect("opened").source
}

fn columns() -> Vec<Column> {
    let schema = numbered(0..1).schema();
    service::columns_of(&schema).expect("columns")
}

/// Where a body waits: in a file, or in memory.
const ROOMS: [usize; 2] = [0, 1 << 20];

#[tokio::test]
async fn a_body_gives_its_rows_as_often_as_it_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    for kind in ALL.iter().copied() {
        for in_memory in ROOMS {
            let source = opened(kind, &written(kind), in_memory, &folder).await;
            assert_eq!(source.parquet_file().is_some(), kind == Format::Parquet);
            conformance::row_source(&*source, &numbered(0..20_007));
        }
    }
    let left = std::fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(left, 0, "files of bodies that are gone");
}

#[tokio::test]
async fn a_packed_body_gives_the_same_rows_up_to_a_limit() {
    let folder = tempfile::tempdir().expect("a folder");
    for kind in ALL.iter().copied() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, &written(kind)).expect("packed");
        let packed = packed.finish().expect("packed");
        let encoding = |most_unpacked| Encoding {
            format: kind,
            compression: Some(Compression::Gzip),
            most_unpacked,
        };
        for in_memory in ROOMS {
            let spool = || spooled(&packed, in_memory, &folder);
            let source = open(encoding(1 << 30), spool(), &columns()).await.expect("opened").source;
            conformance::row_source(&*source, &numbered(0..20_007));
            let small = match open(encoding(10_000), spool(), &columns()).await {
                Ok(rows) => {
                    let mut batches = rows.source.batches().expect("opened");
                    batches.find_map(Result::err)
                }
                Err(error) => Some(error),
            };
            let small = small.expect("it comes to more");
            assert_eq!((small.code, small.error_code), (Code::TooLarge, "BODY_UNPACKS_TOO_LARGE"));
        }
    }
    let left = std::fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(left, 0, "files of bodies that are gone");
}

#[tokio::test]
async fn a_body_that_breaks_off_says_so_each_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = written(Format::ArrowStream);
    for in_memory in ROOMS {
        let cut = &whole[..whole.len() / 2];
        conformance::broken_row_source(
            &*opened(Format::ArrowStream, cut, in_memory, &folder).await,
        );
    }
}

/// A Parquet file ends in what it says of itself, so one that is cut is not opened; it may be spoiled.
#[tokio::test]
async fn a_body_that_is_spoiled_within_says_so_each_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut body = written(Format::Parquet);
    let middle = body.len() / 2;
    body[middle - 2_000..middle + 2_000].fill(0xee);
    for in_memory in ROOMS {
        conformance::broken_row_source(&*opened(Format::Parquet, &body, in_memory, &folder).await);
    }
}

//! Where appended rows come from: a writer that tries again must append the same.

use std::fs::File;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;
use domain::{Code, Error};
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use service::RowSource;

/// The rows of a source come whole and alike at each call, of the types that it names, whoever else
/// reads them; its file, where it has one, holds the same. They must be of several batches.
pub fn row_source(source: &dyn RowSource, rows: &RecordBatch) {
    each_call_gives_the_same_rows(source, rows);
    batches_have_the_schema(source);
    one_that_was_left_half_way_is_begun_again(source, rows);
    readers_side_by_side_do_not_disturb_each_other(source, rows);
    the_file_holds_the_same_rows(source, rows);
    // It was read by others meanwhile.
    each_call_gives_the_same_rows(source, rows);
}

/// A source whose rows break off says so at each call: after the same rows, as the caller's fault, and
/// with nothing behind.
pub fn broken_row_source(source: &dyn RowSource) {
    let (rows, error) = until_it_breaks(source);
    assert!(
        matches!(error.code, Code::Malformed | Code::Invalid | Code::TooLarge),
        "no fault of the caller: {error}"
    );
    let (rows_again, error_again) = until_it_breaks(source);
    assert_eq!(rows_again, rows, "other rows come before it breaks");
    assert_eq!((error_again.error_code, error_again.detail), (error.error_code, error.detail));
}

fn each_call_gives_the_same_rows(source: &dyn RowSource, rows: &RecordBatch) {
    for turn in 1..=3 {
        assert_same(&format!("call {turn}"), &all_of(source), rows);
    }
}

fn batches_have_the_schema(source: &dyn RowSource) {
    let batches = batches_of(source);
    assert!(batches.len() > 1, "{} batch is too few to tell", batches.len());
    for batch in batches {
        assert_eq!(batch.schema(), source.schema(), "a batch is of another schema");
    }
}

fn one_that_was_left_half_way_is_begun_again(source: &dyn RowSource, rows: &RecordBatch) {
    let mut left = source.batches().expect("opened");
    left.next().expect("a batch").expect("rows");
    assert_same("while another is half way", &all_of(source), rows);
    drop(left);
    assert_same("after another was left half way", &all_of(source), rows);
}

fn readers_side_by_side_do_not_disturb_each_other(source: &dyn RowSource, rows: &RecordBatch) {
    let one = source.batches().expect("opened");
    let mut second = source.batches().expect("opened twice");
    let (mut first, mut other) = (Vec::new(), Vec::new());
    // By turns: two that share a place in a file would each lose what the other reads.
    for batch in one {
        first.push(batch.expect("rows"));
        other.extend(second.next().map(|batch| batch.expect("rows")));
    }
    assert!(second.next().is_none(), "the second has more batches than the first");
    for (who, batches) in [("the first", first), ("the second", other)] {
        let read = concat_batches(&source.schema(), &batches).expect("one batch");
        assert_same(who, &read, rows);
    }
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_same("on a thread of its own", &all_of(source), rows));
        }
    });
}

fn the_file_holds_the_same_rows(source: &dyn RowSource, rows: &RecordBatch) {
    let Some(path) = source.parquet_file() else { return };
    for _ in 0..2 {
        assert_same("the file", &file_of(path), rows);
    }
    all_of(source);
    assert_same("the file, once the rows were read", &file_of(path), rows);
}

/// By the library's own reader, as anyone might read it.
fn file_of(path: &Path) -> RecordBatch {
    let file = File::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    // The types of the file, not what its writer says that they once were.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options);
    let builder = builder.expect("a Parquet file");
    let schema = builder.schema().clone();
    let batches: Vec<RecordBatch> =
        builder.build().expect("a reader").collect::<Result<_, _>>().expect("rows");
    concat_batches(&schema, &batches).expect("one batch")
}

fn batches_of(source: &dyn RowSource) -> Vec<RecordBatch> {
    let batches = source.batches().expect("opened");
    batches.map(|batch| batch.expect("rows")).collect()
}

fn all_of(source: &dyn RowSource) -> RecordBatch {
    concat_batches(&source.schema(), &batches_of(source)).expect("batches of the schema")
}

/// The rows before the first error, and the error.
fn until_it_breaks(source: &dyn RowSource) -> (Vec<RecordBatch>, Error) {
    let (mut batches, mut rows) = (source.batches().expect("opened"), Vec::new());
    let error = loop {
        match batches.next().expect("it ends as if it were whole") {
            Ok(batch) => rows.push(batch),
            Err(error) => break error,
        }
    };
    assert!(batches.next().is_none(), "something comes behind {error}");
    (rows, error)
}

fn assert_same(what: &str, read: &RecordBatch, rows: &RecordBatch) {
    assert_eq!(read.num_rows(), rows.num_rows(), "{what}: another number of rows");
    // Names and values with their types: what else a schema says is not of the rows.
    let names = |batch: &RecordBatch| -> Vec<String> {
        batch.schema().fields().iter().map(|field| field.name().clone()).collect()
    };
    assert_eq!(names(read), names(rows), "{what}: other columns");
    for (index, (column, expected)) in read.columns().iter().zip(rows.columns()).enumerate() {
        assert!(column == expected, "{what}: other values in column {index}");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use arrow_schema::SchemaRef;
    use domain::Result;

    use super::*;
    use crate::{MemoryRows, numbers};

    type Batches = Box<dyn Iterator<Item = Result<RecordBatch>> + Send>;

    fn two_batches(broken: bool) -> MemoryRows {
        let batches = [0..3, 3..9].map(|values| numbers(values).batches[0].clone()).to_vec();
        MemoryRows { batches, broken }
    }

    fn nine() -> RecordBatch {
        numbers(0..9).batches[0].clone()
    }

    #[test]
    fn rows_in_memory_keep_it() {
        row_source(&two_batches(false), &nine());
        broken_row_source(&two_batches(true));
    }

    #[test]
    #[should_panic(expected = "it ends as if it were whole")]
    fn a_source_that_does_not_break_is_not_broken() {
        broken_row_source(&two_batches(false));
    }

    /// Rows that can be had so many times.
    struct Few(AtomicI64);

    impl RowSource for Few {
        fn schema(&self) -> SchemaRef {
            nine().schema()
        }

        fn parquet_file(&self) -> Option<&Path> {
            None
        }

        fn batches(&self) -> Result<Batches> {
            let left = self.0.fetch_sub(1, Ordering::Relaxed) > 0;
            let batches = two_batches(false).batches.into_iter().map(Ok);
            Ok(Box::new(batches.take(if left { 2 } else { 1 })))
        }
    }

    #[test]
    #[should_panic(expected = "call 2: another number of rows")]
    fn rows_that_come_once_do_not_keep_it() {
        row_source(&Few(1.into()), &nine());
    }
}

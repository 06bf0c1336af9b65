//! Parquet files that are broken, or were made to do harm.

use std::sync::Arc;

use arrow_array::*;
use arrow_schema::DataType;
use bytes::Bytes;
use domain::Code;
use formats::parquet::inspect;
use formats::{Format, RowsAs};

use crate::memory::largest_allocation;
use crate::whole::sample;
use crate::{Random, batch, encode};

fn file(batch: &RecordBatch) -> Vec<u8> {
    encode(Format::Parquet, RowsAs::Objects, std::slice::from_ref(batch))
}

fn code(bytes: &[u8]) -> &'static str {
    inspect(&Bytes::copy_from_slice(bytes)).expect_err("an error").error_code
}

#[test]
fn what_is_no_parquet_is_said_to_be_none() {
    assert_eq!(code(b""), "EMPTY_BODY");
    assert_eq!(code(b"hello, world"), "NOT_PARQUET");
    assert_eq!(code(b"PARE........PARE"), "ENCRYPTED_BODY");
    assert_eq!(code(&[0xFF; 100]), "NOT_PARQUET");
    let whole = file(&sample(10));
    for end in 1..whole.len() {
        assert_eq!(code(&whole[..end]), "BODY_CUT_SHORT", "at {end}");
    }
    let cut_in_front = [b"PAR1", &whole[400..]].concat();
    assert_eq!(code(&cut_in_front), "CORRUPT_BODY");
}

#[test]
fn a_file_on_disk_is_read_as_one_in_memory() {
    let bytes = file(&sample(10));
    let path = std::env::temp_dir().join(format!("eider-formats-{}.parquet", std::process::id()));
    std::fs::write(&path, &bytes).expect("written");
    let from_disk = inspect(&std::fs::File::open(&path).expect("opened")).expect("Parquet");
    std::fs::remove_file(&path).expect("removed");
    assert_eq!(from_disk, inspect(&Bytes::from(bytes)).expect("Parquet"));
}

#[test]
fn flipped_bytes_of_a_footer_never_panic_nor_take_memory() {
    let whole = file(&sample(20));
    let length =
        u32::from_le_bytes(whole[whole.len() - 8..][..4].try_into().expect("four")) as usize;
    let footer = whole.len() - 8 - length;
    let mut random = Random(4711);
    std::panic::set_hook(Box::new(|_| {}));
    for _ in 0..20_000 {
        let mut bytes = whole.clone();
        for _ in 0..=random.below(3) {
            let place = footer + random.below(length);
            bytes[place] = if random.below(2) == 0 { 0xFF } else { random.below(256) as u8 };
        }
        let largest = largest_allocation(|| {
            if let Err(error) = inspect(&Bytes::from(bytes)) {
                assert_ne!(error.code, Code::Internal, "{error:?}");
            }
        });
        assert!(largest <= 8 << 20, "{largest} bytes at once");
    }
    drop(std::panic::take_hook());
}

/// A footer of our own: a schema list with `head`, then `elements`.
fn with_footer(footer: &[u8]) -> Vec<u8> {
    [b"PAR1", footer, &(footer.len() as u32).to_le_bytes(), b"PAR1"].concat()
}

#[test]
fn a_list_that_claims_billions_gets_nothing() {
    let claims = b"\x15\x02\x19\xFC\xFF\xFF\xFF\xFF\x07\x48\x01a\x00\x00";
    let largest = largest_allocation(|| assert_eq!(code(&with_footer(claims)), "CORRUPT_BODY"));
    assert!(largest < 1 << 20, "{largest} bytes at once");
}

#[test]
fn a_schema_as_deep_as_the_stack_is_refused() {
    let mut footer = b"\x15\x02\x19\xFC".to_vec();
    footer.extend(b"\xA0\x8D\x06"); // 100,000 elements
    for _ in 0..100_000 {
        footer.extend(b"\x48\x01a\x15\x02\x00"); // name "a", one child
    }
    footer.push(0);
    assert_eq!(code(&with_footer(&footer)), "TYPE_TOO_DEEP");
}

#[test]
fn nesting_is_taken_as_deep_as_in_tables() {
    for (levels, expected) in [(32, None), (33, Some("TYPE_TOO_DEEP"))] {
        let nested = (0..levels).fold(DataType::Int32, |inner, _| DataType::new_list(inner, true));
        let bytes = write(batch(vec![("deep", new_empty_array(&nested))]));
        let result = inspect(&Bytes::from(bytes));
        assert_eq!(result.err().map(|error| error.error_code), expected, "{levels} levels");
    }
}

/// By the library itself: our encoder would refuse.
fn write(batch: RecordBatch) -> Vec<u8> {
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(Vec::new(), batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    writer.into_inner().expect("the bytes")
}

#[test]
fn duplicate_columns_are_named() {
    let one: ArrayRef = Arc::new(Int32Array::from(vec![1]));
    let bytes = write(batch(vec![("a", one.clone()), ("A", one)]));
    let error = inspect(&Bytes::from(bytes)).expect_err("twice");
    assert_eq!((error.code, error.fields[0].field.as_str()), (Code::Invalid, "A"));
}

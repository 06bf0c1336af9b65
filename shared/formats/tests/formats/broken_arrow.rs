//! Arrow streams that are broken, or were made to do harm.

use std::io::{Error as IoError, Read};
use std::sync::Arc;

use arrow_array::*;
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_schema::{DataType, Field, Schema};
use domain::{Code, Error};
use formats::arrow_stream::{self, Limits};
use formats::{Format, RowsAs};

use crate::memory::largest_allocation;
use crate::whole::sample;
use crate::{Random, batch, encode};

/// The code of the first error, or the number of rows.
fn read(bytes: &[u8]) -> Result<usize, Error> {
    read_within(bytes, Limits::default())
}

/// As it comes and out of memory, which must not tell.
fn read_within(bytes: &[u8], limits: Limits) -> Result<usize, Error> {
    let come = arrow_stream::open(bytes, limits).and_then(rows);
    let kept = arrow_stream::open_bytes(bytes.to_vec().into(), limits).and_then(rows);
    let said = |read: &Result<usize, Error>| read.as_ref().map_err(|e| e.to_string()).copied();
    assert_eq!(said(&come), said(&kept));
    come
}

fn rows(stream: impl Iterator<Item = Result<RecordBatch, Error>>) -> Result<usize, Error> {
    stream.map(|batch| batch.map(|batch| batch.num_rows())).sum()
}

fn code(bytes: &[u8]) -> &'static str {
    read(bytes).expect_err("an error").error_code
}

fn stream(batch: &RecordBatch, compression: Option<CompressionType>) -> Vec<u8> {
    let options = IpcWriteOptions::default().try_with_compression(compression).expect("options");
    let mut writer =
        StreamWriter::try_new_with_options(Vec::new(), &batch.schema(), options).expect("a writer");
    writer.write(batch).expect("written");
    writer.finish().expect("finished");
    writer.into_inner().expect("the bytes")
}

#[test]
fn what_is_no_stream_is_said_to_be_none() {
    assert_eq!(code(b""), "EMPTY_BODY");
    for body in [&b"a"[..], b"hello, world", b"{\"a\":1}\n", &[0; 4], &[0xFF; 64], b"PAR1PAR1"] {
        assert_eq!(code(body), "NOT_ARROW_STREAM", "{body:?}");
    }
    let whole = sample(3);
    let mut writer = FileWriter::try_new(Vec::new(), &whole.schema()).expect("a writer");
    writer.write(&whole).expect("written");
    writer.finish().expect("finished");
    let error = read(&writer.into_inner().expect("the bytes")).expect_err("a file");
    assert!(error.detail.contains("send a stream"), "{error}");
}

#[test]
fn a_stream_cut_at_any_byte_is_never_whole() {
    let whole = encode(Format::ArrowStream, RowsAs::Objects, &[sample(5), sample(2)]);
    assert_eq!(read(&whole).expect("whole"), 7);
    for end in 1..whole.len() {
        let error = read(&whole[..end]).expect_err("cut");
        assert_eq!(error.error_code, "BODY_CUT_SHORT", "at {end}: {error}");
        assert!(error.detail.contains(&format!("after {end} bytes")), "at {end}: {error}");
    }
    let more = [whole.as_slice(), b"\0"].concat();
    assert_eq!(code(&more), "CORRUPT_BODY");
    assert_eq!(code(&[whole.as_slice(), whole.as_slice()].concat()), "CORRUPT_BODY");
}

#[test]
fn an_error_ends_the_iterator() {
    let whole = encode(Format::ArrowStream, RowsAs::Objects, &[sample(5)]);
    let mut stream = arrow_stream::open(&whole[..whole.len() - 1], Limits::default()).expect("one");
    assert!(stream.next().is_some_and(|batch| batch.is_ok()));
    assert!(stream.next().is_some_and(|batch| batch.is_err()));
    assert!(stream.next().is_none());
}

#[test]
fn compressed_streams_are_read() {
    for compression in [CompressionType::ZSTD, CompressionType::LZ4_FRAME] {
        let whole = sample(50_000);
        let bytes = stream(&whole, Some(compression));
        let read: Vec<_> = arrow_stream::open(bytes.as_slice(), Limits::default())
            .expect("a stream")
            .map(|batch| batch.expect("a batch"))
            .collect();
        assert_eq!(read, [whole]);
    }
}

#[test]
fn flipped_bytes_never_panic_nor_take_memory() {
    let mut random = Random(42);
    let mut survived = 0;
    std::panic::set_hook(Box::new(|_| {}));
    for compression in [None, Some(CompressionType::ZSTD), Some(CompressionType::LZ4_FRAME)] {
        let whole = stream(&sample(40), compression);
        for _ in 0..4_000 {
            let mut bytes = whole.clone();
            for _ in 0..=random.below(3) {
                let place = random.below(bytes.len());
                bytes[place] = match random.below(4) {
                    0 => 0,
                    1 => 0xFF,
                    2 => bytes[place] ^ 1 << random.below(8),
                    _ => random.below(256) as u8,
                };
            }
            let limits = Limits { batch_bytes: 16 << 20 };
            let largest = largest_allocation(|| match read_within(&bytes, limits) {
                Ok(_) => survived += 1,
                Err(error) => assert_ne!(error.code, Code::Internal, "{error:?}"),
            });
            assert!(largest <= 40 << 20, "{largest} bytes at once");
        }
    }
    drop(std::panic::take_hook());
    assert!(survived > 0, "some flips hit only values or padding");
}

#[test]
fn lengths_that_claim_gigabytes_get_nothing() {
    let whole = stream(&sample(40), None);
    let second = 8 + u32::from_le_bytes([whole[4], whole[5], whole[6], whole[7]]) as usize;
    let mut claims_metadata = whole.clone();
    claims_metadata[second + 4..second + 8].copy_from_slice(&0x7FFF_FFF0_u32.to_le_bytes());
    let mut claims_first = whole.clone();
    claims_first[4..8].copy_from_slice(&0x00FF_FFF0_u32.to_le_bytes());
    for bytes in [claims_metadata, claims_first] {
        let largest = largest_allocation(|| assert!(read(&bytes).is_err()));
        assert!(largest < 4 << 20, "{largest} bytes at once");
    }
}

#[test]
fn a_batch_over_the_limit_is_refused_compressed_or_not() {
    let zeros = batch(vec![("z", Arc::new(Int64Array::from(vec![0; 4 << 20])))]);
    for compression in [None, Some(CompressionType::ZSTD), Some(CompressionType::LZ4_FRAME)] {
        let bytes = stream(&zeros, compression);
        let limits = Limits { batch_bytes: 8 << 20 };
        let largest = largest_allocation(|| {
            let stream = arrow_stream::open(bytes.as_slice(), limits).expect("a schema");
            let error = rows(stream).expect_err("too large");
            assert_eq!((error.code, error.error_code), (Code::TooLarge, "BATCH_TOO_LARGE"));
        });
        assert!(largest < 10 << 20, "{largest} bytes at once");
        assert!(read_within(&bytes, limits).is_err());
    }
}

#[test]
fn a_compressed_buffer_that_lies_about_its_length_is_refused() {
    let zeros = batch(vec![("z", Arc::new(Int64Array::from(vec![0; 4 << 20])))]);
    for compression in [CompressionType::ZSTD, CompressionType::LZ4_FRAME] {
        let mut bytes = stream(&zeros, Some(compression));
        let claimed = (32_u64 << 20).to_le_bytes();
        let words = bytes.chunks_exact(8).enumerate();
        let prefix = words.filter(|(_, word)| *word == claimed).map(|(place, _)| place).next_back();
        let place = 8 * prefix.expect("the prefix");
        bytes[place..place + 8].copy_from_slice(&(1_u64 << 20).to_le_bytes());
        let limits = Limits { batch_bytes: 2 << 20 };
        let largest = largest_allocation(|| assert!(read_within(&bytes, limits).is_err()));
        assert!(largest < 16 << 20, "{compression:?}: {largest} bytes at once");
        bytes[place..place + 8].copy_from_slice(&(1_u64 << 60).to_le_bytes());
        let error = read(&bytes).expect_err("too large");
        assert_eq!(error.error_code, "BATCH_TOO_LARGE", "{compression:?}: {error}");
    }
}

#[test]
fn rows_without_bytes_are_bounded() {
    let nulls = |rows| batch(vec![("o", Arc::new(NullArray::new(rows)))]);
    assert_eq!(read(&stream(&nulls(1 << 20), None)).expect("few"), 1 << 20);
    assert_eq!(code(&stream(&nulls(1 << 40), None)), "CORRUPT_BODY");
}

#[test]
fn values_are_validated() {
    let texts = batch(vec![("t", Arc::new(StringArray::from(vec!["needle", "hay"])))]);
    let mut bytes = stream(&texts, None);
    let place = bytes.windows(6).position(|window| window == b"needle").expect("the text");
    bytes[place] = 0xC0;
    assert_eq!(code(&bytes), "CORRUPT_BODY");
}

#[test]
fn schemas_that_no_table_can_have_are_refused() {
    let one: ArrayRef = Arc::new(Int32Array::from(vec![1]));
    let error =
        read(&stream(&batch(vec![("a", one.clone()), ("A", one)]), None)).expect_err("twice");
    assert_eq!((error.code, error.error_code), (Code::Invalid, "DUPLICATE_COLUMN"));
    assert_eq!(error.fields[0].field, "A");
    let none = RecordBatch::new_empty(Arc::new(Schema::empty()));
    assert_eq!(code(&stream(&none, None)), "NO_COLUMNS");
    for (levels, expected) in [(32, None), (33, Some("TYPE_TOO_DEEP")), (80, Some("TYPE_TOO_DEEP"))]
    {
        let nested = (0..levels).fold(DataType::Int32, |inner, _| DataType::new_list(inner, true));
        let schema = Arc::new(Schema::new(vec![Field::new("deep", nested, true)]));
        let result = read(&stream(&RecordBatch::new_empty(schema), None));
        assert_eq!(result.err().map(|error| error.error_code), expected, "{levels} levels");
    }
}

#[test]
fn a_readers_own_error_is_passed_on() {
    struct Failing(bool);
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(if self.0 {
                IoError::other(Error::malformed("CLIENT_LEFT", "gone"))
            } else {
                IoError::other("disk")
            })
        }
    }
    let code = |ours| match arrow_stream::open(Failing(ours), Limits::default()) {
        Ok(_) => panic!("it was read"),
        Err(error) => error.error_code,
    };
    assert_eq!(code(true), "CLIENT_LEFT");
    assert_eq!(code(false), "INTERNAL");
}

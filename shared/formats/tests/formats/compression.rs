//! Compressed bodies.

use std::io::{Cursor, Read, Write};

use domain::{Code, Error};
use flate2::write::GzEncoder;
use formats::compression::{Compression, decode};

use crate::Random;
use crate::bodies::{Trickle, is_the_callers};
use crate::memory::largest_allocation;

const BOTH: [Compression; 2] = [Compression::Gzip, Compression::Zstd];

fn pack(compression: Compression, bytes: &[u8]) -> Vec<u8> {
    match compression {
        Compression::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(bytes).expect("packed");
            encoder.finish().expect("packed")
        }
        Compression::Zstd => {
            let mut encoder = zstd::Encoder::new(Vec::new(), 3).expect("an encoder");
            encoder.include_checksum(true).expect("a checksum");
            encoder.write_all(bytes).expect("packed");
            encoder.finish().expect("packed")
        }
    }
}

fn unpack(compression: Compression, packed: Vec<u8>, most: u64) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let mut reader = decode(Box::new(Cursor::new(packed)), compression, most);
    match reader.read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(error.downcast::<Error>().expect("an error of ours")),
    }
}

fn sample() -> Vec<u8> {
    let mut random = Random(5);
    (0..200_000).map(|_| b'a' + random.below(16) as u8).collect()
}

#[test]
fn names_are_those_of_content_encoding() {
    for (name, expected) in [
        ("gzip", Some(Compression::Gzip)),
        ("X-GZip", Some(Compression::Gzip)),
        ("zstd", Some(Compression::Zstd)),
        ("br", None),
        ("identity", None),
        ("", None),
    ] {
        assert_eq!(Compression::from_content_encoding(name), expected);
    }
    assert!(
        BOTH.iter()
            .all(|one| Compression::from_content_encoding(one.content_encoding()) == Some(*one))
    );
}

#[test]
fn what_was_packed_comes_out_also_of_several_parts() {
    let bytes = sample();
    for compression in BOTH {
        let packed = pack(compression, &bytes);
        let length = bytes.len() as u64;
        assert_eq!(unpack(compression, packed.clone(), length).expect("unpacked"), bytes);
        let parts = [packed.clone(), pack(compression, b""), pack(compression, b"end")].concat();
        assert_eq!(
            unpack(compression, parts, 1 << 20).expect("unpacked"),
            [&bytes[..], b"end"].concat()
        );
        assert_eq!(unpack(compression, pack(compression, b""), 0).expect("nothing"), b"");
        assert_eq!(unpack(compression, Vec::new(), 0).expect("nothing"), b"");
        let error = unpack(compression, packed.clone(), length - 1).expect_err("too large");
        assert_eq!((error.code, error.error_code), (Code::TooLarge, "BODY_UNPACKS_TOO_LARGE"));
        assert!(error.detail.contains("199999"), "{error:?}");
        let mut trickled = Vec::new();
        decode(Box::new(Trickle(packed, 0)), compression, length)
            .read_to_end(&mut trickled)
            .expect("unpacked");
        assert_eq!(trickled, bytes);
    }
}

#[test]
fn what_is_cut_or_corrupt_is_said_to_be() {
    for compression in BOTH {
        let packed = pack(compression, &sample()[..5_000]);
        for end in 1..packed.len() {
            let error = unpack(compression, packed[..end].to_vec(), 1 << 20).expect_err("cut");
            assert_eq!(error.error_code, "BODY_CUT_SHORT", "{compression:?} at {end}: {error:?}");
        }
        let code =
            |bytes: Vec<u8>| unpack(compression, bytes, 1 << 20).expect_err("corrupt").error_code;
        assert_eq!(code([&packed[..], b"garbage behind it"].concat()), "CORRUPT_BODY");
        assert_eq!(code([&packed[..], &[0; 100]].concat()), "CORRUPT_BODY");
        assert_eq!(code(b"id,name\n1,hello\n".to_vec()), "CORRUPT_BODY");
        let mut flipped = packed.clone();
        flipped[packed.len() / 2] ^= 0x55;
        assert_eq!(code(flipped), "CORRUPT_BODY");
    }
}

#[test]
fn a_bomb_stops_at_the_limit_and_takes_little_memory() {
    let zeros = vec![0_u8; 64 << 20];
    for compression in BOTH {
        let packed = pack(compression, &zeros);
        assert!(packed.len() < 100_000);
        let largest = largest_allocation(|| {
            let mut reader = decode(Box::new(Cursor::new(packed.clone())), compression, 1 << 20);
            let mut buffer = vec![0; 64 << 10];
            let error = loop {
                match reader.read(&mut buffer) {
                    Ok(read) => assert_ne!(read, 0),
                    Err(error) => break error,
                }
            };
            let error = error.downcast::<Error>().expect("ours");
            assert_eq!(error.error_code, "BODY_UNPACKS_TOO_LARGE");
            assert_eq!(reader.read(&mut buffer).expect("ended"), 0);
        });
        assert!(largest <= 1 << 20, "{largest} bytes at once");
    }
    // A frame that says it looks back by 2 GiB.
    let window = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0xA8, 0x01, 0x00, 0x00];
    let error = unpack(Compression::Zstd, window.to_vec(), 1 << 40).expect_err("too large");
    assert_eq!(error.error_code, "BODY_UNPACKS_TOO_LARGE", "{error:?}");
}

#[test]
fn what_the_source_fails_with_stays_what_it_is() {
    struct Fails(Option<Error>);
    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(self
                .0
                .take()
                .map_or_else(|| std::io::ErrorKind::UnexpectedEof.into(), std::io::Error::other))
        }
    }
    for compression in BOTH {
        for (fails, code) in
            [(Some(Error::malformed("CLIENT_LEFT", "left")), "CLIENT_LEFT"), (None, "INTERNAL")]
        {
            let packed = pack(compression, &sample());
            let source = Cursor::new(packed[..1_000].to_vec()).chain(Fails(fails));
            let error = decode(Box::new(source), compression, 1 << 20).read_to_end(&mut Vec::new());
            let error = error.expect_err("gone").downcast::<Error>().expect("ours");
            assert_eq!(error.error_code, code);
        }
    }
}

#[test]
fn flipped_bytes_are_the_callers_fault() {
    let mut random = Random(77);
    for compression in BOTH {
        let packed = pack(compression, &sample()[..3_000]);
        for _ in 0..3_000 {
            let mut bytes = packed.clone();
            for _ in 0..=random.below(3) {
                let place = random.below(bytes.len());
                bytes[place] = random.below(256) as u8;
            }
            if let Err(error) = unpack(compression, bytes, 1 << 20) {
                assert!(is_the_callers(&error), "{error:?}");
            }
        }
    }
}

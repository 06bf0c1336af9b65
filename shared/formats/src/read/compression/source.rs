//! The compressed bytes: their reader's own failures are told from those of the decoder.

use std::io::{self, ErrorKind, Read};

use domain::Error;

/// A reader all of whose errors hold a [`domain::Error`].
pub(super) struct Source(Box<dyn Read + Send>);

impl Source {
    pub(super) fn new(reader: Box<dyn Read + Send>) -> Self {
        Self(reader)
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => return other.map_err(ours),
            }
        }
    }
}

fn ours(error: io::Error) -> io::Error {
    if error.get_ref().is_some_and(|inner| inner.is::<Error>()) {
        return error;
    }
    io::Error::other(Error::internal(error))
}

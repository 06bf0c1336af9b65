//! A client that costs next to nothing: it shares the machine with what is measured.
//!
//! HTTP/1.1 on one connection that is kept; bodies are read with a length or in chunks.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use arrow_ipc::reader::StreamReader;

pub(crate) use crate::request::{Request, sql};

/// What one read of the socket takes at most.
const READ: usize = 256 << 10;

/// One connection.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    host: String,
}

/// What was read, and when it came.
pub(crate) struct Answer {
    /// From the first byte sent to the first byte of the body.
    pub(crate) first: Duration,
    /// To its last.
    pub(crate) whole: Duration,
    /// How many there were.
    pub(crate) bytes: u64,
}

impl Client {
    /// Connects to `host:port`.
    pub(crate) fn connect(host: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(host).with_context(|| format!("connecting to {host}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::with_capacity(READ, stream), host: host.to_owned() })
    }

    /// Sends it and reads the answer, which must be a success, to its end.
    pub(crate) fn send(&mut self, request: &Request<'_>) -> anyhow::Result<Answer> {
        let started = Instant::now();
        let mut body = self.begin(request)?;
        body.fill_buf()?;
        let first = started.elapsed();
        let mut bytes = 0;
        loop {
            let piece = body.fill_buf()?.len();
            if piece == 0 {
                return Ok(Answer { first, whole: started.elapsed(), bytes });
            }
            body.consume(piece);
            bytes += piece as u64;
        }
    }

    /// The same, as a text.
    pub(crate) fn text(&mut self, request: &Request<'_>) -> anyhow::Result<String> {
        let mut text = String::new();
        self.begin(request)?.read_to_string(&mut text)?;
        Ok(text)
    }

    /// The same, as an Arrow stream, of which the rows are counted.
    pub(crate) fn arrow_rows(&mut self, request: &Request<'_>) -> anyhow::Result<usize> {
        let mut body = self.begin(request)?;
        let mut rows = 0;
        for batch in StreamReader::try_new(&mut body, None)? {
            rows += batch?.num_rows();
        }
        // What stands behind the stream's end mark, so that the connection can be used again.
        io::copy(&mut body, &mut io::sink())?;
        Ok(rows)
    }

    /// Sends it and reads the head of the answer; the rest is to be read to its end.
    pub(crate) fn begin(&mut self, request: &Request<'_>) -> anyhow::Result<Body<'_>> {
        let mut sent = request.head(&self.host).into_bytes();
        let socket = self.stream.get_mut();
        if request.body.len() < READ {
            sent.extend_from_slice(request.body);
            socket.write_all(&sent)?;
        } else {
            socket.write_all(&sent)?;
            // A server that refuses may not read on; its answer says why.
            socket.write_all(request.body).ok();
        }
        let (status, left) = self.read_head()?;
        let mut body = Body { stream: &mut self.stream, left };
        if !(200..300).contains(&status) {
            let mut said = String::new();
            body.read_to_string(&mut said)?;
            bail!("{} {} answered {status}: {said}", request.method, request.path);
        }
        Ok(body)
    }

    fn read_head(&mut self) -> anyhow::Result<(u16, Left)> {
        let status = line(&mut self.stream)?;
        let code = status.split(' ').nth(1).and_then(|code| code.parse().ok());
        let code = code.with_context(|| format!("not an answer: {status:?}"))?;
        let mut left = Left::Bytes(0);
        loop {
            let line = line(&mut self.stream)?.to_ascii_lowercase();
            match line.split_once(':') {
                None => return Ok((code, left)),
                Some(("content-length", length)) => left = Left::Bytes(length.trim().parse()?),
                Some(("transfer-encoding", _)) => left = Left::Chunk(0),
                Some(_) => {}
            }
        }
    }
}

fn line(stream: &mut impl BufRead) -> anyhow::Result<String> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    ensure!(line.ends_with("\r\n"), "the server hung up");
    line.truncate(line.len() - 2);
    Ok(line)
}

/// What is to come.
#[derive(Clone, Copy)]
enum Left {
    /// So many bytes, then the end.
    Bytes(u64),
    /// So many bytes of this chunk, then another.
    Chunk(u64),
}

/// A body on its way.
pub(crate) struct Body<'c> {
    stream: &'c mut BufReader<TcpStream>,
    left: Left,
}

impl BufRead for Body<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if let Left::Chunk(0) = self.left {
            let size = line(self.stream).map_err(io::Error::other)?;
            let size = u64::from_str_radix(&size, 16).map_err(io::Error::other)?;
            self.left = if size == 0 { Left::Bytes(0) } else { Left::Chunk(size) };
            if size == 0 {
                line(self.stream).map_err(io::Error::other)?;
            }
        }
        let (Left::Bytes(left) | Left::Chunk(left)) = self.left;
        if left == 0 {
            return Ok(&[]);
        }
        let buffer = self.stream.fill_buf()?;
        if buffer.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(&buffer[..buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX))])
    }

    fn consume(&mut self, amount: usize) {
        self.stream.consume(amount);
        match &mut self.left {
            Left::Bytes(left) => *left -= amount as u64,
            Left::Chunk(left) => {
                *left -= amount as u64;
                if *left == 0 {
                    // The line end behind the chunk; a connection that breaks here fails at the next.
                    line(self.stream).ok();
                }
            }
        }
    }
}

impl Read for Body<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

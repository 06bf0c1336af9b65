//! Many clients at once on one thread, which costs less of the machine than a thread for each: every
//! one has a connection that it keeps, and sends its next request when the last is answered.

use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use futures::stream::{FuturesUnordered, TryStreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::rounds::Times;

/// Writes a client's next request, head and body: which client, and how many it has had answers to.
pub(crate) type Write<'a> = dyn Fn(usize, usize, &mut Vec<u8>) + 'a;

/// Lets so many clients go on for so long, each to the end of its last answer; answers each one's
/// times. Every answer must be a success.
pub(crate) fn run(
    host: &str,
    clients: usize,
    length: Duration,
    write: &Write<'_>,
) -> anyhow::Result<Vec<Times>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let all = (0..clients).map(|client| one(host, client, length, write));
    runtime.block_on(all.collect::<FuturesUnordered<_>>().try_collect())
}

async fn one(
    host: &str,
    client: usize,
    length: Duration,
    write: &Write<'_>,
) -> anyhow::Result<Times> {
    let mut stream = TcpStream::connect(host).await?;
    stream.set_nodelay(true)?;
    let (mut sent, mut answer) = (Vec::new(), Vec::with_capacity(8 << 10));
    let mut times = Times::default();
    let started = Instant::now();
    while started.elapsed() < length {
        sent.clear();
        write(client, times.0.len(), &mut sent);
        let at = Instant::now();
        stream.write_all(&sent).await?;
        answer.clear();
        while !is_whole(&answer) {
            ensure!(stream.read_buf(&mut answer).await? > 0, "the server hung up");
        }
        if !answer.starts_with(b"HTTP/1.1 2") {
            bail!("client {client} was answered {}", String::from_utf8_lossy(&answer));
        }
        times.0.push(at.elapsed());
    }
    Ok(times)
}

/// What rounds of many clients come to, the first left out, as it is in `interleave`.
pub(crate) struct Together {
    /// Answers a second, in the middle round.
    pub(crate) rate: f64,
    /// Answers that the slowest client had, the mean of all being 1, in the worst round.
    pub(crate) slowest: f64,
    /// Of all.
    pub(crate) times: Times,
}

impl Together {
    /// Answers that came after a round's time are in no rate.
    pub(crate) fn of(mut rounds: Vec<Vec<Times>>, length: Duration) -> Self {
        rounds.remove(0);
        let mut rates = Vec::new();
        let mut slowest = f64::INFINITY;
        for clients in &rounds {
            let counts = clients.iter().map(|times| times.within(length));
            let (sum, least) =
                counts.fold((0, usize::MAX), |(sum, least), count| (sum + count, least.min(count)));
            rates.push(sum as f64 / length.as_secs_f64());
            slowest = slowest.min((least * clients.len()) as f64 / sum as f64);
        }
        rates.sort_by(f64::total_cmp);
        let times = rounds.into_iter().flatten().flat_map(|times| times.0).collect();
        Self { rate: rates[rates.len() / 2], slowest, times: Times(times) }
    }
}

/// Whether this is all of a short answer, whose body has a length or comes in chunks of JSON.
fn is_whole(answer: &[u8]) -> bool {
    const LENGTH: &[u8] = b"\r\ncontent-length: ";
    let Some(end) = find(answer, b"\r\n\r\n") else { return false };
    let (head, body) = answer.split_at(end + 4);
    let Some(at) = find(head, LENGTH) else { return body.ends_with(b"0\r\n\r\n") };
    let digits = head[at + LENGTH.len()..].iter().take_while(|byte| byte.is_ascii_digit());
    let length = digits.fold(0, |length, digit| 10 * length + usize::from(digit - b'0'));
    body.len() >= length
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::is_whole;

    #[test]
    fn an_answer_is_whole_with_its_last_byte() {
        let answers = [
            "HTTP/1.1 200 OK\r\ncontent-length: 10\r\nage: 1\r\n\r\n0123456789",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n{ }\r\n0\r\n\r\n",
        ];
        for answer in answers {
            let whole: Vec<usize> =
                (0..=answer.len()).filter(|end| is_whole(&answer.as_bytes()[..*end])).collect();
            assert_eq!(whole, [answer.len()]);
        }
    }
}

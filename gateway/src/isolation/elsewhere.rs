//! Queries whose rows this process wants itself, to make a table of them: they run in a query process, as
//! what a client asks does.

use std::sync::Arc;
use std::time::Instant;

use arrow_array::RecordBatch;
use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use domain::{Error, Grants, Result, TableName};
use formats::ArrowPieces;
use futures::stream;
use http::{HeaderMap, HeaderValue, Request, header};
use http_body_util::{BodyExt, Full};
use service::{Query, QueryEngine, Rows};

use super::NUMBER;
use super::answer::Coming;
use super::message::{Asked, Head, Kind, PATH};
use super::pool::Pool;
use super::proxy::{hand_over, process_lost, timed_out};

/// Runs queries elsewhere, and what only parses here.
pub(crate) struct Elsewhere {
    pub(crate) pool: Arc<Pool>,
    pub(crate) here: Arc<dyn QueryEngine>,
}

#[async_trait]
impl QueryEngine for Elsewhere {
    async fn query(&self, query: Query) -> Result<Rows> {
        let body = serde_json::to_vec(&Asked::of(&query)?).map_err(Error::internal)?;
        let request = |number: u64| {
            Request::post(PATH)
                .header(header::CONTENT_TYPE, "application/json")
                .header("x-eider-front-door", &self.pool.front_door)
                .header(NUMBER, HeaderValue::from(number))
                .body(Full::new(Bytes::from(body.clone())))
        };
        let (answer, number) = hand_over(&self.pool, request).await?;
        let (head, body) = answer.into_parts();
        if !head.status.is_success() {
            let problem = body.collect().await.map_err(|_| process_lost())?.to_bytes();
            return Err(web::read_problem(&head.headers, &problem));
        }
        Receiving::new(body, number, query.deadlines.last).rows().await
    }

    async fn view_text(&self, sql: String, grants: Grants) -> Result<String> {
        self.here.view_text(sql, grants).await
    }

    async fn dependents(&self, name: &TableName) -> Result<Vec<TableName>> {
        self.here.dependents(name).await
    }
}

/// An answer that is coming in.
struct Receiving {
    body: Coming,
    number: u64,
    deadline: Option<Instant>,
    /// What has come, up to a whole frame.
    bytes: BytesMut,
    arrow: ArrowPieces,
    /// Decoded, and not yet asked for.
    ready: Option<RecordBatch>,
    ended: bool,
}

impl Receiving {
    fn new(body: Coming, number: u64, deadline: Option<Instant>) -> Self {
        let (bytes, arrow) = (BytesMut::new(), ArrowPieces::default());
        Self { body, number, deadline, bytes, arrow, ready: None, ended: false }
    }

    /// Waits for what stands before the rows, and for their schema.
    async fn rows(mut self) -> Result<Rows> {
        let (Kind::Head, head) = self.frame().await? else {
            return Err(Error::internal("rows without a head"));
        };
        let head: Head = serde_json::from_slice(&head).map_err(Error::internal)?;
        // With or without a row, the schema is there after that.
        self.ready = self.next().await?;
        let schema = self.arrow.schema().ok_or_else(process_lost)?;
        let batches = stream::try_unfold(self, async |mut receiving| {
            Ok(receiving.next().await?.map(|batch| (batch, receiving)))
        });
        let (columns, snapshot, tables) = (head.columns(), head.snapshot(), head.tables()?);
        Ok(Rows { columns, schema, snapshot, tables, batches: Box::pin(batches) })
    }

    /// The next batch; `None` at the end, which must be there.
    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        if let Some(batch) = self.ready.take() {
            return Ok(Some(batch));
        }
        while !self.ended {
            if let Some(batch) = self.arrow.batch()? {
                return Ok(Some(batch));
            }
            match self.frame().await? {
                (Kind::Rows, piece) => self.arrow.push(piece),
                (Kind::Problem, problem) => {
                    return Err(web::read_problem(&HeaderMap::new(), &problem));
                }
                (Kind::End, _) => self.ended = true,
                (Kind::Head, _) => return Err(Error::internal("two heads")),
            }
        }
        self.arrow.finish()?;
        Ok(None)
    }

    async fn frame(&mut self) -> Result<(Kind, Bytes)> {
        loop {
            if let Some(frame) = Kind::take(&mut self.bytes)? {
                return Ok(frame);
            }
            let piece = self.piece().await?.ok_or_else(process_lost)?;
            self.bytes.extend_from_slice(&piece);
        }
    }

    /// The next piece of the body. One that breaks off tells why the process ended.
    async fn piece(&mut self) -> Result<Option<Bytes>> {
        loop {
            match self.body.frame().await {
                None => return Ok(None),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(piece) => return Ok(Some(piece)),
                    Err(_trailers) => {}
                },
                Some(Err(_)) if self.deadline.is_some_and(|at| Instant::now() >= at) => {
                    return Err(timed_out());
                }
                Some(Err(_)) => return Err(self.body.broken(self.number).await),
            }
        }
    }
}

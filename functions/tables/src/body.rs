//! The body of an append as a source of rows: its format by `Content-Type`, opened as often as the
//! writer needs.

use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use domain::{Code, Error, Result};
use formats::{Format, arrow_stream, parquet};
use service::{RowSource, Spool};
use tempfile::NamedTempFile;

/// The format of a body, if it is one that rows are taken in.
pub(crate) fn kind(media_type: &str) -> Result<Format> {
    match Format::from_media_type(media_type) {
        Some(format @ (Format::ArrowStream | Format::Parquet)) => Ok(format),
        _ => {
            let found = if media_type.is_empty() { "nothing" } else { media_type };
            Err(Error::new(
                Code::UnsupportedMedia,
                "UNSUPPORTED_MEDIA_TYPE",
                format!(
                    "Rows are taken as {} or {}; Content-Type says {found}.",
                    Format::ArrowStream.media_type(),
                    Format::Parquet.media_type()
                ),
            ))
        }
    }
}

/// Reads what the body says of itself; off the request's thread, since it may be large.
pub(crate) async fn open(kind: Format, spool: Spool) -> Result<Arc<dyn RowSource>> {
    if spool.length == 0 {
        return Err(Error::malformed(
            "EMPTY_BODY",
            format!("The body is empty; send {} (it may hold 0 rows).", kind.media_type()),
        ));
    }
    let opened = tokio::task::spawn_blocking(move || match kind {
        Format::Parquet => open_parquet(spool),
        _ => open_arrow(spool),
    });
    opened.await.map_err(Error::internal)?
}

fn open_parquet(spool: Spool) -> Result<Arc<dyn RowSource>> {
    let schema = match spool.in_memory() {
        Some(bytes) => parquet::inspect(bytes)?.schema,
        None => {
            let file = spool.reopen()?;
            parquet::inspect(&file)?.schema
        }
    };
    Ok(Arc::new(ParquetRows { schema, file: spool.into_file()? }))
}

fn open_arrow(spool: Spool) -> Result<Arc<dyn RowSource>> {
    let schema = read_arrow(&spool)?.schema();
    Ok(Arc::new(ArrowRows { schema, spool }))
}

type Stream = arrow_stream::ArrowStream<Box<dyn std::io::Read + Send>>;

fn read_arrow(spool: &Spool) -> Result<Stream> {
    let limits = arrow_stream::Limits::default();
    match spool.in_memory() {
        Some(bytes) => arrow_stream::open_bytes(bytes.clone(), limits),
        None => arrow_stream::open(spool.reader()?, limits),
    }
}

struct ParquetRows {
    schema: SchemaRef,
    file: NamedTempFile,
}

impl RowSource for ParquetRows {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn parquet_file(&self) -> Option<&Path> {
        Some(self.file.path())
    }

    fn batches(&self) -> Result<Box<dyn Iterator<Item = Result<RecordBatch>> + Send>> {
        Ok(Box::new(parquet::rows(self.file.reopen().map_err(Error::internal)?)?))
    }
}

struct ArrowRows {
    schema: SchemaRef,
    spool: Spool,
}

impl RowSource for ArrowRows {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn parquet_file(&self) -> Option<&Path> {
        None
    }

    fn batches(&self) -> Result<Box<dyn Iterator<Item = Result<RecordBatch>> + Send>> {
        Ok(Box::new(read_arrow(&self.spool)?))
    }
}

#[cfg(test)]
mod tests;

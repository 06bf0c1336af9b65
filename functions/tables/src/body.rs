//! A body of rows as a source of rows: its format by `Content-Type`, opened as often as the writer
//! needs.

mod source;

use std::sync::Arc;

use domain::{Code, Column, Error, Result};
use formats::compression::Compression;
use formats::{Format, parquet};
use service::{BodyRows, RowSource, Spool};
use web::{IncomingBody, RequestContext};

use source::{ArrowRows, ParquetRows, TextRows};

/// Formats that say the types of their columns themselves.
pub(crate) const TYPED: &[Format] = &[Format::ArrowStream, Format::Parquet];

/// Formats whose rows are taken into a table that is there.
pub(crate) const ALL: &[Format] =
    &[Format::ArrowStream, Format::Parquet, Format::Csv, Format::Ndjson];

/// How the bytes of a body are to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Encoding {
    /// The format of the rows.
    pub(crate) format: Format,
    /// What they are packed with.
    pub(crate) compression: Option<Compression>,
    /// Bytes that they may come to.
    pub(crate) most_unpacked: u64,
}

impl Encoding {
    /// By the head of the request; 415 where it is none of `taken`.
    pub(crate) fn of(
        body: &IncomingBody,
        context: &RequestContext,
        taken: &[Format],
    ) -> Result<Self> {
        let format = Format::from_media_type(&body.media_type)
            .filter(|format| taken.contains(format))
            .ok_or_else(|| unsupported(&body.media_type, taken))?;
        let most_unpacked = context.edge.server.max_unpacked_bytes;
        Ok(Self { format, compression: body.compression, most_unpacked })
    }

    /// What the key of a write stands for besides the bytes.
    pub(crate) fn name(&self) -> String {
        let packed = self.compression.map_or("", |packed| packed.content_encoding());
        format!("{}:{packed}", self.format.name())
    }
}

fn unsupported(media_type: &str, taken: &[Format]) -> Error {
    let found = if media_type.is_empty() { "nothing" } else { media_type };
    let taken: Vec<_> = taken.iter().map(|format| format.media_type()).collect();
    Error::new(
        Code::UnsupportedMedia,
        "UNSUPPORTED_MEDIA_TYPE",
        format!("Rows are taken as {}; Content-Type says {found}.", taken.join(", ")),
    )
}

/// Reads what the body says of itself; off the request's thread, since it may be large. Formats without
/// types are read for these columns.
pub(crate) async fn open(encoding: Encoding, spool: Spool, columns: &[Column]) -> Result<BodyRows> {
    let bytes = spool.length;
    if bytes == 0 {
        return Err(Error::malformed(
            "EMPTY_BODY",
            format!(
                "The body is empty; send {} (it may hold 0 rows).",
                encoding.format.media_type()
            ),
        ));
    }
    let columns = columns.to_vec();
    let opened = tokio::task::spawn_blocking(move || match encoding.format {
        Format::Parquet => open_parquet(spool, encoding, &columns),
        Format::Csv | Format::Ndjson => {
            Ok(Arc::new(TextRows::open(spool, encoding, columns)?) as Arc<dyn RowSource>)
        }
        _ => Ok(Arc::new(ArrowRows::open(spool, encoding, &columns)?) as Arc<dyn RowSource>),
    });
    let source = opened.await.map_err(Error::internal)??;
    Ok(BodyRows { source, bytes })
}

/// DuckDB reads the file itself; what that must not meet is looked for before.
fn open_parquet(
    spool: Spool,
    encoding: Encoding,
    columns: &[Column],
) -> Result<Arc<dyn RowSource>> {
    let spool = match encoding.compression {
        Some(_) => spool.unpacked(|reader| source::unpack(reader, encoding))?,
        None => spool,
    };
    let schema = match spool.in_memory() {
        Some(bytes) => parquet::inspect(bytes)?.schema,
        None => parquet::inspect(&spool.reopen()?)?.schema,
    };
    let documents = source::documents(&schema, columns);
    let file = spool.into_file()?;
    if !documents.is_empty() {
        let rows = parquet::columns(file.reopen().map_err(Error::internal)?, &documents)?;
        for batch in rows {
            formats::check_depth(&batch?, &documents)?;
        }
    }
    Ok(Arc::new(ParquetRows::new(schema, file)))
}

#[cfg(test)]
mod tests;

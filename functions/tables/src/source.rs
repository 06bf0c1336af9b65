//! Rows that are in storage already: `{"source": "s3://bucket/key"}`.

use api::AppendSource;
use domain::{Code, Error, ObjectUri, Result};
use formats::Format;
use formats::compression::Compression;
use futures::StreamExt;
use service::{Spool, StoredObject};
use web::RequestContext;

use crate::Adapters;
use crate::body::Encoding;

/// The object that is named, if it is one that may be read.
pub(crate) fn parse(adapters: &Adapters, source: &AppendSource) -> Result<ObjectUri> {
    let object = ObjectUri::parse(&source.source)?;
    if adapters.sources.allows(&object) {
        return Ok(object);
    }
    let prefixes = adapters.sources.prefixes.join(", ");
    let from = match prefixes.as_str() {
        "" => "none are set here (EIDER_SOURCE_PREFIXES)".to_owned(),
        prefixes => format!("these are {prefixes}"),
    };
    Err(Error::new(
        Code::Forbidden,
        "SOURCE_NOT_ALLOWED",
        format!("{object} is under none of the prefixes that may be read; {from}."),
    )
    .field("source", "is not under a prefix that may be read"))
}

/// Fetches the object whole, as a body would come, and says how it is to be read: by `format`, else by
/// its media type, else by how its name ends.
pub(crate) async fn fetch(
    adapters: &Adapters,
    object: &ObjectUri,
    format: Option<Format>,
    context: &RequestContext,
) -> Result<(Encoding, Spool)> {
    let StoredObject { length, content_type, content_encoding, mut bytes } =
        adapters.objects.open(object).await?;
    let most = adapters.sources.max_bytes;
    if length > most {
        return Err(too_large(object, length, most));
    }
    let (by_name, packed_by_name) = of_name(&object.key);
    let of_type = content_type.as_deref().and_then(Format::from_media_type);
    let found = format.or(of_type).or(by_name);
    let taken = found.filter(|format| *format != Format::Json);
    let encoding = Encoding {
        format: taken.ok_or_else(|| unknown(object))?,
        compression: content_encoding
            .as_deref()
            .and_then(Compression::from_content_encoding)
            .or(packed_by_name),
        most_unpacked: context.edge.server.max_unpacked_bytes,
    };
    let mut spool = context.edge.spools.begin(Some(length), false)?;
    while let Some(piece) = bytes.next().await.transpose()? {
        spool.push(&piece)?;
        if spool.length() > most {
            return Err(too_large(object, spool.length(), most));
        }
    }
    Ok((encoding, spool.finish()))
}

/// `flights.csv.gz` is CSV, packed.
fn of_name(key: &str) -> (Option<Format>, Option<Compression>) {
    let name = key.to_ascii_lowercase();
    let (name, packed) = match name.rsplit_once('.') {
        Some((name, "gz")) => (name.to_owned(), Some(Compression::Gzip)),
        Some((name, "zst")) => (name.to_owned(), Some(Compression::Zstd)),
        _ => (name, None),
    };
    let format = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("parquet") => Some(Format::Parquet),
        Some("arrow" | "arrows") => Some(Format::ArrowStream),
        Some("csv") => Some(Format::Csv),
        Some("ndjson" | "jsonl") => Some(Format::Ndjson),
        _ => None,
    };
    (format, packed)
}

fn unknown(object: &ObjectUri) -> Error {
    let detail = format!(
        "How {object} is to be read is not known by its media type nor by how it ends; send `format`: \
         arrow, parquet, csv or ndjson."
    );
    Error::invalid("INVALID_SOURCE", detail).field("format", "is missing")
}

fn too_large(object: &ObjectUri, length: u64, most: u64) -> Error {
    let detail = format!(
        "{object} has {length} bytes or more; at most {most} are taken (EIDER_MAX_SOURCE_BYTES)."
    );
    Error::new(Code::TooLarge, "SOURCE_TOO_LARGE", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_in_what_they_hold() {
        for (key, expected) in [
            ("a/b.parquet", (Some(Format::Parquet), None)),
            ("b.CSV.gz", (Some(Format::Csv), Some(Compression::Gzip))),
            ("b.jsonl.zst", (Some(Format::Ndjson), Some(Compression::Zstd))),
            ("b.gz", (None, Some(Compression::Gzip))),
            ("csv", (None, None)),
        ] {
            assert_eq!(of_name(key), expected, "{key}");
        }
    }
}

//! Which representation of rows a client wants: `Accept` with q-values (RFC 9110, 12.5.1), or
//! `?format=`, which overrides it.

use axum::extract::FromRequestParts;
use domain::{Code, Error, Result};
use formats::{Format, RowsAs};
use http::{HeaderMap, header, request::Parts};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::schema::{FormatName, RowsName};
use crate::{Failure, Parameters};

/// What every answer made of rows takes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RowsParameters {
    /// `arrow`, `parquet`, `csv`, `ndjson` or `json`; overrides `Accept`.
    #[param(inline, value_type = Option<FormatName>)]
    pub format: Option<String>,
    /// `array` for rows as arrays in JSON; by default `object`.
    #[param(inline, value_type = Option<RowsName>)]
    pub rows: Option<String>,
}

/// What the client wishes; [`RowsFormat::or`] makes a format of it, with the route's default.
#[derive(Debug)]
pub struct RowsFormat {
    chosen: Chosen,
    /// How rows stand in JSON.
    pub rows_as: RowsAs,
}

#[derive(Debug)]
enum Chosen {
    ByName(Format),
    ByAccept(Vec<Range>),
}

/// One media range of `Accept`.
#[derive(Debug, PartialEq)]
struct Range {
    kind: String,
    subtype: String,
    /// In thousandths.
    quality: u16,
}

impl<S: Sync> FromRequestParts<S> for RowsFormat {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Parameters(RowsParameters { format, rows }) =
            Parameters::<RowsParameters>::from_request_parts(parts, state).await?;
        Ok(Self::read(format.as_deref(), rows.as_deref(), &parts.headers)?)
    }
}

fn unknown(parameter: &str, value: &str, known: &str) -> Error {
    let detail = format!("`{parameter}` must be {known}; it is `{value}`.");
    Error::malformed("INVALID_PARAMETER", detail).field(parameter, format!("is `{value}`"))
}

impl RowsFormat {
    /// By the parameters `format` and `rows`, else by `Accept`.
    pub fn read(format: Option<&str>, rows: Option<&str>, headers: &HeaderMap) -> Result<Self> {
        let rows_as = match rows {
            None | Some("object") => RowsAs::Objects,
            Some("array") => RowsAs::Arrays,
            Some(other) => return Err(unknown("rows", other, "array or object")),
        };
        let odd = |name| unknown("format", name, "arrow, parquet, csv, ndjson or json");
        let chosen = match format {
            Some(name) => Chosen::ByName(Format::from_name(name).ok_or_else(|| odd(name))?),
            None => Chosen::ByAccept(ranges(headers)?),
        };
        Ok(Self { chosen, rows_as })
    }

    /// The format to answer in; `default` where the client has no wish, or several equal ones.
    pub fn or(&self, default: Format) -> Result<Format> {
        let ranges = match &self.chosen {
            Chosen::ByName(format) => return Ok(*format),
            Chosen::ByAccept(ranges) if ranges.is_empty() => return Ok(default),
            Chosen::ByAccept(ranges) => ranges,
        };
        let offered = std::iter::once(default).chain(Format::ALL);
        let mut best: Option<(u16, Format)> = None;
        for format in offered {
            let quality = quality(ranges, format);
            if quality > 0 && best.is_none_or(|(most, _)| quality > most) {
                best = Some((quality, format));
            }
        }
        best.map(|(_, format)| format).ok_or_else(not_acceptable)
    }
}

fn not_acceptable() -> Error {
    let known: Vec<&str> = Format::ALL.iter().map(|format| format.media_type()).collect();
    Error::new(
        Code::NotAcceptable,
        "NOT_ACCEPTABLE",
        format!("None of the types in Accept can be made here; these can: {}.", known.join(", ")),
    )
}

/// The quality of the most specific range that names the format.
fn quality(ranges: &[Range], format: Format) -> u16 {
    let family = format.media_type().split('/').next().unwrap_or_default();
    let mut best = (0, 0);
    for range in ranges {
        let essence = format!("{}/{}", range.kind, range.subtype);
        let specific = if Format::from_media_type(&essence) == Some(format) {
            3
        } else if range.kind == family && range.subtype == "*" {
            2
        } else if essence == "*/*" {
            1
        } else {
            continue;
        };
        if specific > best.0 {
            best = (specific, range.quality);
        }
    }
    best.1
}

fn ranges(headers: &HeaderMap) -> Result<Vec<Range>> {
    let mut ranges = Vec::new();
    for value in headers.get_all(header::ACCEPT) {
        let text = value.to_str().map_err(|_| bad_accept("is not ASCII"))?;
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            ranges.push(range(part)?);
        }
    }
    Ok(ranges)
}

fn range(text: &str) -> Result<Range> {
    let mut pieces = text.split(';').map(str::trim);
    let essence = pieces.next().unwrap_or_default().to_ascii_lowercase();
    let (kind, subtype) =
        essence.split_once('/').ok_or_else(|| bad_accept(&format!("holds `{text}`")))?;
    let mut quality = 1000;
    for piece in pieces {
        if let Some(value) = piece.strip_prefix("q=").or_else(|| piece.strip_prefix("Q=")) {
            quality = thousandths(value).ok_or_else(|| bad_accept(&format!("holds `{text}`")))?;
        }
    }
    Ok(Range { kind: kind.trim().to_owned(), subtype: subtype.trim().to_owned(), quality })
}

/// A quality of 0 to 1, in thousandths.
pub(crate) fn thousandths(text: &str) -> Option<u16> {
    let value: f32 = text.trim().parse().ok()?;
    (0.0..=1.0).contains(&value).then_some((value * 1000.0).round() as u16)
}

fn bad_accept(what: &str) -> Error {
    let detail =
        format!("The Accept header {what}; write types as in `text/csv;q=0.5, */*;q=0.1`.");
    Error::malformed("INVALID_ACCEPT", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &str) -> std::result::Result<Format, &'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().expect("a header"));
        let ranges = ranges(&headers).map_err(|error| error.error_code)?;
        let format = RowsFormat { chosen: Chosen::ByAccept(ranges), rows_as: RowsAs::Objects };
        format.or(Format::Json).map_err(|error| error.error_code)
    }

    #[test]
    fn the_highest_quality_of_the_most_specific_range_wins() {
        for (accept, format) in [
            ("", Format::Json),
            ("*/*", Format::Json),
            ("text/csv", Format::Csv),
            ("text/*", Format::Csv),
            ("application/json;q=0.5, text/csv;q=0.9", Format::Csv),
            ("application/*;q=0.3, application/json;q=0, text/csv;q=0.2", Format::ArrowStream),
            ("application/x-parquet", Format::Parquet),
            ("Application/X-NDJSON ; q=1", Format::Ndjson),
            ("text/html, */*;q=0.1", Format::Json),
        ] {
            assert_eq!(chosen(accept), Ok(format), "{accept}");
        }
    }

    #[test]
    fn what_cannot_be_made_or_read_is_refused() {
        assert_eq!(chosen("text/html"), Err("NOT_ACCEPTABLE"));
        assert_eq!(chosen("application/json;q=0"), Err("NOT_ACCEPTABLE"));
        assert_eq!(chosen("json"), Err("INVALID_ACCEPT"));
        assert_eq!(chosen("text/csv;q=2"), Err("INVALID_ACCEPT"));
    }
}

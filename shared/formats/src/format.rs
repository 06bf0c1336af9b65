//! The formats, and the names by which callers ask for them.

/// A representation of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Arrow's streaming IPC format.
    ArrowStream,
    /// One Parquet file.
    Parquet,
    /// RFC 4180, with a header.
    Csv,
    /// One JSON value a line.
    Ndjson,
    /// One JSON document.
    Json,
}

impl Format {
    /// Every format, in the order in which they are named to callers.
    pub const ALL: [Self; 5] =
        [Self::ArrowStream, Self::Parquet, Self::Csv, Self::Ndjson, Self::Json];

    /// The media type, without parameters.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::ArrowStream => "application/vnd.apache.arrow.stream",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Csv => "text/csv",
            Self::Ndjson => "application/x-ndjson",
            Self::Json => "application/json",
        }
    }

    /// What `Content-Type` says.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            other => other.media_type(),
        }
    }

    /// The format of a media type: `type/subtype` without parameters, in any case.
    ///
    /// `application/csv` is for packed CSV: API Gateway makes UTF-8 of any body of type `text/*`, and binary
    /// data does not outlive that.
    pub fn from_media_type(essence: &str) -> Option<Self> {
        const ALIASES: [(&str, Format); 2] =
            [("application/x-parquet", Format::Parquet), ("application/csv", Format::Csv)];
        let own = Self::ALL.into_iter().map(|format| (format.media_type(), format));
        own.chain(ALIASES)
            .find_map(|(name, format)| essence.eq_ignore_ascii_case(name).then_some(format))
    }

    /// The name in `?format=`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ArrowStream => "arrow",
            Self::Parquet => "parquet",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Json => "json",
        }
    }

    /// The format that `?format=` names.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_names_and_no_other() {
        for format in Format::ALL {
            assert_eq!(Format::from_media_type(format.media_type()), Some(format));
            assert_eq!(Format::from_media_type(&format.media_type().to_uppercase()), Some(format));
            assert_eq!(Format::from_name(format.name()), Some(format));
            assert!(format.content_type().starts_with(format.media_type()));
        }
        assert_eq!(Format::from_media_type("application/x-parquet"), Some(Format::Parquet));
        assert_eq!(Format::from_media_type("Application/CSV"), Some(Format::Csv));
        for other in ["", "*/*", "text/*", "text/plain", "application/vnd.apache.arrow.file"] {
            assert_eq!(Format::from_media_type(other), None);
        }
        assert_eq!(Format::from_name("CSV"), None);
    }
}

//! What a client takes its answer packed with: `Accept-Encoding` (RFC 9110, 12.5.3).

use formats::compression::Compression;
use http::{HeaderMap, header};

/// The codings that a client names. One that it does not name is not used, `*` or not: what cannot be
/// read is worse than what is long. So there is nothing in this header that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Accepted {
    /// In thousandths, as all of these; 0 is not taken.
    gzip: u16,
    zstd: u16,
    /// Of the answer as it is; `None` where nothing is said of it.
    identity: Option<u16>,
}

/// What an answer is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// Text: a third or less of it is left.
    Text,
    /// Arrow or Parquet: little is gained, and many of their readers do not unpack. Packed for who would
    /// rather not have it plain.
    Binary,
}

impl Accepted {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut accepted = Self::default();
        let (mut identity, mut all) = (None, None);
        let values = headers.get_all(header::ACCEPT_ENCODING).iter();
        for part in values.filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(',')) {
            let Some((coding, quality)) = coding(part) else { continue };
            match Compression::from_content_encoding(coding) {
                Some(Compression::Gzip) => accepted.gzip = quality,
                Some(Compression::Zstd) => accepted.zstd = quality,
                None if coding.eq_ignore_ascii_case("identity") => identity = Some(quality),
                None if coding == "*" => all = Some(quality),
                None => {}
            }
        }
        accepted.identity = identity.or(all);
        accepted
    }

    /// What to pack an answer of such content with, if it is to be packed. Of equals zstd: it takes less time.
    pub(crate) fn choose(self, content: Content) -> Option<Compression> {
        let (quality, best) = if self.zstd >= self.gzip {
            (self.zstd, Compression::Zstd)
        } else {
            (self.gzip, Compression::Gzip)
        };
        let is_wanted = match (content, self.identity) {
            (Content::Text, plain) => quality >= plain.unwrap_or(0),
            (Content::Binary, plain) => plain.is_some_and(|plain| quality > plain),
        };
        (quality > 0 && is_wanted).then_some(best)
    }
}

/// `name` or `name;q=0.5`; `None` for what is neither.
fn coding(text: &str) -> Option<(&str, u16)> {
    let mut pieces = text.split(';').map(str::trim);
    let name = pieces.next().filter(|name| !name.is_empty())?;
    let Some(weight) = pieces.next() else { return Some((name, 1000)) };
    let value = weight.strip_prefix("q=").or_else(|| weight.strip_prefix("Q="))?;
    Some((name, crate::negotiate::thousandths(value)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GZIP: Option<Compression> = Some(Compression::Gzip);
    const ZSTD: Option<Compression> = Some(Compression::Zstd);

    fn chosen(header: &str) -> (Option<Compression>, Option<Compression>) {
        let mut headers = HeaderMap::new();
        headers.insert("accept-encoding", header.parse().expect("a header"));
        let accepted = Accepted::of(&headers);
        (accepted.choose(Content::Text), accepted.choose(Content::Binary))
    }

    #[test]
    fn text_is_packed_with_what_is_named_and_the_rest_for_who_asks() {
        for (header, text, binary) in [
            ("", None, None),
            ("gzip", GZIP, None),
            ("gzip, deflate", GZIP, None),
            ("gzip, deflate, br, zstd", ZSTD, None),
            ("zstd;q=0.5, x-gzip;q=0.8", GZIP, None),
            ("GZIP ; Q=0.5", GZIP, None),
            ("gzip;q=0.5, identity", None, None),
            ("gzip, identity", GZIP, None),
            ("gzip, identity;q=0.5", GZIP, GZIP),
            ("zstd, identity;q=0", ZSTD, ZSTD),
            ("zstd, *;q=0", ZSTD, ZSTD),
            ("zstd, identity, *;q=0", ZSTD, None),
            ("gzip;q=0, zstd;q=0", None, None),
            ("*", None, None),
            ("br, identity;q=0", None, None),
            ("gzip;q=2, zstd;level=3, ;q=1", None, None),
        ] {
            assert_eq!(chosen(header), (text, binary), "{header}");
        }
        let nothing = Accepted::of(&HeaderMap::new());
        assert_eq!((nothing.choose(Content::Text), nothing.choose(Content::Binary)), (None, None));
    }
}

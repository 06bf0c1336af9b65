//! Lists: `?limit=&cursor=`, an opaque cursor, and the `Link` header.

use api::Page;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Error, Result, limits};
use http::{HeaderValue, Uri, header};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

/// What a list takes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageParameters {
    /// Items of the page: 1 to 1,000, by default 100.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

// The document says it in figures.
const _: () = assert!(limits::PAGE_MAXIMUM == 1_000);

impl PageParameters {
    /// The number of items asked for.
    pub fn limit(&self) -> Result<u32> {
        let limit = self.limit.unwrap_or(limits::PAGE_DEFAULT);
        if (1..=limits::PAGE_MAXIMUM).contains(&limit) {
            return Ok(limit);
        }
        let most = limits::PAGE_MAXIMUM;
        Err(Error::malformed("INVALID_PARAMETER", format!("`limit` must be 1 to {most}."))
            .field("limit", format!("is {limit}")))
    }

    /// The text that the cursor holds.
    pub fn after(&self) -> Result<Option<String>> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        text.map(Some).ok_or_else(|| {
            Error::malformed(
                "INVALID_CURSOR",
                "`cursor` is not one of ours; take `next_cursor` as it came, or start without it.",
            )
            .field("cursor", "cannot be read")
        })
    }

    /// The place in this list that the cursor holds.
    pub fn after_in(&self, list: &str) -> Result<Option<String>> {
        let Some(text) = self.after()? else { return Ok(None) };
        let place = text.strip_prefix(list).and_then(|rest| rest.strip_prefix('\n'));
        place.map(|place| Some(place.to_owned())).ok_or_else(|| {
            let detail = "`cursor` is not one of this list; start without it.";
            Error::malformed("INVALID_CURSOR", detail).field("cursor", "is of another list")
        })
    }
}

/// A place in one list as text for a cursor, which no other list takes.
pub fn place_in(list: &str, place: &str) -> String {
    format!("{list}\n{place}")
}

/// A page of `items` of the list at `uri`; `next` is what the cursor of the next page holds.
pub fn page_response<T: Serialize>(items: Vec<T>, next: Option<&str>, uri: &Uri) -> Response {
    let next_cursor = next.map(|text| URL_SAFE_NO_PAD.encode(text));
    let link = next_cursor.as_ref().map(|cursor| {
        // What else was asked for holds for the next page too.
        let given = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(given.filter(|(name, _)| name != "cursor"));
        let query = query.append_pair("cursor", cursor).finish();
        format!("<{}?{query}>; rel=\"next\"", uri.path())
    });
    let mut response = axum::Json(Page { items, next_cursor }).into_response();
    if let Some(link) = link.and_then(|link| HeaderValue::from_str(&link).ok()) {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

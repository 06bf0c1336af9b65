//! Lists.

use serde::Serialize;
use utoipa::ToSchema;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items, in stable order.
    pub items: Vec<T>,
    /// Send it as `?cursor=` for the next page; `null` on the last. Opaque.
    pub next_cursor: Option<String>,
}

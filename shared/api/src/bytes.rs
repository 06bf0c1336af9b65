//! Bodies that are no JSON.

use utoipa::ToSchema;

/// Rows as the bytes of a binary format, which its media type names.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct RowsBytes(pub Vec<u8>);

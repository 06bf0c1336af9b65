//! For OpenAPI: words that parameters take, from where they are known. Nothing is read with these.

use formats::Format;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// `format` of an answer of rows.
#[derive(Debug, Clone, Copy)]
pub struct FormatName;

/// `rows` of an answer of rows.
#[derive(Debug, Clone, Copy)]
pub struct RowsName;

/// `mode` of an append.
#[derive(Debug, Clone, Copy)]
pub struct ModeName;

impl PartialSchema for FormatName {
    fn schema() -> RefOr<Schema> {
        one_of(Format::ALL.map(Format::name)).into()
    }
}

impl PartialSchema for RowsName {
    fn schema() -> RefOr<Schema> {
        one_of(["array", "object"]).into()
    }
}

impl PartialSchema for ModeName {
    fn schema() -> RefOr<Schema> {
        one_of(["append", "overwrite", "upsert"]).into()
    }
}

impl ToSchema for FormatName {}

impl ToSchema for RowsName {}

impl ToSchema for ModeName {}

/// One of these words.
fn one_of<const N: usize>(words: [&str; N]) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build()
}

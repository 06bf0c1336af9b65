//! The OpenAPI document of everything, derived from the handlers.

use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};

/// The documents of all functions, merged. `docs/openapi.json` holds it, under test.
pub fn openapi() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Eider")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "A serverless DuckLake: an HTTP lakehouse. Errors are RFC 9457 problems; every write \
             takes an Idempotency-Key; rows come as Arrow, Parquet, CSV, NDJSON or JSON.",
        ))
        .license(Some(
            LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build(),
        ))
        .build();
    let mut document = OpenApiBuilder::new().info(info).build();
    let parts =
        [tables::openapi(), rows::openapi(), jobs::openapi(), events::openapi(), system::openapi()];
    for part in parts {
        document.merge(part);
    }
    document
}

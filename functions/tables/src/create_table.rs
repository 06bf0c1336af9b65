//! `POST /tables`

use api::{CreateTable, Problem, TableDocument};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{Table, TableName};
use http::{HeaderValue, StatusCode, header};
use web::{Authenticated, Failure, Json, NoParameters, Parameters, WriteHeaders, replayed};

use crate::Adapters;

/// Creates a table from its columns.
#[utoipa::path(
    post, path = "/tables", operation_id = "create_table", tag = "Tables",
    params(WriteHeaders),
    request_body = CreateTable,
    responses(
        (status = 201, description = "The table was created", body = TableDocument,
            headers(("Location" = String, description = "Where the table is"))),
        (status = 200, description = "It was there, and `if_not_exists` was asked", body = TableDocument),
        (status = 409, description = "A table of the name is there", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn create_table(
    State(adapters): State<Adapters>,
    Authenticated(caller): Authenticated,
    _: Parameters<NoParameters>,
    headers: WriteHeaders,
    request: Json<CreateTable>,
) -> Result<Response, Failure> {
    let if_not_exists = request.value.if_not_exists;
    let definition = request.value.parse()?;
    let origin = headers.origin(&caller, request.digest);

    let location = location(&definition.name);

    let request = service::CreateTable { origin, definition, if_not_exists };
    let created =
        service::create_table(&*adapters.catalog, &*adapters.lake, &caller, request, &describe)
            .await?;

    let json = HeaderValue::from_static("application/json");
    let document = ([(header::CONTENT_TYPE, json)], created.document);
    if created.existed {
        return Ok(replayed(document.into_response(), created.replayed));
    }
    let mut response = (StatusCode::CREATED, document).into_response();
    response.headers_mut().insert(header::LOCATION, location);
    Ok(replayed(response, created.replayed))
}

fn describe(table: Table) -> domain::Result<String> {
    serde_json::to_string(&TableDocument::from(table)).map_err(domain::Error::internal)
}

/// `/tables/{table_name}`, the name as one segment.
fn location(name: &TableName) -> HeaderValue {
    let mut path = String::from("/tables/");
    for byte in name.to_string().bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    HeaderValue::from_str(&path).unwrap_or_else(|_| HeaderValue::from_static("/tables"))
}

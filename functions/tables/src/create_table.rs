//! `POST /tables`

use api::{CreateTable, NewTable, NewTableFrom, Problem, RowsBytes, TableDocument};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{Caller, Error, Layout, TableDefinition, TableName};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use service::{CreateRequest, Created, Made, Spool};
use utoipa::IntoParams;
use web::{
    Authenticated, Failure, IncomingBody, Parameters, RequestContext, WriteHeaders, replayed,
};

use crate::body::{self, Encoding};
use crate::describe::Documents;
use crate::{Adapters, query_rows};

/// For a body of rows: what the body does not say of the table.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CreateParameters {
    /// The table's name.
    name: Option<String>,
    /// What people should know of it.
    comment: Option<String>,
    /// Answer 200 with the table as it is, where one of the name is there.
    if_not_exists: Option<bool>,
}

/// Creates a table: from its columns, from the rows of a query, or from a body of rows; or a view.
#[utoipa::path(
    post, path = "/tables", operation_id = "create_table", tag = "Tables",
    params(CreateParameters, WriteHeaders),
    request_body(
        description = "JSON with `columns` or `as`; or rows, whose columns the table takes",
        content(
            (CreateTable = "application/json"),
            (RowsBytes = "application/vnd.apache.arrow.stream"),
            (RowsBytes = "application/vnd.apache.parquet"),
        )
    ),
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
    Parameters(asked): Parameters<CreateParameters>,
    headers: WriteHeaders,
    context: RequestContext,
    body: IncomingBody,
) -> Result<Response, Failure> {
    headers.refuse_if_match()?;
    if body.media_type == "application/json" {
        asked.refuse_beside_json()?;
        return from_json(&adapters, &caller, &headers, &context, body).await;
    }
    let encoding = Encoding::of(&body, &context, body::TYPED)?;
    let name = asked.name()?;
    let spool = body.receive(headers.has_key()).await?;
    // What stands in the query is part of what the key stands for.
    let payload = format!("{asked:?}:{}:{}", encoding.name(), spool.digest);
    let if_not_exists = asked.if_not_exists.unwrap_or(false);
    let origin = headers.origin(&caller, payload, &adapters.jobs);
    let limits = context.edge.server.table_limits;
    let request =
        CreateRequest { origin, name: name.clone(), definition: None, if_not_exists, limits };
    let make = async || from_rows(encoding, spool, name, asked.comment).await;
    create(&adapters, &caller, request, make).await
}

impl CreateParameters {
    fn name(&self) -> domain::Result<TableName> {
        let missing = || {
            let detail = "A table from rows needs its name in the query: POST /tables?name=t.";
            Error::malformed("INVALID_PARAMETER", detail).field("name", "is missing")
        };
        TableName::parse(self.name.as_deref().ok_or_else(missing)?)
    }

    fn refuse_beside_json(&self) -> domain::Result<()> {
        let given = [
            ("name", self.name.is_some()),
            ("comment", self.comment.is_some()),
            ("if_not_exists", self.if_not_exists.is_some()),
        ];
        match given.into_iter().find(|(_, given)| *given) {
            None => Ok(()),
            Some((name, _)) => {
                let detail = format!("`{name}` stands in the JSON, not in the query.");
                Err(Error::malformed("INVALID_PARAMETER", detail)
                    .field(name, "is for bodies of rows"))
            }
        }
    }
}

async fn from_json(
    adapters: &Adapters,
    caller: &Caller,
    headers: &WriteHeaders,
    context: &RequestContext,
    body: IncomingBody,
) -> Result<Response, Failure> {
    let request = body.json::<CreateTable>().await?;
    let if_not_exists = request.value.if_not_exists;
    let NewTable { name, from, layout, comment } = request.value.parse()?;
    let origin = headers.origin(caller, request.digest, &adapters.jobs);
    let limits = context.edge.server.table_limits;
    let run = origin.run.clone();
    let request =
        CreateRequest { origin, name: name.clone(), definition: None, if_not_exists, limits };
    match from {
        NewTableFrom::Columns(definition) => {
            let request = CreateRequest { definition: Some(definition.clone()), ..request };
            create(adapters, caller, request, async || Ok(Made::Table(definition, None))).await
        }
        NewTableFrom::Query(sql) => {
            let make = async || {
                let (columns, rows) =
                    query_rows::spooled(adapters, caller, sql, run, context).await?;
                let definition = TableDefinition::new(name, columns, comment)?.laid_out(layout)?;
                Ok(Made::Table(definition, Some(rows)))
            };
            create(adapters, caller, request, make).await
        }
        NewTableFrom::View(sql) => {
            let make = async || {
                let (sql, columns) = query_rows::view_text(adapters, caller, sql, context).await?;
                Ok(Made::View { sql, comment, columns })
            };
            create(adapters, caller, request, make).await
        }
    }
}

async fn from_rows(
    encoding: Encoding,
    spool: Spool,
    name: TableName,
    comment: Option<String>,
) -> domain::Result<Made> {
    let rows = body::open(encoding, spool, &[]).await?;
    let columns = service::columns_of(&rows.source.schema())?;
    let definition = TableDefinition::new(name, columns, comment)?.laid_out(Layout::default())?;
    Ok(Made::Table(definition, Some(rows)))
}

async fn create(
    adapters: &Adapters,
    caller: &Caller,
    request: CreateRequest,
    make: impl AsyncFnOnce() -> domain::Result<Made>,
) -> Result<Response, Failure> {
    let location = location(&request.name);
    let (catalog, lake) = (&*adapters.catalog, &*adapters.lake);
    let describe = Documents { adapters, caller };
    let created = service::create_table(catalog, lake, caller, request, make, &describe).await?;
    let Created { document, existed, replayed: before } = created;
    let json = HeaderValue::from_static("application/json");
    let document = ([(header::CONTENT_TYPE, json)], document);
    if existed {
        return Ok(replayed(document.into_response(), before));
    }
    let mut response = (StatusCode::CREATED, document).into_response();
    response.headers_mut().insert(header::LOCATION, location);
    Ok(replayed(response, before))
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

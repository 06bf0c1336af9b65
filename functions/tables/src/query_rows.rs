//! The rows of a caller's query, as a source for a new table.
//!
//! The query runs where all queries do, read-only and guarded; what it gives waits as an Arrow stream, so
//! that the writer, which runs none of a caller's SQL, may read it as often as it must.

use domain::{
    Caller, Code, Column, ColumnType, Error, Name, Point, Result, TableDefinition, TableName,
};
use formats::{Format, RowsAs, Summary};
use futures::StreamExt;
use service::jobs::Tagged;
use service::{BodyRows, Parameters, Query, ResultColumn, Select};
use web::RequestContext;

use crate::body::{self, Encoding};
use crate::{Adapters, describe};

/// Runs `sql`, which may belong to a run, and keeps its rows: the columns of a table that takes them, and the
/// rows.
pub(crate) async fn spooled(
    adapters: &Adapters,
    caller: &Caller,
    sql: String,
    run: Option<Tagged>,
    context: &RequestContext,
) -> Result<(Vec<Column>, BodyRows)> {
    let none = Parameters::Positional(Vec::new());
    let select = Select::Sql { text: sql, parameters: none, this: None, default_schema: None };
    let deadlines = context.deadlines();
    let query = Query { deadlines, ..Query::of(select, caller.grants.clone()) };
    let (catalog, queries) = (&*adapters.catalog, &*adapters.queries);
    let rows = service::run_query(catalog, queries, caller, Point::Newest, query).await?;
    if let Some(run) = run {
        run.reads(&rows.tables, rows.snapshot).await?;
    }
    let columns = columns(&rows.columns)?;
    let mut encoder = Format::ArrowStream.encoder(rows.schema, &[], RowsAs::Objects)?;
    let mut spool = context.edge.spools.begin(None, false)?;
    spool.push(&encoder.start()?)?;
    let mut batches = rows.batches;
    while let Some(batch) = batches.next().await.transpose()? {
        for piece in encoder.pieces(&batch)? {
            spool.push(&piece)?;
        }
        if spool.length() > context.edge.server.max_body_bytes {
            return Err(too_large(context.edge.server.max_body_bytes));
        }
    }
    let summary = Summary { row_count: 0, snapshot: None, truncated: false, elapsed_ms: 0 };
    spool.push(&encoder.finish(&summary)?)?;
    let spool = spool.finish();
    let bytes = spool.length;
    let encoding =
        Encoding { format: Format::ArrowStream, compression: None, most_unpacked: bytes };
    Ok((columns, body::open(encoding, spool, &[]).await?))
}

/// The query of a view, checked, and run as far as its columns, which are given too: 422 where no table could
/// have them.
pub(crate) async fn view_text(
    adapters: &Adapters,
    caller: &Caller,
    sql: String,
    context: &RequestContext,
) -> Result<(String, Vec<Column>)> {
    let none = Parameters::Positional(Vec::new());
    let (text, this) = (sql.clone(), None);
    let select = Select::Sql { text, parameters: none, this, default_schema: None };
    let query = Query::of(select, caller.grants.clone());
    let query = Query { deadlines: context.deadlines(), limit: Some(0), ..query };
    let rows = adapters.queries.query(query).await?;
    let as_table = TableDefinition::new(TableName::parse("v")?, columns(&rows.columns)?, None)?;
    context.edge.server.table_limits.check_new(&as_table)?;
    // As they are, not as a table would keep them.
    let shown = rows.columns.iter().filter_map(describe::column).collect();
    Ok((adapters.queries.view_text(sql, caller.grants.clone()).await?, shown))
}

/// A column for each of the result's; 422 naming those that no table can have.
fn columns(result: &[ResultColumn]) -> Result<Vec<Column>> {
    let mut error = Error::invalid(
        "TYPE_NOT_KEPT",
        "The query has columns that no table can have; `errors` names each. Cast or rename them.",
    );
    let mut columns = Vec::new();
    for column in result {
        let name = Name::parse("column", &column.name);
        match (name, ColumnType::parse(&column.r#type)) {
            (Ok(name), Ok(found)) => {
                let r#type = kept(found);
                columns.push(Column { name, r#type, nullable: true, default: None, comment: None })
            }
            (Err(odd), _) | (_, Err(odd)) => error = error.field(&column.name, odd.detail),
        }
    }
    if error.fields.is_empty() { Ok(columns) } else { Err(error) }
}

/// A sum of BIGINTs is a HUGEINT, of which the lake's files keep 53 bits; as a decimal they keep all.
fn kept(r#type: ColumnType) -> ColumnType {
    match r#type {
        ColumnType::Plain("HUGEINT") => ColumnType::Decimal(38, 0),
        other => other,
    }
}

fn too_large(limit: u64) -> Error {
    Error::new(
        Code::TooLarge,
        "RESULT_TOO_LARGE",
        format!(
            "The query gives more than {limit} bytes; make the table of a part, then append the rest."
        ),
    )
}

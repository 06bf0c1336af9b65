//! A new table: from its columns, from a body, or from a query's rows.

use async_trait::async_trait;
use domain::{
    Access, Caller, Code, Column, Error, Kind, Point, Result, Table, TableDefinition, TableLimits,
    TableName, TableSummary,
};

use crate::write::after_commit;
use crate::{
    BodyRows, Catalog, Change, CreateTable, CreateView, Lake, Origin, RecordedWrite,
    get_table::check_access,
};

/// What a creation asks.
#[derive(Debug, Clone)]
pub struct CreateRequest {
    /// Its key, its run, its time.
    pub origin: Origin,
    /// The table.
    pub name: TableName,
    /// What it is to be, where the request itself says so.
    pub definition: Option<TableDefinition>,
    /// A table of the name is as good.
    pub if_not_exists: bool,
    /// What it must keep to if it is made.
    pub limits: TableLimits,
}

/// What is to be made.
pub enum Made {
    /// A table, and its first rows.
    Table(TableDefinition, Option<BodyRows>),
    /// A view.
    View {
        /// Its query, as the guard made it.
        sql: String,
        /// What people should know of it.
        comment: Option<String>,
        /// What its query gives.
        columns: Vec<Column>,
    },
}

/// How the table came.
#[derive(Debug, Clone, PartialEq)]
pub struct Created {
    /// The document: of the table as it was made, or as it was where it had `existed`.
    pub document: String,
    /// It was there before, and `if_not_exists` was asked.
    pub existed: bool,
    /// The same request had been answered before, under the same key.
    pub replayed: bool,
}

/// Writes the document of a table.
#[async_trait]
pub trait Describe: Send + Sync {
    /// The document, as it is answered.
    async fn describe(&self, table: Table) -> Result<String>;
}

/// Makes the table. 409 where one of the name is there, unless `if_not_exists`. What the request does not
/// say of it is asked of `make`, only once it is clear that it is to be made.
pub async fn create_table(
    catalog: &dyn Catalog,
    lake: &dyn Lake,
    caller: &Caller,
    request: CreateRequest,
    make: impl AsyncFnOnce() -> Result<Made>,
    describe: &dyn Describe,
) -> Result<Created> {
    let CreateRequest { origin, name, definition, .. } = &request;
    let known = Known::of(definition.clone());
    check_access(caller, name, Access::Write)?;
    name.check_creatable()?;
    if let Some(recorded) = origin.begin(catalog).await? {
        return answered(catalog, recorded, true, known, describe).await;
    }
    if let Some(table) = catalog.find_table(name, Point::Newest).await? {
        return existing(catalog, lake, &request, table, describe).await;
    }
    request.limits.check_table_name(name)?;
    let made = match &request.definition {
        Some(definition) => Made::Table(definition.clone(), None),
        None => make().await?,
    };
    if let Made::Table(definition, _) = &made {
        request.limits.check_new(definition)?;
    }
    let made = change(name, made);
    let (create, known) = (made.change, made.known);
    match lake.write(origin.clone().write(create)).await {
        Ok(outcome) => {
            let (write, replayed) = (outcome.write, outcome.replayed);
            answered(catalog, write, replayed, known, describe).await.map_err(after_commit)
        }
        // Another was faster: the same answer as if it had been there from the start.
        Err(error) if error.error_code == "TABLE_EXISTS" => {
            match catalog.find_table(name, Point::Newest).await? {
                Some(table) => existing(catalog, lake, &request, table, describe).await,
                None => Err(error),
            }
        }
        Err(error) => Err(error),
    }
}

/// The change that makes it, and what is known of what it makes.
struct Making {
    change: Change,
    known: Known,
}

/// What is known of a table beside the catalog.
#[derive(Default)]
struct Known {
    /// If it is a table.
    definition: Option<TableDefinition>,
    /// If it is a view.
    columns: Vec<Column>,
}

impl Known {
    fn of(definition: Option<TableDefinition>) -> Self {
        Self { definition, columns: Vec::new() }
    }
}

fn change(name: &TableName, made: Made) -> Making {
    match made {
        Made::Table(definition, rows) => {
            let create = CreateTable { definition: definition.clone(), rows };
            Making { change: Change::CreateTable(create), known: Known::of(Some(definition)) }
        }
        Made::View { sql, comment, columns } => {
            let view = CreateView { name: name.clone(), sql, comment };
            let known = Known { definition: None, columns };
            Making { change: Change::CreateView(view), known }
        }
    }
}

/// One of the name is there: a twin under the same key made it, or it is what was asked for, or 409.
async fn existing(
    catalog: &dyn Catalog,
    lake: &dyn Lake,
    request: &CreateRequest,
    table: Table,
    describe: &dyn Describe,
) -> Result<Created> {
    let CreateRequest { origin, if_not_exists, definition, .. } = request;
    if let Some(recorded) = origin.key.find(catalog).await? {
        return answered(catalog, recorded, true, Known::of(definition.clone()), describe).await;
    }
    let (name, snapshot) = (table.summary.name.clone(), table.summary.snapshot);
    if !if_not_exists {
        return Err(Error::new(
            Code::Conflict,
            "TABLE_EXISTS",
            format!(
                "The table `{name}` is there already; choose another name, or send \
                 \"if_not_exists\": true."
            ),
        ));
    }
    let document = describe.describe(table).await?;
    if !origin.key.by_caller {
        return Ok(Created { document, existed: true, replayed: false });
    }
    // The key stands for this answer from now on.
    let keep = Change::KeepTable { table: name, snapshot, answer: document };
    let outcome = lake.write(origin.clone().write(keep)).await?;
    answered(catalog, outcome.write, outcome.replayed, Known::default(), describe).await
}

/// The answer from the ledger, and from the catalog as that snapshot left it, so that a replay gives the
/// very first one.
async fn answered(
    catalog: &dyn Catalog,
    recorded: RecordedWrite,
    replayed: bool,
    known: Known,
    describe: &dyn Describe,
) -> Result<Created> {
    if let Some(document) = recorded.answer {
        return Ok(Created { document, existed: true, replayed });
    }
    let plain = known.definition.filter(|_| recorded.rows == 0);
    let table = match plain {
        Some(definition) => of_definition(definition, &recorded),
        None => {
            let made = as_made(catalog, &recorded).await?;
            if made.view.is_some() { Table { columns: known.columns, ..made } } else { made }
        }
    };
    Ok(Created { document: describe.describe(table).await?, existed: false, replayed })
}

/// A table without rows is what was asked for.
fn of_definition(definition: TableDefinition, recorded: &RecordedWrite) -> Table {
    let TableDefinition { name, columns, comment, layout } = definition;
    let summary = TableSummary {
        name,
        row_count: 0,
        size_bytes: 0,
        file_count: 0,
        snapshot: recorded.snapshot,
        created_at: recorded.at,
        updated_at: recorded.at,
        comment,
        kind: Kind::Table,
    };
    Table { id: 0, summary, read_at: recorded.snapshot, columns, view: None, layout }
}

async fn as_made(catalog: &dyn Catalog, recorded: &RecordedWrite) -> Result<Table> {
    let then = catalog.find_table(&recorded.table, Point::Snapshot(recorded.snapshot)).await?;
    then.ok_or_else(|| Error::internal("a table that was made is not in its own snapshot"))
}

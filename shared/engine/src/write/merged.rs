//! Several appends in one transaction: those of the same columns of a table as one INSERT.

use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use arrow_select::concat::concat_batches;
use domain::{Error, Result as Answer};
use service::{Append, BodyRows, Change, RowSource};

use super::attempt::{Attempt, Failed};
use super::group::Member;
use super::rows::Incoming;
use super::{inlining, ledger};
use crate::instance::Instance;
use crate::settings::EngineSettings;
use crate::watchdog::Watchdog;

/// One INSERT: rows of members for the same columns of one table.
struct Part<'m> {
    append: &'m Append,
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    /// Whether each of them alone would be kept in the catalog.
    is_inlined: bool,
}

/// Rows that are there.
struct Rows(RecordBatch);

impl RowSource for Rows {
    fn schema(&self) -> SchemaRef {
        self.0.schema()
    }

    fn parquet_file(&self) -> Option<&Path> {
        None
    }

    fn batches(&self) -> Answer<Box<dyn Iterator<Item = Answer<RecordBatch>> + Send>> {
        Ok(Box::new(std::iter::once(Ok(self.0.clone()))))
    }
}

/// Commits all of them, or none. That the tables are those that the rows were checked against is seen in the
/// commit, by the catalog's trigger.
pub(super) fn commit(
    instance: &Instance,
    settings: &EngineSettings,
    watchdog: &Watchdog,
    members: &[Member],
) -> Result<(), Failed> {
    // Of those that have a time the first to be late.
    let by_time = |member: &&Member| (member.write.deadline.is_none(), member.write.deadline);
    let Some(first) = members.iter().min_by_key(by_time) else { return Ok(()) };
    let attempt = Attempt::new(instance, settings, watchdog, &first.write)?;
    let limit = settings.ducklake().data_inlining_row_limit as usize;
    let parts = parts(members, limit);
    let bodies = parts.iter().map(Part::rows).collect::<Answer<Vec<_>>>()?;
    let incoming = parts.iter().zip(&bodies);
    let incoming = incoming
        .map(|(part, body)| Incoming::open(&attempt, body, &part.append.columns))
        .collect::<Result<Vec<_>, _>>()?;
    let done = attempt.begin().and_then(|()| write(&attempt, &parts, &incoming, members));
    if done.is_err() {
        attempt.rollback();
    }
    incoming.iter().for_each(Incoming::clean_up);
    done
}

fn write(
    attempt: &Attempt<'_>,
    parts: &[Part<'_>],
    incoming: &[Incoming<'_>],
    members: &[Member],
) -> Result<(), Failed> {
    let limit = u64::from(attempt.settings.ducklake().data_inlining_row_limit);
    for (part, incoming) in parts.iter().zip(incoming) {
        let rows = if part.is_inlined { limit.max(part.count() as u64) } else { 0 };
        inlining::keep_up_to(&attempt.connection, rows)?;
        incoming.insert(&part.append.table)?;
    }
    let entry = |member: &Member| ledger::entry(&member.write, member.rows.num_rows() as u64, None);
    let entries: Vec<_> = members.iter().map(entry).collect();
    let message = match members {
        [only] => ledger::message(&only.write.change),
        several => format!("{} appends", several.len()),
    };
    attempt.connection.execute(&ledger::set_commit_message(&message, entries))?;
    attempt.commit()
}

/// The members by what one INSERT can take.
fn parts(members: &[Member], limit: usize) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    for member in members {
        let Change::Append(append) = &member.write.change else { continue };
        let is_small = member.rows.num_rows() <= limit;
        let is_inlined = is_small && !inlining::have_struct(&append.columns);
        let schema = member.rows.schema();
        let same = parts.iter_mut().find(|part| {
            part.append.table_id == append.table_id
                && part.is_inlined == is_inlined
                && part.schema == schema
        });
        match same {
            Some(part) => part.batches.push(member.rows.clone()),
            None => {
                let batches = vec![member.rows.clone()];
                parts.push(Part { append, schema, batches, is_inlined });
            }
        }
    }
    parts
}

impl Part<'_> {
    fn count(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    fn rows(&self) -> Answer<BodyRows> {
        let rows = concat_batches(&self.schema, &self.batches).map_err(Error::internal)?;
        Ok(BodyRows { source: Arc::new(Rows(rows)), bytes: 0 })
    }
}

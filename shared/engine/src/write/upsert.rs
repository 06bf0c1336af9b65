//! Rows of a body change those of the same key, and are added where there is none.
//!
//! DuckLake alone would let two writers add the same key at once (FACTS 16), so the commit is made only
//! if the table is still as this transaction saw it; else the whole of it is run again.

use domain::{Error, Name};
use service::Append;

use super::attempt::{Attempt, Done, Failed};
use super::nothing;
use super::rows::Incoming;
use crate::sql::{identifier, literal, table};
use crate::values;

/// Where the rows wait: they are read several times. It goes with the connection.
const STAGED: &str = "temp.main.eider_staged";

/// Changes and adds the rows in one transaction.
pub(super) fn run(
    attempt: &Attempt<'_>,
    append: &Append,
    keys: &[Name],
    incoming: Incoming<'_>,
) -> Result<Done, Failed> {
    let staged = stage(attempt, append, &incoming).and_then(|()| check_keys(attempt, keys));
    let rows = match staged {
        Ok(rows) => rows,
        Err(failed) => return Err(incoming.explained(failed)),
    };
    if rows == 0 {
        return nothing::record(attempt, append.table_snapshot);
    }
    let merge = merge(append, keys, &incoming);
    let mut nothing = false;
    let done = attempt.in_transaction_if(|| {
        let snapshot = attempt.check_table(&append.table, append.table_id)?;
        let last = match attempt.write.if_match {
            Some(last) => Some(last),
            None => attempt.last_change(append.table_id, snapshot)?,
        };
        let changed = incoming.run(&merge)?;
        // A table of keys alone that has them all.
        nothing = changed == 0;
        // Known, not an engine's failure: it only leads out of the transaction.
        if nothing { Err(Error::internal("no rows").into()) } else { Ok((changed, last)) }
    });
    let done = incoming.finish(done);
    if nothing { nothing::record(attempt, append.table_snapshot) } else { done }
}

/// As the table's types, so that keys are compared as the table's are.
fn stage(attempt: &Attempt<'_>, append: &Append, incoming: &Incoming<'_>) -> Result<(), Failed> {
    let columns = incoming.names().filter_map(|name| {
        let is_it = |quoted: &str| quoted.eq_ignore_ascii_case(name);
        let column =
            append.columns.iter().find(|column| is_it(&identifier(column.name.as_str())))?;
        Some(format!("CAST({name} AS {}) AS {name}", column.r#type))
    });
    let columns: Vec<_> = columns.collect();
    let query = incoming.query();
    let sql =
        format!("CREATE TEMP TABLE eider_staged AS SELECT {} FROM ({query})", columns.join(", "));
    attempt.connection.execute(&sql)?;
    Ok(())
}

/// How many rows there are; 422 where a key is NULL, or is there twice.
fn check_keys(attempt: &Attempt<'_>, keys: &[Name]) -> Result<u64, Failed> {
    let (connection, names) = (&attempt.connection, quoted(keys));
    for key in keys {
        let sql = format!("SELECT count(*)::BIGINT FROM {STAGED} WHERE {} IS NULL", key.quoted());
        if values::number(connection, &sql)?.unwrap_or_default() > 0 {
            let detail =
                format!("The key `{key}` is NULL in a row of the body. Nothing was changed.");
            let error = Error::invalid("NULL_NOT_ALLOWED", detail);
            return Err(error.field(key.as_str(), "is NULL; a key takes none").into());
        }
    }
    let sql = format!(
        "SELECT concat_ws(', ', {})::VARCHAR FROM {STAGED} GROUP BY {} HAVING count(*) > 1 LIMIT 1",
        keys.iter().map(shown).collect::<Vec<_>>().join(", "),
        names.join(", "),
    );
    if let Some(twice) = values::texts(connection, &sql)?.into_iter().flatten().flatten().next() {
        let twice: String = twice.chars().take(200).collect();
        let detail = format!(
            "Two rows of the body have one key, {twice}; send one of them. Nothing was changed."
        );
        let mut error = Error::invalid("DUPLICATE_KEY", detail);
        for key in keys {
            error = error.field(key.as_str(), "is not unique in the body");
        }
        return Err(error.into());
    }
    let rows = values::number(connection, &format!("SELECT count(*)::BIGINT FROM {STAGED}"))?;
    Ok(u64::try_from(rows.unwrap_or_default()).unwrap_or_default())
}

/// `name = value`, as SQL.
fn shown(key: &Name) -> String {
    let prefix = literal(&format!("{} = ", key.as_str()));
    format!("{prefix} || any_value({})::VARCHAR", key.quoted())
}

fn quoted(keys: &[Name]) -> Vec<String> {
    keys.iter().map(Name::quoted).collect()
}

fn merge(append: &Append, keys: &[Name], incoming: &Incoming<'_>) -> String {
    let keys = quoted(keys);
    let on: Vec<_> = keys.iter().map(|key| format!("old.{key} = new.{key}")).collect();
    let names: Vec<_> = incoming.names().collect();
    let is_key = |name: &str| keys.iter().any(|key| key.eq_ignore_ascii_case(name));
    let set: Vec<_> = names
        .iter()
        .filter(|name| !is_key(name))
        .map(|name| format!("{name} = new.{name}"))
        .collect();
    let update = match set.as_slice() {
        [] => String::new(),
        set => format!("WHEN MATCHED THEN UPDATE SET {} ", set.join(", ")),
    };
    let values: Vec<_> = names.iter().map(|name| format!("new.{name}")).collect();
    format!(
        "MERGE INTO {} AS old USING {STAGED} AS new ON {} {update}\
         WHEN NOT MATCHED THEN INSERT ({}) VALUES ({})",
        table(&append.table),
        on.join(" AND "),
        names.join(", "),
        values.join(", "),
    )
}

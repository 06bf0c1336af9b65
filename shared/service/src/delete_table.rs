//! A table goes, with its rows; or a view.

use domain::{Access, Caller, Code, Error, Result, TableName};

use crate::{Catalog, Change, DropTable, Lake, Origin, QueryEngine, WriteKey, get_table};

/// Drops the table, or the view; `true` where the same request had dropped it before. Views that read it
/// go with it where `cascade` is asked; else it stays, for they would be left with nothing to read.
pub async fn delete_table(
    catalog: &dyn Catalog,
    queries: &dyn QueryEngine,
    lake: &dyn Lake,
    caller: &Caller,
    origin: Origin,
    name: TableName,
    cascade: bool,
) -> Result<bool> {
    get_table::check_access(caller, &name, Access::Write)?;
    if origin.begin(catalog).await?.is_some() {
        return Ok(true);
    }
    let key = origin.key.clone();
    let table = match get_table::require(catalog, caller, &name, Access::Write).await {
        Ok(table) => table,
        Err(error) => return by_twin(catalog, &key, error).await,
    };
    let if_match = origin.check(&table)?;
    let with = queries.dependents(&table.summary.name).await?;
    check_dependents(caller, &name, &with, cascade)?;
    let change = Change::DropTable(DropTable { with, ..DropTable::of(&table) });
    let write = crate::Write { if_match, ..origin.write(change) };
    match lake.write(write).await {
        Ok(outcome) => Ok(outcome.replayed),
        Err(error) => by_twin(catalog, &key, error).await,
    }
}

/// 409 where views would be left behind, or where some are not the caller's to drop. Of those that the
/// caller may not read only the number is said.
fn check_dependents(
    caller: &Caller,
    name: &TableName,
    views: &[TableName],
    cascade: bool,
) -> Result<()> {
    let in_the_way = |view: &&TableName| !cascade || !caller.grants.allow(view, Access::Write);
    let views: Vec<_> = views.iter().filter(in_the_way).collect();
    if views.is_empty() {
        return Ok(());
    }
    let mut shown: Vec<_> = views
        .iter()
        .filter(|view| caller.grants.allow(view, Access::Read))
        .map(|view| format!("`{view}`"))
        .collect();
    let others = views.len() - shown.len();
    if others > 0 {
        shown.push(format!("{others} others"));
    }
    let (what, todo) = if cascade {
        ("views that you may not drop read", "ask their owner")
    } else {
        ("views read", "drop them first, or send ?cascade=true")
    };
    let detail = format!("`{name}` stays: {what} it ({}); {todo}.", shown.join(", "));
    Err(Error::new(Code::Conflict, "TABLE_HAS_DEPENDENTS", detail))
}

/// A table that is gone may have been dropped by a twin under the same key.
async fn by_twin(catalog: &dyn Catalog, key: &WriteKey, error: Error) -> Result<bool> {
    if error.error_code == "TABLE_NOT_FOUND" && key.find(catalog).await?.is_some() {
        return Ok(true);
    }
    Err(error)
}

#[cfg(test)]
mod tests {
    use domain::Grants;

    use super::*;

    #[test]
    fn of_views_that_may_not_be_read_only_the_number_is_said() {
        let name = |text| TableName::parse(text).expect("a name");
        let mine = vec![(name("t"), Access::Write), (name("seen"), Access::Read)];
        let caller = Caller { name: "me".to_owned(), grants: Grants::Tables(mine) };
        let views = [name("seen"), name("hidden"), name("hidden_too")];
        for cascade in [false, true] {
            let error = check_dependents(&caller, &name("t"), &views, cascade).expect_err("views");
            assert_eq!((error.code, error.error_code), (Code::Conflict, "TABLE_HAS_DEPENDENTS"));
            assert!(error.detail.contains("(`seen`, 2 others)"), "{}", error.detail);
        }
        assert!(check_dependents(&caller, &name("t"), &[], false).is_ok());
        assert!(check_dependents(&Caller::anonymous(), &name("t"), &views, true).is_ok());
    }
}

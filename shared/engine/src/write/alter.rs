//! ALTER TABLE from a patch: several statements, one snapshot.

use domain::{Column, ColumnPatch, Error, TablePatch};
use service::AlterTable;

use super::attempt::{Attempt, Done, Failed};
use super::create::{self, check_default, default_text};
use super::nothing;
use crate::answer;
use crate::raw::Failure;
use crate::sql::{literal, table};

/// Makes the changes.
pub(super) fn run(attempt: &Attempt<'_>, alter: &AlterTable) -> Result<Done, Failed> {
    check_defaults(attempt, alter)?;
    let statements = statements(alter);
    if statements.is_empty() {
        // The table is as the patch wants it: DuckLake would make no snapshot.
        return nothing::record(attempt, alter.table_snapshot);
    }
    attempt.define(|| {
        attempt.check_table(&alter.table, alter.table_id)?;
        for statement in statements {
            let done = attempt.connection.execute(&statement);
            done.map_err(|failure| said(failure, alter))?;
        }
        Ok(0)
    })
}

/// In an order in which each stands on those before: NOT NULL first, since DuckLake looks at statistics
/// that other changes hide; keys that go before the columns that they name; columns under their new
/// names.
fn statements(alter: &AlterTable) -> Vec<String> {
    let (name, patch) = (table(&alter.table), &alter.patch);
    let on = |what: String| format!("ALTER TABLE {name} {what}");
    let changes = || patch.alter.iter().filter_map(|change| Some((change, column(alter, change)?)));
    let mut sql = Vec::new();
    for (change, old) in changes() {
        if change.nullable == Some(false) && old.nullable {
            sql.push(on(format!("ALTER COLUMN {} SET NOT NULL", change.name.quoted())));
        }
    }
    if patch.partition_by.is_some() && !alter.layout.partition_by.is_empty() {
        sql.push(on("RESET PARTITIONED BY".to_owned()));
    }
    if patch.sort_by.is_some() && !alter.layout.sort_by.is_empty() {
        sql.push(on("RESET SORTED BY".to_owned()));
    }
    sql.extend(patch.drop.iter().map(|name| on(format!("DROP COLUMN {}", name.quoted()))));
    for (change, old) in changes() {
        sql.extend(altered(change, old).into_iter().map(on));
    }
    for added in &patch.add {
        sql.push(on(format!("ADD COLUMN {}", create::column(added))));
        sql.extend(create::comment(&name, added));
    }
    sql.extend(create::layout(&name, &new_layout(patch)));
    if let Some(comment) = &patch.comment {
        sql.push(format!("COMMENT ON TABLE {name} IS {}", text_or_null(comment.as_deref())));
    }
    for (change, _) in changes() {
        if let Some(comment) = &change.comment {
            let column = change.rename_to.as_ref().unwrap_or(&change.name).quoted();
            let comment = text_or_null(comment.as_deref());
            sql.push(format!("COMMENT ON COLUMN {name}.{column} IS {comment}"));
        }
    }
    sql
}

/// What stands after ALTER TABLE for one column; its new name last.
fn altered(change: &ColumnPatch, old: &Column) -> Vec<String> {
    let name = change.name.quoted();
    let mut sql = Vec::new();
    if change.nullable == Some(true) && !old.nullable {
        sql.push(format!("ALTER COLUMN {name} DROP NOT NULL"));
    }
    match &change.default {
        None => {}
        Some(None) => sql.push(format!("ALTER COLUMN {name} DROP DEFAULT")),
        Some(Some(default)) => {
            let default = default_text(default).unwrap_or_default();
            sql.push(format!("ALTER COLUMN {name} SET DEFAULT {}", literal(&default)));
        }
    }
    if let Some(new) = &change.rename_to {
        sql.push(format!("RENAME COLUMN {name} TO {}", new.quoted()));
    }
    sql
}

fn new_layout(patch: &TablePatch) -> domain::Layout {
    domain::Layout {
        partition_by: patch.partition_by.clone().unwrap_or_default(),
        sort_by: patch.sort_by.clone().unwrap_or_default(),
    }
}

fn column<'a>(alter: &'a AlterTable, change: &ColumnPatch) -> Option<&'a Column> {
    alter.columns.iter().find(|column| column.name == change.name)
}

fn text_or_null(text: Option<&str>) -> String {
    text.map_or_else(|| "NULL".to_owned(), literal)
}

/// 422 naming the first new default that is not of its column's type.
fn check_defaults(attempt: &Attempt<'_>, alter: &AlterTable) -> Result<(), Failed> {
    for (index, column) in alter.patch.add.iter().enumerate() {
        check_default(&attempt.connection, column, &format!("add_columns[{index}]"))?;
    }
    for (index, change) in alter.patch.alter.iter().enumerate() {
        let (Some(Some(default)), Some(old)) = (&change.default, column(alter, change)) else {
            continue;
        };
        let column = Column {
            r#type: change.r#type.clone().unwrap_or_else(|| old.r#type.clone()),
            default: Some(default.clone()),
            ..old.clone()
        };
        check_default(&attempt.connection, &column, &format!("alter_columns[{index}]"))?;
    }
    Ok(())
}

/// What is wrong with the patch; it was looked at before, so anything but this is another's change.
fn said(failure: Failure, alter: &AlterTable) -> Failed {
    let message = failure.message.as_str();
    if let Some(rest) = message.strip_prefix("Cannot SET NOT NULL on ") {
        let has_nulls = rest.starts_with("column ");
        let set = alter.patch.alter.iter().find(|change| change.nullable == Some(false));
        let field = set.map(|change| change.name.as_str().to_owned()).unwrap_or_default();
        let why =
            if has_nulls { "holds NULLs" } else { "can be told so only once its table has rows" };
        let detail = format!("The column `{field}` cannot become NOT NULL: it {why}.");
        return Error::invalid("NULL_NOT_ALLOWED", detail)
            .field(field, why)
            .because(failure)
            .into();
    }
    if ["Catalog", "Binder"].iter().any(|kind| failure.is(kind)) {
        return answer::table_changed(&alter.table).because(failure).into();
    }
    failure.into()
}

#[cfg(test)]
mod tests {
    use domain::{ColumnType, Layout, Name, PartitionKey, TableName};

    use super::*;

    fn name(text: &str) -> Name {
        Name::parse("column", text).expect("a name")
    }

    #[test]
    fn each_statement_stands_on_those_before() {
        let column = |text: &str, nullable| Column {
            name: name(text),
            r#type: ColumnType::Plain("INTEGER"),
            nullable,
            default: None,
            comment: None,
        };
        let change = ColumnPatch {
            name: name("a"),
            rename_to: Some(name("b")),
            r#type: Some(ColumnType::Plain("BIGINT")),
            nullable: Some(false),
            default: Some(None),
            comment: Some(Some("it's".to_owned())),
        };
        let partition = PartitionKey::parse("b").expect("a key");
        let patch = TablePatch {
            add: vec![column("c", true)],
            drop: vec![name("p")],
            alter: vec![change],
            comment: Some(None),
            partition_by: Some(vec![partition]),
            sort_by: None,
        };
        let old = PartitionKey::parse("p").expect("a key");
        let alter = AlterTable {
            table: TableName::parse("t").expect("a name"),
            table_id: 1,
            table_snapshot: domain::SnapshotId(1),
            columns: vec![column("a", true), column("p", true)],
            layout: Layout { partition_by: vec![old], sort_by: Vec::new() },
            patch,
        };
        let t = r#"ALTER TABLE lake."main"."t""#;
        assert_eq!(
            statements(&alter),
            [
                format!(r#"{t} ALTER COLUMN "a" SET NOT NULL"#),
                format!("{t} RESET PARTITIONED BY"),
                format!(r#"{t} DROP COLUMN "p""#),
                format!(r#"{t} ALTER COLUMN "a" DROP DEFAULT"#),
                format!(r#"{t} RENAME COLUMN "a" TO "b""#),
                format!(r#"{t} ADD COLUMN "c" INTEGER"#),
                format!(r#"{t} SET PARTITIONED BY ("b")"#),
                r#"COMMENT ON TABLE lake."main"."t" IS NULL"#.to_owned(),
                r#"COMMENT ON COLUMN lake."main"."t"."b" IS 'it''s'"#.to_owned(),
            ]
        );
    }
}

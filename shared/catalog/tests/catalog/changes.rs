//! What a snapshot says of itself becomes what happened to each table (FACTS 15).

use crate::lakes::Lake;
use crate::on_both;

on_both!(
    every_kind_of_snapshot_is_understood,
    names_with_commas_colons_and_quotes_are_no_trap,
    a_rename_is_no_creation,
    what_is_not_understood_is_noted_and_never_fails,
);

async fn every_kind_of_snapshot_is_understood(lake: &Lake) {
    let cases: &[(&str, &[&str])] = &[
        ("inserted_into_table:1", &["data_appended:1"]),
        ("inlined_insert:1", &["data_appended:1"]),
        ("inlined_insert:1,inlined_delete:1", &["data_changed:1"]),
        ("inserted_into_table:1,deleted_from_table:1", &["data_changed:1"]),
        ("deleted_from_table:1", &["data_deleted:1"]),
        ("inlined_delete:1", &["data_deleted:1"]),
        ("altered_table:1", &["schema_changed:1"]),
        ("altered_table:1,inserted_into_table:1", &["schema_changed:1", "data_appended:1"]),
        ("inline_flush:1", &["maintained:1"]),
        ("deleted_from_table:1,inline_flush:1,inline_flush:4", &["maintained:1", "maintained:4"]),
        ("merge_adjacent:5", &["maintained:5"]),
        ("rewrite_delete:5", &["maintained:5"]),
        ("dropped_schema:2,dropped_table:3", &["table_deleted:3"]),
        ("dropped_view:7", &[]),
        ("altered_view:7", &[]),
        ("created_schema:\"main\",created_view:\"main\".\"v\"", &[]),
        ("created_scalar_macro:\"main\".\"m\",dropped_table_macro:9", &[]),
        (
            "inserted_into_table:2,inserted_into_table:1,inlined_delete:3",
            &["data_appended:1", "data_appended:2", "data_deleted:3"],
        ),
        ("", &[]),
    ];
    for (changes, expected) in cases {
        let id = lake.commit("SELECT 1", changes, None).await.expect(changes);
        assert_eq!(lake.noted(id).await, *expected, "{changes}");
    }
}

async fn names_with_commas_colons_and_quotes_are_no_trap(lake: &Lake) {
    let name = "dropped_table:9,\"x\",it's";
    let rows = format!(
        "INSERT INTO ducklake_table VALUES (5, NULL, $, NULL, 0, '{}', 'p/', true)",
        name.replace('\'', "''")
    );
    let changes = format!(
        "created_schema:\"a\"\"b,altered_table:3\",created_table:\"main\".\"{}\",inserted_into_table:5",
        name.replace('"', "\"\"")
    );
    let id = lake.commit(&rows, &changes, None).await.expect("committed");
    assert_eq!(lake.noted(id).await, ["table_created:5", "data_appended:5"]);
}

async fn a_rename_is_no_creation(lake: &Lake) {
    let made = "INSERT INTO ducklake_table VALUES (1, NULL, $, NULL, 0, 't', 't/', true)";
    let id = lake.commit(made, "created_table:\"main\".\"t\"", None).await.expect("committed");
    assert_eq!(lake.noted(id).await, ["table_created:1"]);
    let renamed = "UPDATE ducklake_table SET end_snapshot = $ WHERE table_id = 1; \
                   INSERT INTO ducklake_table VALUES (1, NULL, $, NULL, 0, 't2', 't/', true)";
    let id = lake.commit(renamed, "created_table:\"main\".\"t2\"", None).await.expect("committed");
    assert_eq!(lake.noted(id).await, ["schema_changed:1"]);
    let replaced = "UPDATE ducklake_table SET end_snapshot = $ WHERE table_id = 1 AND end_snapshot IS NULL; \
                    INSERT INTO ducklake_table VALUES (2, NULL, $, NULL, 0, 't2', 't2/', true)";
    let changes = "dropped_table:1,created_table:\"main\".\"t2\",inlined_insert:2";
    let id = lake.commit(replaced, changes, None).await.expect("committed");
    assert_eq!(lake.noted(id).await, ["table_deleted:1", "table_created:2", "data_appended:2"]);
}

async fn what_is_not_understood_is_noted_and_never_fails(lake: &Lake) {
    for (changes, expected) in [
        ("sorted_table:3", vec!["unknown:3"]),
        ("what is this", vec!["unknown"]),
        ("altered_table:x", vec!["unknown"]),
        ("altered_table:", vec!["unknown"]),
        ("created_table:\"main\".\"open", vec![]),
        ("\\\n\u{1},,", vec!["unknown"]),
        ("inserted_into_table:1,what", vec!["data_appended:1", "unknown"]),
    ] {
        let id = lake.commit("SELECT 1", changes, None).await.expect(changes);
        assert_eq!(lake.noted(id).await, expected, "{changes:?}");
    }
    let huge = format!("inserted_into_table:{}", "9".repeat(40));
    let id = lake.commit("SELECT 1", &huge, None).await.expect("committed");
    assert_eq!(lake.noted(id).await.len(), 1);
}

//! Tables as the catalog tells them.

use domain::{ColumnType, Literal, Point, SnapshotId, TableName};
use service::TablePage;

use crate::lakes::Lake;
use crate::on_both;

on_both!(
    rows_are_counted_exactly,
    a_page_holds_what_was_asked_in_order,
    a_table_has_its_columns,
    times_outlive_expired_snapshots,
    a_listing_of_many_tables_is_one_page,
);

fn name(text: &str) -> TableName {
    TableName::parse(text).expect("a name")
}

fn all(limit: u32) -> TablePage {
    TablePage::first(limit)
}

fn table(id: u64, schema: u64, name: &str) -> String {
    format!(
        "INSERT INTO ducklake_table VALUES ({id}, NULL, $, NULL, {schema}, '{name}', 'p/', true)"
    )
}

async fn create(lake: &Lake, id: u64, name: &str) -> u64 {
    let changes = format!("created_table:\"main\".\"{name}\"");
    lake.commit(&table(id, 0, name), &changes, None).await.expect("created")
}

async fn count(lake: &Lake) -> (u64, u64, u64, u64) {
    let tables = lake.catalog().list_tables(&all(10)).await.expect("a page");
    let table = &tables[0];
    (table.row_count, table.file_count, table.size_bytes, table.snapshot.0)
}

/// Each kind of rows and of deletes, as DuckLake keeps them.
async fn rows_are_counted_exactly(lake: &Lake) {
    create(lake, 1, "t").await;
    assert_eq!(count(lake).await, (0, 0, 0, 1));
    let file = |id: u64, rows: u64| {
        format!(
            "INSERT INTO ducklake_data_file (data_file_id, table_id, begin_snapshot, record_count, file_size_bytes) \
             VALUES ({id}, 1, $, {rows}, 1000)"
        )
    };
    let commit = async |rows: String, changes: &str| {
        lake.commit(&rows, changes, None).await.expect("committed")
    };
    commit(format!("{}; {}", file(1, 100), file(2, 50)), "inserted_into_table:1").await;
    assert_eq!(count(lake).await, (150, 2, 2000, 2));
    let deleted = "INSERT INTO ducklake_delete_file (delete_file_id, table_id, begin_snapshot, data_file_id, delete_count) \
                   VALUES (1, 1, $, 1, 30)";
    commit(deleted.to_owned(), "deleted_from_table:1").await;
    assert_eq!(count(lake).await, (120, 2, 2000, 3));
    let inlined = "CREATE TABLE ducklake_inlined_data_1_1 (row_id bigint, begin_snapshot bigint, end_snapshot bigint, a bigint); \
                   INSERT INTO ducklake_inlined_data_tables VALUES (1, 'ducklake_inlined_data_1_1', 1); \
                   INSERT INTO ducklake_inlined_data_1_1 VALUES (150, $, NULL, 1), (151, $, NULL, 2)";
    commit(inlined.to_owned(), "inlined_insert:1").await;
    assert_eq!(count(lake).await, (122, 2, 2000, 4));
    let deletes = "UPDATE ducklake_inlined_data_1_1 SET end_snapshot = $ WHERE row_id = 150; \
                   CREATE TABLE ducklake_inlined_delete_1 (file_id bigint, row_id bigint, begin_snapshot bigint); \
                   INSERT INTO ducklake_inlined_delete_1 VALUES (2, 7, $), (2, 8, $), (1, 99, $)";
    commit(deletes.to_owned(), "inlined_delete:1").await;
    assert_eq!(count(lake).await, (118, 2, 2000, 5));
    // A file that goes takes its deletes along; a flush does not change the table.
    let flush = format!(
        "UPDATE ducklake_data_file SET end_snapshot = $ WHERE data_file_id = 2; {}; \
         DELETE FROM ducklake_inlined_data_tables; DROP TABLE ducklake_inlined_data_1_1",
        file(3, 49)
    );
    commit(flush, "deleted_from_table:1,inline_flush:1").await;
    assert_eq!(count(lake).await, (100 - 30 - 1 + 49, 2, 2000, 5));
}

async fn a_page_holds_what_was_asked_in_order(lake: &Lake) {
    let schema = "INSERT INTO ducklake_schema VALUES (1, NULL, $, NULL, 'Ä raw', 'r/', true)";
    lake.commit(schema, "created_schema:\"Ä raw\"", None).await.expect("a schema");
    for (id, text) in
        [(1, "b"), (2, "A"), (3, "Z\u{1}control"), (4, "ü \"q\""), (5, "_c"), (6, "it''s")]
    {
        create(lake, id, text).await;
    }
    lake.commit(&table(7, 1, "x"), "created_table:\"Ä raw\".\"x\"", None).await.expect("created");
    lake.commit(
        "UPDATE ducklake_table SET end_snapshot = $ WHERE table_id = 5",
        "dropped_table:5",
        None,
    )
    .await
    .expect("dropped");
    let catalog = lake.catalog();
    let mut seen = Vec::new();
    let mut page = all(2);
    loop {
        let tables = catalog.list_tables(&page).await.expect("a page");
        let Some(last) = tables.last() else { break };
        page.after = Some(last.name.clone());
        seen.extend(tables.into_iter().map(|table| table.name.to_string()));
    }
    assert_eq!(seen, ["A", "b", "it's", "\"ü \"\"q\"\"\"", "Ä raw.x"]);

    let within = ["B", "\"Ä RAW\".x", "ä raw.x", "nothing"].map(name).to_vec();
    page = TablePage { within: Some(within.clone()), ..all(10) };
    let tables = catalog.list_tables(&page).await.expect("a page");
    let names: Vec<String> = tables.iter().map(|table| table.name.to_string()).collect();
    assert_eq!(names, ["b", "Ä raw.x"], "only ASCII letters are folded, as DuckDB does");
    page = TablePage { after: Some(name("b")), within: Some(within), ..all(10) };
    assert_eq!(catalog.list_tables(&page).await.expect("a page").len(), 1);
    page = TablePage { within: Some(Vec::new()), ..all(10) };
    assert_eq!(catalog.list_tables(&page).await.expect("a page").len(), 0);
    assert_eq!(catalog.find_table(&name("_c"), Point::Newest).await.expect("asked"), None);
}

async fn a_table_has_its_columns(lake: &Lake) {
    let column = |id: u64,
                  name: &str,
                  r#type: &str,
                  default: &str,
                  kind: &str,
                  nulls: bool,
                  parent: &str| {
        format!(
            "INSERT INTO ducklake_column VALUES ({id}, $, NULL, 1, {id}, '{name}', '{type}', NULL, '{default}', \
             {nulls}, {parent}, '{kind}', 'duckdb')"
        )
    };
    let rows = [
        table(1, 0, "t"),
        column(1, "Id", "int64", "18446744073709551615", "literal", false, "NULL"),
        column(3, "tags", "list", "NULL", "", true, "NULL"),
        column(4, "element", "varchar", "NULL", "literal", true, "3"),
        column(2, "a \"b\".", "varchar", "it''s", "literal", true, "NULL"),
        "INSERT INTO ducklake_tag VALUES (1, $, NULL, 'comment', 'the ''table''')".to_owned(),
        "INSERT INTO ducklake_column_tag VALUES (1, 2, $, NULL, 'comment', 'the column')"
            .to_owned(),
    ];
    let id =
        lake.commit(&rows.join("; "), "created_table:\"main\".\"t\"", None).await.expect("made");
    let change = format!(
        "UPDATE ducklake_column SET end_snapshot = $ WHERE column_id = 1; {}",
        column(1, "Key", "int64", "18446744073709551615", "literal", false, "NULL")
    );
    lake.commit(&change, "altered_table:1", None).await.expect("renamed");
    let found =
        lake.catalog().find_table(&name("T"), Point::Newest).await.expect("asked").expect("found");
    assert_eq!((found.id, found.summary.comment.as_deref()), (1, Some("the 'table'")));
    assert_eq!(found.summary.snapshot, SnapshotId(id + 1));
    assert!(found.summary.created_at < found.summary.updated_at);
    let names: Vec<&str> = found.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["Key", "a \"b\".", "tags"]);
    assert!(!found.columns[0].nullable && found.columns[1].nullable);
    assert_eq!(found.columns[0].default, Some(Literal::Number("18446744073709551615".into())));
    assert_eq!(found.columns[1].default, Some(Literal::Text("it's".into())));
    assert_eq!(found.columns[1].comment.as_deref(), Some("the column"));
    assert_eq!(found.columns[2].r#type, ColumnType::parse("VARCHAR[]").expect("a type"));
}

async fn times_outlive_expired_snapshots(lake: &Lake) {
    create(lake, 1, "t").await;
    lake.commit("SELECT 1", "inlined_insert:1", None).await.expect("committed");
    let before =
        lake.catalog().find_table(&name("t"), Point::Newest).await.expect("asked").expect("found");
    lake.commit("SELECT 1", "created_schema:\"x\"", None).await.expect("committed");
    lake.run("DELETE FROM ducklake_snapshot WHERE snapshot_id < 3; DELETE FROM ducklake_snapshot_changes WHERE snapshot_id < 3")
        .await
        .expect("expired");
    let after =
        lake.catalog().find_table(&name("t"), Point::Newest).await.expect("asked").expect("found");
    assert_eq!((before.read_at, after.read_at), (SnapshotId(2), SnapshotId(3)));
    assert_eq!(domain::Table { read_at: after.read_at, ..before }, after);
    assert_eq!(after.summary.created_at.to_string(), "2026-01-01T00:00:00.000001Z");
    assert_eq!(after.summary.updated_at.to_string(), "2026-01-01T00:00:00.000002Z");
}

/// More inlined tables than a compound SELECT of SQLite may have parts.
#[expect(clippy::print_stdout, reason = "how long it took is for a person")]
async fn a_listing_of_many_tables_is_one_page(lake: &Lake) {
    let one = |id: u64| {
        format!(
            "{}; CREATE TABLE ducklake_inlined_data_{id}_1 (row_id bigint, begin_snapshot bigint, end_snapshot bigint); \
             INSERT INTO ducklake_inlined_data_tables VALUES ({id}, 'ducklake_inlined_data_{id}_1', 1); \
             INSERT INTO ducklake_inlined_data_{id}_1 VALUES (0, $, NULL)",
            table(id, 0, &format!("t{id:04}"))
        )
    };
    let rows: Vec<String> = (1..=1001).map(one).collect();
    lake.commit(&rows.join("; "), "created_table:\"main\".\"…\"", None).await.expect("made");
    let started = std::time::Instant::now();
    let tables = lake.catalog().list_tables(&all(1001)).await.expect("a page");
    println!("1,001 tables with inlined rows: {:?}", started.elapsed());
    assert_eq!(tables.len(), 1001);
    assert!(tables.iter().all(|table| table.row_count == 1));
}

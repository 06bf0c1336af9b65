//! The catalog, the writer and the reader of one lake, together: what one writes the others see.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use domain::{
    Column, ColumnType, Error, Grants, Literal, Name, Point, RunId, SnapshotId, TableDefinition,
    TableName,
};
use futures::TryStreamExt;
use service::{
    Append, Catalog, Change, DropTable, HistoryPage, Lake, Mode, Outcome, Query, QueryEngine,
    RowSource, RunWrites, Select, TablePage, Write, WriteKey,
};

use crate::numbers;

/// The three ports of one lake, which is migrated and holds no table.
#[derive(Clone)]
pub struct LakePorts {
    /// Reads the catalog.
    pub catalog: Arc<dyn Catalog>,
    /// Writes.
    pub lake: Arc<dyn Lake>,
    /// Reads rows.
    pub queries: Arc<dyn QueryEngine>,
}

/// Runs every case, each on tables of its own.
pub async fn lake(ports: LakePorts) {
    a_table_is_found_as_it_was_defined(&ports).await;
    rows_are_counted_exactly_and_read_back(&ports).await;
    a_key_acts_once(&ports).await;
    twins_of_one_key_act_once(&ports).await;
    no_rows_make_no_snapshot_and_keep_their_key(&ports).await;
    a_broken_body_leaves_nothing(&ports).await;
    a_table_made_again_is_another(&ports).await;
    tables_are_paged_in_order(&ports).await;
    of_conditional_twins_one_acts(&ports).await;
    twins_that_upsert_a_key_add_it_once(&ports).await;
    rows_take_the_place_of_what_was_there(&ports).await;
    the_past_is_read_as_it_was(&ports).await;
    what_a_run_wrote_is_known_by_table(&ports).await;
}

async fn a_table_is_found_as_it_was_defined(ports: &LakePorts) {
    let types = [
        "BOOLEAN",
        "TINYINT",
        "UBIGINT",
        "HUGEINT",
        "DOUBLE",
        "DECIMAL(38,9)",
        "VARCHAR",
        "BLOB",
        "UUID",
        "JSON",
        "DATE",
        "TIME",
        "TIMESTAMP",
        "TIMESTAMP_NS",
        "TIMESTAMPTZ",
        "INTERVAL",
        "INTEGER[][]",
        r#"STRUCT("a b" INTEGER, c VARCHAR[])"#,
        "MAP(VARCHAR, STRUCT(x DOUBLE))",
    ];
    let mut columns: Vec<Column> =
        types.iter().enumerate().map(|(i, t)| column(&format!("c{i} \"ü\"."), t)).collect();
    columns[1].nullable = false;
    columns[2].default = Some(Literal::Number("18446744073709551615".to_owned()));
    columns[6].default = Some(Literal::Text("it's 'quoted'".to_owned()));
    columns[6].comment = Some("a 'comment'".to_owned());
    let name = table("\"conform ü.\".\"odd \"\"name\"\"/%\"");
    let definition = TableDefinition::new(name.clone(), columns, Some("what it is".to_owned()))
        .expect("a definition");
    let made = ports.lake.write(write("types", Change::create(definition.clone()))).await;
    let made = made.expect("the table is made");

    let found = found(ports, &name).await.expect("the table is found");
    assert_eq!(found.columns, definition.columns);
    assert_eq!(found.summary.comment, definition.comment);
    assert_eq!(found.summary.snapshot, made.write.snapshot, "made in one snapshot");
    assert_eq!(found.summary.created_at, found.summary.updated_at);
    let upper = TableName::parse("\"CONFORM ü.\".\"ODD \"\"NAME\"\"/%\"").expect("a name");
    assert!(self::found(ports, &upper).await.is_some(), "names are found without case");

    let again = ports.lake.write(write("types again", Change::create(definition))).await;
    assert_eq!(code(again), "TABLE_EXISTS");
}

async fn rows_are_counted_exactly_and_read_back(ports: &LakePorts) {
    let name = made(ports, "conform.counted").await;
    let few = append(ports, &name, "few", numbers(0..3)).await.expect("inlined rows");
    let many = append(ports, &name, "many", numbers(3..5_000)).await.expect("rows in a file");
    assert_eq!((few.write.rows, many.write.rows), (3, 4_997));
    assert!(many.write.snapshot > few.write.snapshot);

    let found = found(ports, &name).await.expect("the table");
    assert_eq!(found.summary.row_count, 5_000);
    assert_eq!(found.summary.snapshot, many.write.snapshot);
    assert!(found.summary.file_count >= 1 && found.summary.size_bytes > 0);
    assert_eq!(read(ports, &name).await, (0..5_000).collect::<Vec<_>>());
}

async fn a_key_acts_once(ports: &LakePorts) {
    let name = made(ports, "conform.once").await;
    let first = append(ports, &name, "once", numbers(0..7)).await.expect("the first");
    let again = append(ports, &name, "once", numbers(0..7)).await.expect("the replay");
    assert!(!first.replayed && again.replayed, "{first:?} {again:?}");
    assert_eq!(first.write, again.write);
    assert_eq!(read(ports, &name).await.len(), 7);

    let recorded = ports.catalog.find_write("conform.once once").await.expect("asked");
    assert_eq!(recorded, Some(first.write));
    let mut other = append_of(ports, &name, "once", numbers(0..8)).await;
    other.key.payload = "another payload".to_owned();
    assert_eq!(code(ports.lake.write(other).await), "IDEMPOTENCY_KEY_REUSED");
}

async fn what_a_run_wrote_is_known_by_table(ports: &LakePorts) {
    let (one, two) = (made(ports, "conform.\"run 1\"").await, made(ports, "conform.run2").await);
    #[expect(clippy::disallowed_methods, reason = "a test makes ids")]
    let run = RunId(uuid::Uuid::now_v7());
    assert_eq!(ports.catalog.written_by(run).await.expect("asked"), []);
    let mut last = Vec::new();
    for (name, key, rows) in [(&one, "a", 7), (&two, "b", 2_000), (&one, "c", 11), (&two, "d", 0)] {
        let append = append_of(ports, name, key, numbers(0..rows)).await;
        let outcome = ports.lake.write(Write { run: Some(run), ..append }).await.expect("written");
        last.push(outcome.write.snapshot);
    }
    append(ports, &two, "of no run", numbers(0..3)).await.expect("written");
    let written = |table: &TableName, writes, rows, snapshot| RunWrites {
        table: table.clone(),
        writes,
        rows,
        bytes: writes,
        snapshot,
    };
    let expected = [written(&one, 2, 18, last[2]), written(&two, 1, 2_000, last[1])];
    assert_eq!(ports.catalog.written_by(run).await.expect("asked"), expected);
}

async fn twins_of_one_key_act_once(ports: &LakePorts) {
    let name = made(ports, "conform.twins").await;
    let twins = (0..4).map(|_| append(ports, &name, "twin", numbers(0..11)));
    let outcomes: Vec<Outcome> =
        futures::future::try_join_all(twins).await.expect("every twin is answered");
    assert_eq!(outcomes.iter().filter(|outcome| !outcome.replayed).count(), 1);
    assert!(outcomes.iter().all(|outcome| outcome.write == outcomes[0].write), "{outcomes:?}");
    assert_eq!(read(ports, &name).await.len(), 11);
}

async fn no_rows_make_no_snapshot_and_keep_their_key(ports: &LakePorts) {
    let name = made(ports, "conform.nothing").await;
    let before = ports.catalog.status().await.expect("a status").newest_snapshot;
    let table = found(ports, &name).await.expect("the table");
    let first = append(ports, &name, "nothing", numbers([])).await.expect("no rows are fine");
    assert_eq!((first.write.rows, first.write.snapshot), (0, table.summary.snapshot));
    let again = append(ports, &name, "nothing", numbers([])).await.expect("the replay");
    assert!(again.replayed);
    let after = ports.catalog.status().await.expect("a status").newest_snapshot;
    assert_eq!(before, after);
}

async fn a_broken_body_leaves_nothing(ports: &LakePorts) {
    let name = made(ports, "conform.broken").await;
    let before = found(ports, &name).await;
    let mut rows = numbers(0..100_000);
    rows.broken = true;
    assert_eq!(code(append(ports, &name, "broken", rows).await), "BODY_CUT_SHORT");
    assert_eq!(found(ports, &name).await, before);
    append(ports, &name, "whole", numbers(0..2)).await.expect("the next write works");
    assert_eq!(read(ports, &name).await, [0, 1]);
}

async fn a_table_made_again_is_another(ports: &LakePorts) {
    let name = made(ports, "conform.again").await;
    let stale = append_of(ports, &name, "stale", numbers(0..1)).await;
    let drop = DropTable::of(&found(ports, &name).await.expect("the table"));
    let dropped = ports.lake.write(write("drop", Change::DropTable(drop.clone()))).await;
    assert_eq!(dropped.expect("dropped").write.rows, 0);
    assert_eq!(found(ports, &name).await, None);
    let gone = ports.lake.write(write("drop again", Change::DropTable(drop))).await;
    assert_eq!(code(gone), "TABLE_NOT_FOUND");

    create(ports, &name, "made again").await;
    assert_eq!(code(ports.lake.write(stale).await), "TABLE_CHANGED");
    assert_eq!(read(ports, &name).await, [0; 0]);
}

async fn tables_are_paged_in_order(ports: &LakePorts) {
    let mut names = Vec::new();
    for text in ["conform.page_b", "conform.Page_a", "conform.page_c"] {
        names.push(made(ports, text).await);
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let within = Some(names.clone());
        let page = TablePage { after: after.clone(), within, ..TablePage::first(2) };
        let tables = ports.catalog.list_tables(&page).await.expect("a page");
        let Some(last) = tables.last() else { break };
        assert!(tables.len() <= 2);
        after = Some(last.name.clone());
        seen.extend(tables.into_iter().map(|table| table.name.to_string()));
    }
    assert_eq!(seen, ["conform.Page_a", "conform.page_b", "conform.page_c"]);
}

async fn of_conditional_twins_one_acts(ports: &LakePorts) {
    let name = made(ports, "conform.conditional").await;
    let seen = found(ports, &name).await.expect("the table").summary.snapshot;
    let mut twins = Vec::new();
    for turn in 0..4_i64 {
        let key = format!("conditional {turn}");
        let mut twin = append_of(ports, &name, &key, numbers(turn..turn + 1)).await;
        twin.if_match = Some(seen);
        twins.push(ports.lake.write(twin));
    }
    let outcomes = futures::future::join_all(twins).await;
    let (acted, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!(acted.len(), 1, "of the others: {refused:?}");
    for outcome in refused {
        assert_eq!(code(outcome), "PRECONDITION_FAILED");
    }
    assert_eq!(read(ports, &name).await.len(), 1);
    let mut stale =
        write("drop", Change::DropTable(DropTable::of(&found(ports, &name).await.expect("it"))));
    stale.if_match = Some(seen);
    assert_eq!(code(ports.lake.write(stale).await), "PRECONDITION_FAILED");
    assert!(found(ports, &name).await.is_some());
}

async fn twins_that_upsert_a_key_add_it_once(ports: &LakePorts) {
    let name = made(ports, "conform.upserted").await;
    append(ports, &name, "before", numbers(0..5)).await.expect("rows");
    let upsert = async |key: String, rows: std::ops::Range<i64>| {
        let mut write = append_of(ports, &name, &key, numbers(rows)).await;
        if let Change::Append(append) = &mut write.change {
            append.mode = Mode::Upsert(vec![Name::parse("column", "n").expect("a name")]);
        }
        ports.lake.write(write).await
    };
    let twins = (0..4).map(|turn| upsert(format!("upsert {turn}"), 3..8));
    let mut added = 0;
    for outcome in futures::future::join_all(twins).await {
        added += outcome.expect("upserted").write.rows;
    }
    assert_eq!(added, 3, "each new key once, and those that were there stay as they are");
    assert_eq!(read(ports, &name).await, (0..8).collect::<Vec<i64>>());
}

async fn rows_take_the_place_of_what_was_there(ports: &LakePorts) {
    let name = made(ports, "conform.overwritten").await;
    for (turn, (old, new)) in
        [(0..3, 10..12), (0..5_000, 7..5_007), (0..9, 0..0)].into_iter().enumerate()
    {
        append(ports, &name, &format!("old {turn}"), numbers(old)).await.expect("rows");
        let mut write = append_of(ports, &name, &format!("new {turn}"), numbers(new.clone())).await;
        if let Change::Append(append) = &mut write.change {
            append.mode = Mode::Overwrite;
        }
        let done = ports.lake.write(write.clone()).await.expect("overwritten");
        assert!(done.write.changed);
        assert_eq!(read(ports, &name).await, new.collect::<Vec<i64>>());
        let again = ports.lake.write(write).await.expect("replayed");
        assert_eq!((again.replayed, again.write), (true, done.write));
    }
    let mut nothing = append_of(ports, &name, "nothing", numbers(0..0)).await;
    if let Change::Append(append) = &mut nothing.change {
        append.mode = Mode::Overwrite;
    }
    let nothing = ports.lake.write(nothing).await.expect("taken");
    assert!(!nothing.write.changed, "an empty table is empty already");
}

async fn the_past_is_read_as_it_was(ports: &LakePorts) {
    let name = made(ports, "conform.past").await;
    let first = append(ports, &name, "first", numbers(0..3)).await.expect("rows").write.snapshot;
    append(ports, &name, "second", numbers(3..5_000)).await.expect("rows");
    let at = async |point| ports.catalog.find_table(&name, point).await;
    let past = at(Point::Snapshot(first)).await.expect("an answer").expect("the table");
    assert_eq!((past.summary.row_count, past.summary.snapshot, past.read_at), (3, first, first));
    let at_the_time = at(Point::Time(past.summary.updated_at)).await.expect("an answer");
    assert_eq!(at_the_time.expect("the table").summary.row_count, 3);
    let before = at(Point::Snapshot(SnapshotId(0))).await.expect("the lake was there");
    assert_eq!(before, None, "the table was not");
    for far in [1 << 40, u64::MAX] {
        let yet = at(Point::Snapshot(SnapshotId(far))).await.expect_err("not yet");
        assert_eq!(yet.error_code, "SNAPSHOT_NOT_FOUND");
    }
    let before_all = Point::Time(domain::Timestamp::UNIX_EPOCH);
    assert_eq!(at(before_all).await.expect_err("no lake").error_code, "SNAPSHOT_NOT_FOUND");
    assert_eq!(ports.catalog.find_snapshot(Point::Snapshot(first)).await.expect("kept"), first);

    let page = |before, limit| HistoryPage { table_id: past.id, before, limit };
    let newest = ports.catalog.history(&page(None, 2)).await.expect("a history");
    let kinds: Vec<_> = newest.iter().map(|change| change.kinds.join(",")).collect();
    assert_eq!(kinds, ["data_appended", "data_appended"]);
    assert_eq!(newest[1].snapshot, first);
    assert_eq!((newest[1].writes[0].kind.as_str(), newest[1].writes[0].rows), ("append", 3));
    assert!(newest[0].kept && newest[0].author.as_deref() == Some("eider"));
    let oldest = ports.catalog.history(&page(Some(first), 9)).await.expect("a history");
    assert_eq!(oldest.len(), 1);
    assert_eq!(oldest[0].kinds, ["table_created"]);
}

fn table(text: &str) -> TableName {
    TableName::parse(text).expect("a name")
}

fn column(name: &str, r#type: &str) -> Column {
    Column {
        name: Name::parse("column", name).expect("a name"),
        r#type: ColumnType::parse(r#type).expect("a type"),
        nullable: true,
        default: None,
        comment: None,
    }
}

fn write(key: &str, change: Change) -> Write {
    let key = format!("{} {key}", change.table());
    Write {
        key: WriteKey { key, payload: "payload".to_owned(), by_caller: true },
        run: None,
        deadline: None,
        if_match: None,
        change,
    }
}

async fn create(ports: &LakePorts, name: &TableName, key: &str) {
    let definition = TableDefinition::new(name.clone(), vec![column("n", "BIGINT")], None)
        .expect("a definition");
    ports.lake.write(write(key, Change::create(definition))).await.expect("the table is made");
}

async fn made(ports: &LakePorts, text: &str) -> TableName {
    let name = table(text);
    create(ports, &name, "create").await;
    name
}

async fn found(ports: &LakePorts, name: &TableName) -> Option<domain::Table> {
    ports.catalog.find_table(name, Point::Newest).await.expect("the catalog answers")
}

async fn append_of(
    ports: &LakePorts,
    name: &TableName,
    key: &str,
    rows: impl RowSource + 'static,
) -> Write {
    let table = found(ports, name).await.expect("the table");
    write(key, Change::Append(Append::to(&table, Arc::new(rows), 1)))
}

async fn append(
    ports: &LakePorts,
    name: &TableName,
    key: &str,
    rows: impl RowSource + 'static,
) -> Result<Outcome, Error> {
    ports.lake.write(append_of(ports, name, key, rows).await).await
}

async fn read(ports: &LakePorts, name: &TableName) -> Vec<i64> {
    let query = Query::of(Select::table(name.clone()), Grants::All);
    let rows = ports.queries.query(query).await.expect("the query starts");
    let batches: Vec<_> = rows.batches.try_collect().await.expect("every batch");
    let mut values: Vec<i64> = batches
        .iter()
        .flat_map(|batch| batch.column(0).as_primitive::<Int64Type>().values().to_vec())
        .collect();
    values.sort_unstable();
    values
}

fn code(outcome: Result<Outcome, Error>) -> &'static str {
    match outcome {
        Ok(outcome) => panic!("an error was expected, not {outcome:?}"),
        Err(error) => error.error_code,
    }
}

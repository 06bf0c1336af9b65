//! Writes.

use std::sync::Arc;

use arrow_array::{Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use domain::{Code, Literal};
use service::Change;

use super::*;

pub(crate) fn ids(from: i64, count: i64) -> RecordBatch {
    let schema = Schema::new(vec![
        Field::new("ID", DataType::Int64, true),
        Field::new("b", DataType::Utf8, true),
    ]);
    let names: Vec<_> = (from..from + count).map(|id| format!("n{id}")).collect();
    RecordBatch::try_new(
        Arc::new(schema),
        vec![
            Arc::new(Int64Array::from_iter_values(from..from + count)),
            Arc::new(StringArray::from(names)),
        ],
    )
    .expect("a batch")
}

async fn append_of(lake: &TestLake, name: &str, batch: RecordBatch) -> Change {
    Change::Append(Append::to(&lake.table(name).await, Memory::of(batch), 7))
}

async fn counts(lake: &TestLake, name: &str) -> i64 {
    let batches = lake.sql(&format!("SELECT count(*) FROM {name}")).await.expect("a count");
    batches[0].column(0).as_any().downcast_ref::<Int64Array>().expect("BIGINT").value(0)
}

#[tokio::test]
async fn rows_are_added_once_per_key_in_one_snapshot() {
    let lake = TestLake::new().await;
    lake.create("s.t", &[("id", "BIGINT NOT NULL"), ("b", "VARCHAR")]).await.expect("made");
    let first = lake.append("k1", "s.t", Memory::of(ids(0, 1000))).await.expect("appended");
    assert_eq!((first.write.rows, first.replayed), (1000, false));
    let again = lake.append("k1", "s.t", Memory::of(ids(0, 1000))).await.expect("replayed");
    assert_eq!((&again.write, again.replayed), (&first.write, true));
    assert_eq!(counts(&lake, "s.t").await, 1000);
    let mut other = write("k1", append_of(&lake, "s.t", ids(0, 1)).await);
    other.key.payload = "another".into();
    let refused = lake.lake.write(other).await.expect_err("refused");
    assert_eq!(refused.error_code, "IDEMPOTENCY_KEY_REUSED");
    let small = lake.append("k2", "s.t", Memory::of(ids(0, 3))).await.expect("inlined");
    assert_eq!(small.write.snapshot, domain::SnapshotId(first.write.snapshot.0 + 1));
}

#[tokio::test]
async fn a_table_is_made_in_one_snapshot_with_defaults_and_comments() {
    let lake = TestLake::new().await;
    let column = |name: &str, r#type: &str, default: Option<Literal>| Column {
        name: Name::parse("column", name).expect("a name"),
        r#type: ColumnType::parse(r#type).expect("a type"),
        nullable: true,
        default,
        comment: Some(format!("it's {name}")),
    };
    let columns = vec![
        column("a \"q\"", "DECIMAL(5,2)", Some(Literal::Number("1.25".into()))),
        column("select", "DATE", Some(Literal::Text("2020-01-01".into()))),
        column("flag", "BOOLEAN", Some(Literal::Boolean(true))),
        column("n", "INTEGER[]", Some(Literal::Null)),
        column("id", "INTEGER", None),
    ];
    let definition =
        TableDefinition::new(table("\"new s\".\"t/%\""), columns, Some("the table".into()));
    let write = write("c", Change::create(definition.expect("a definition")));
    let made = lake.lake.write(write).await.expect("made");
    assert_eq!(made.write.snapshot, domain::SnapshotId(1));
    let schema = Schema::new(vec![Field::new("id", DataType::Int64, true)]);
    let batch = RecordBatch::try_new(Arc::new(schema), vec![Arc::new(Int64Array::from(vec![7]))]);
    let source = Memory::of(batch.expect("a batch"));
    lake.append("k", "\"new s\".\"t/%\"", source).await.expect("appended");
    let sql = "SELECT COLUMNS(*)::VARCHAR FROM lake.\"new s\".\"t/%\"";
    let row: Vec<_> =
        lake.text(sql).await.remove(0).into_iter().map(Option::unwrap_or_default).collect();
    assert_eq!(row, ["1.25", "2020-01-01", "true", "", "7"]);
}

#[tokio::test]
async fn a_default_of_another_type_names_its_column() {
    let lake = TestLake::new().await;
    for (r#type, default) in [
        ("INTEGER", Literal::Text("x".into())),
        ("INTEGER", Literal::Number("1.5".into())),
        ("DATE", Literal::Boolean(true)),
        ("INTEGER[]", Literal::Number("1".into())),
        ("DECIMAL(4,2)", Literal::Number("99999".into())),
    ] {
        let column = Column {
            name: Name::parse("column", "a").expect("a name"),
            r#type: ColumnType::parse(r#type).expect("a type"),
            nullable: true,
            default: Some(default),
            comment: None,
        };
        let definition =
            TableDefinition::new(table("t"), vec![column], None).expect("a definition");
        let failed = lake.lake.write(write("c", Change::create(definition))).await;
        let error = failed.expect_err("refused");
        assert_eq!((error.code, error.error_code), (Code::Invalid, "INVALID_DEFAULT"), "{type}");
        assert_eq!(error.fields[0].field, "columns[0].default");
    }
}

#[tokio::test]
async fn a_table_that_is_there_or_is_not_is_said_so() {
    let lake = TestLake::new().await;
    lake.create("t", &[("id", "BIGINT")]).await.expect("made");
    let twice = lake.lake.write(write(
        "other",
        Change::create(
            TableDefinition::new(
                table("T"),
                vec![Column {
                    name: Name::parse("column", "a").expect("a name"),
                    r#type: ColumnType::parse("DATE").expect("a type"),
                    nullable: true,
                    default: None,
                    comment: None,
                }],
                None,
            )
            .expect("a definition"),
        ),
    ));
    assert_eq!(twice.await.expect_err("there").error_code, "TABLE_EXISTS");
    let drop = lake.drop_of("t").await;
    let mut nope = DropTable::of(&lake.table("t").await);
    nope.table_id = 77;
    let gone = lake.lake.write(write("d", Change::DropTable(nope))).await;
    assert_eq!(gone.expect_err("not there").error_code, "TABLE_NOT_FOUND");
    lake.lake.write(write("d2", drop.clone())).await.expect("dropped");
    let again = lake.lake.write(write("d2", drop.clone())).await;
    assert!(again.expect("replayed").replayed);
}

#[tokio::test]
async fn a_null_where_none_may_be_names_the_column_and_leaves_nothing() {
    let lake = TestLake::new().await;
    lake.create("t", &[("id", "BIGINT NOT NULL"), ("b", "VARCHAR")]).await.expect("made");
    let schema = Schema::new(vec![Field::new("id", DataType::Int64, true)]);
    for count in [1, 5000] {
        let values: Int64Array = (0..count).map(|n| (n != count - 1).then_some(n)).collect();
        let batch = RecordBatch::try_new(Arc::new(schema.clone()), vec![Arc::new(values)]);
        let failed = lake.append("k", "t", Memory::of(batch.expect("a batch"))).await;
        let error = failed.expect_err("refused");
        assert_eq!((error.error_code, error.fields[0].field.as_str()), ("NULL_NOT_ALLOWED", "id"));
        assert_eq!(lake.data_files(), Vec::<PathBuf>::new());
    }
    lake.append("k", "t", Memory::of(ids(0, 100))).await.expect("the next works");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_the_callers_and_leaves_nothing() {
    let lake = TestLake::new().await;
    lake.create("t", &[("id", "BIGINT"), ("b", "VARCHAR")]).await.expect("made");
    let batches = (0..50).map(|n| Some(ids(n * 10_000, 10_000))).chain([None]).collect();
    let source = Arc::new(Memory(ids(0, 1).schema(), batches));
    let error = lake.append("k", "t", source).await.expect_err("refused");
    assert_eq!((error.code, error.error_code), (Code::Malformed, "BROKEN_BODY"));
    assert_eq!(lake.data_files(), Vec::<PathBuf>::new());
    assert_eq!(counts(&lake, "t").await, 0);
    lake.append("k", "t", Memory::of(ids(0, 100))).await.expect("the next works");
    assert_eq!(counts(&lake, "t").await, 100);
}

#[tokio::test]
async fn another_table_of_the_same_name_is_not_appended_to() {
    let lake = TestLake::new().await;
    lake.create("t", &[("id", "BIGINT"), ("b", "VARCHAR")]).await.expect("made");
    let append = Append::to(&lake.table("t").await, Memory::of(ids(0, 1)), 1);
    let append = Append { table_id: 77, ..append };
    let failed = lake.lake.write(write("k", Change::Append(append))).await;
    assert_eq!(failed.expect_err("refused").error_code, "TABLE_CHANGED");
}

/// One column `n`.
pub(super) fn numbers(count: i64) -> RecordBatch {
    let schema = Schema::new(vec![Field::new("n", DataType::Int64, true)]);
    let values = Int64Array::from_iter_values(0..count);
    RecordBatch::try_new(Arc::new(schema), vec![Arc::new(values)]).expect("a batch")
}

#[tokio::test]
async fn no_rows_make_no_snapshot() {
    let lake = TestLake::new().await;
    lake.create("t", &[("n", "BIGINT")]).await.expect("made");
    let source = Memory::of(numbers(0));
    let change = Change::Append(Append::to(&lake.table("t").await, source, 1));
    let mut nothing = write("k", change);
    nothing.key.by_caller = false;
    let outcome = lake.lake.write(nothing.clone()).await.expect("taken");
    assert_eq!((outcome.write.snapshot.0, outcome.write.rows, outcome.write.bytes), (1, 0, 1));
    assert_eq!(lake.catalog.find_write("k").await.expect("an answer"), None);
    nothing.key.by_caller = true;
    let outcome = lake.lake.write(nothing.clone()).await.expect("taken");
    let recorded = lake.catalog.find_write("k").await.expect("an answer");
    assert_eq!(recorded, Some(outcome.write));
    assert!(lake.lake.write(nothing).await.expect("replayed").replayed);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twins_one_acts_and_the_others_get_its_answer() {
    let lake = TestLake::new().await;
    lake.create("t", &[("n", "BIGINT")]).await.expect("made");
    for round in 0..5 {
        let change = append_of(&lake, "t", numbers(100)).await;
        let key = format!("twin {round}");
        let twins = (0..4).map(|_| lake.lake.write(write(&key, change.clone())));
        let outcomes: Vec<_> = futures::future::join_all(twins).await;
        let outcomes: Vec<_> =
            outcomes.into_iter().map(|outcome| outcome.expect("an answer")).collect();
        assert_eq!(outcomes.iter().filter(|outcome| !outcome.replayed).count(), 1);
        assert!(outcomes.iter().all(|outcome| outcome.write == outcomes[0].write));
    }
    assert_eq!(counts(&lake, "t").await, 500);
    let creations = (0..4).map(|_| lake.create("made by twins", &[("n", "BIGINT")]));
    let outcomes: Vec<_> = futures::future::join_all(creations).await;
    let fresh = outcomes.iter().filter(|outcome| matches!(outcome, Ok(o) if !o.replayed)).count();
    assert_eq!((fresh, outcomes.iter().all(Result::is_ok)), (1, true));
}

#[tokio::test]
async fn an_append_that_needs_more_memory_than_there_is_is_too_large_and_leaves_nothing() {
    use arrow_array::ArrayRef;

    let mut lake = TestLake::new().await;
    lake.create("t", &[("text", "VARCHAR")]).await.expect("made");
    lake.settings.engine.memory_bytes = 48 << 20;
    let small = Engine::new(lake.settings.clone());
    lake.lake = small.lake(Arc::clone(&lake.catalog));
    // Nothing of it is twice, so no encoding makes it smaller.
    let text = |row: u64| {
        let mut seed = fastrand::Rng::with_seed(row);
        Some((0..4096).map(|_| seed.alphanumeric()).collect::<String>())
    };
    let rows: ArrayRef = Arc::new((0..20_000).map(text).collect::<StringArray>());
    let batch = RecordBatch::try_from_iter([("text", rows)]).expect("a batch");
    let failed = lake.append("k", "t", Memory::of(batch)).await.expect_err("no room");
    assert_eq!(
        (failed.code, failed.error_code),
        (Code::TooLarge, "APPEND_TOO_LARGE"),
        "{failed:?}"
    );
    assert_eq!(lake.data_files(), Vec::<std::path::PathBuf>::new());
    lake.append(
        "k",
        "t",
        Memory::of(
            RecordBatch::try_from_iter([(
                "text",
                Arc::new(StringArray::from(vec!["a"])) as ArrayRef,
            )])
            .expect("a batch"),
        ),
    )
    .await
    .expect("the next one works");
}

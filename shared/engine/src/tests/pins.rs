//! Reads in a transaction that stays open from one to the next, on PostgreSQL.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use domain::{RunId, SnapshotId, TableSummary};
use service::{
    CatalogStatus, CreateView, HistoryPage, Mark, RecordedWrite, RunWrites, TableChange, TablePage,
};

use super::*;

async fn count(lake: &TestLake, name: &str) -> i64 {
    let rows = lake.sql(&format!("SELECT count(*) FROM {name}")).await.expect("rows");
    rows[0].column(0).as_primitive::<Int64Type>().value(0)
}

/// What `column` says of the transactions that readers of this test's own lake have open.
async fn open(lake: &TestLake, column: &str) -> Vec<Vec<Option<String>>> {
    let CatalogConfig::Postgres(postgres) = &lake.settings.catalog else { unreachable!() };
    let connection = lake.engine.reading.get().await.expect("one").connect().expect("one");
    let sql = format!(
        "SELECT said::VARCHAR FROM postgres_query('__ducklake_metadata_lake', \
         'SELECT {column} AS said FROM pg_stat_activity WHERE usename = current_user \
          AND state = ''idle in transaction'' AND pid <> pg_backend_pid() \
          AND query LIKE ''%{}%'' ORDER BY 1')",
        postgres.metadata_schema
    );
    values::texts(&connection, &sql).expect("texts")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_commits_is_read_next_and_else_nothing_is_begun() {
    let [one, two] = services::two("pins").await;
    let name = &format!("pins{}", std::process::id());
    one.create(name, &[("id", "BIGINT"), ("b", "VARCHAR")]).await.expect("made");
    for n in 1..=20 {
        two.append(&format!("{name} {n}"), name, Memory::of(writes::ids(n, 1))).await.expect("one");
        assert_eq!(count(&one, name).await, n);
    }
    let since = open(&one, "xact_start").await;
    assert!(!since.is_empty(), "a transaction stays open");
    for _ in 0..5 {
        assert_eq!(count(&one, name).await, 20);
    }
    let still = open(&one, "xact_start").await;
    assert!(since.iter().any(|at| still.contains(at)), "{since:?}, then {still:?}");
    one.lake.write(write(&format!("drop {name}"), one.drop_of(name).await)).await.expect("dropped");
}

#[tokio::test(flavor = "multi_thread")]
async fn time_goes_on_within_an_old_transaction() {
    let [one, _] = services::two("pinnedtime").await;
    let name = &format!("pinned_time{}", std::process::id());
    one.create(name, &[("id", "BIGINT"), ("b", "VARCHAR")]).await.expect("made");
    let of_table = format!("SELECT now()::VARCHAR FROM (SELECT count(*) FROM {name})");
    for text in ["SELECT now()::VARCHAR", of_table.as_str()] {
        count(&one, name).await;
        let first = format!("{:?}", one.sql(text).await.expect("rows"));
        count(&one, name).await;
        assert_ne!(first, format!("{:?}", one.sql(text).await.expect("rows")), "{text}");
    }
    one.lake.write(write(&format!("drop {name}"), one.drop_of(name).await)).await.expect("dropped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_the_server_has_ended_is_begun_anew() {
    let [one, two] = services::two("pinnedlost").await;
    let name = &format!("pinned_lost{}", std::process::id());
    one.create(name, &[("id", "BIGINT"), ("b", "VARCHAR")]).await.expect("made");
    one.append(&format!("{name} 1"), name, Memory::of(writes::ids(0, 5))).await.expect("appended");
    for _ in 0..5 {
        assert_eq!(count(&one, name).await, 5);
        // By another process of the same role.
        assert!(!open(&two, "pg_terminate_backend(pid)").await.is_empty());
    }
    assert_eq!(count(&one, name).await, 5);
    one.lake.write(write(&format!("drop {name}"), one.drop_of(name).await)).await.expect("dropped");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_process_that_is_told_to_connect_anew_does_so_before_its_next_work() {
    let lakes = services::two("reconnected").await;
    let [one, two] = &lakes;
    let name = &format!("reconnected{}", std::process::id());
    one.create(name, &[("id", "BIGINT"), ("b", "VARCHAR")]).await.expect("made");
    let work = async |lake: &TestLake, n: i64| {
        lake.append(&format!("{name} {n}"), name, Memory::of(writes::ids(n, 1)))
            .await
            .expect("one");
        assert_eq!(count(lake, name).await, n);
        [
            lake.engine.reading.get().await.expect("one"),
            lake.engine.writing.get().await.expect("one"),
        ]
    };
    let (of_one, of_two) = (work(one, 1).await, work(two, 2).await);
    let told = one.lake.reconnect().await.expect("told");
    assert_eq!(two.catalog.mark().await.expect("a mark").generation, told);
    let now = [work(one, 3).await, work(two, 4).await];
    for (before, now) in [of_one, of_two].iter().flatten().zip(now.iter().flatten()) {
        assert!(!Arc::ptr_eq(before, now), "it goes on with its old connections");
    }
    let still = [work(one, 5).await, work(two, 6).await];
    for (before, now) in now.iter().flatten().zip(still.iter().flatten()) {
        assert!(Arc::ptr_eq(before, now), "it was told once");
    }
    assert_eq!(one.lake.reconnect().await.expect("told"), told + 1);
    one.lake.write(write(&format!("drop {name}"), one.drop_of(name).await)).await.expect("dropped");
}

/// A catalog whose mark is an old one, as one is that was asked for just before another's commit.
struct Stale(Arc<dyn Catalog>, Mark);

#[async_trait]
impl Catalog for Stale {
    async fn mark(&self) -> Result<Mark> {
        Ok(self.1)
    }

    async fn list_tables(&self, page: &TablePage) -> Result<Vec<TableSummary>> {
        self.0.list_tables(page).await
    }

    async fn find_table(&self, name: &TableName, at: Point) -> Result<Option<domain::Table>> {
        self.0.find_table(name, at).await
    }

    async fn find_snapshot(&self, at: Point) -> Result<SnapshotId> {
        self.0.find_snapshot(at).await
    }

    async fn history(&self, page: &HistoryPage) -> Result<Vec<TableChange>> {
        self.0.history(page).await
    }

    async fn find_writes(&self, keys: &[String]) -> Result<Vec<(String, RecordedWrite)>> {
        self.0.find_writes(keys).await
    }

    async fn written_by(&self, run: RunId) -> Result<Vec<RunWrites>> {
        self.0.written_by(run).await
    }

    async fn status(&self) -> Result<CatalogStatus> {
        self.0.status().await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_a_view_in_the_newer_transaction_is_looked_at_again() {
    let [one, two] = services::two("pinnedview").await;
    let run = std::process::id();
    let [name, secret] = [&format!("seen{run}"), &format!("secret{run}")];
    for name in [name, secret] {
        one.create(name, &[("id", "BIGINT"), ("b", "VARCHAR")]).await.expect("made");
        one.append(name, name, Memory::of(writes::ids(0, 5))).await.expect("appended");
    }
    let mark = one.catalog.mark().await.expect("a mark");
    let queries = one.engine.queries(Arc::new(Stale(Arc::clone(&one.catalog), mark)));
    let granted = Grants::Tables(vec![(table(name), domain::Access::Read)]);
    let ask = async |text: String| {
        let rows = queries.query(Query { grants: granted.clone(), ..query(&text) }).await?;
        rows.batches.try_collect::<Vec<_>>().await
    };
    let [of_table, of_now] = ["count(*)", "count(now())"]
        .map(|what| format!("SELECT {what} FROM (SELECT id FROM {name})"));
    ask(of_table.clone()).await.expect("it may read the table");

    let dropped = write(&format!("drop {name}"), two.drop_of(name).await);
    two.lake.write(dropped).await.expect("dropped");
    let sql = format!("SELECT id FROM lake.main.{secret}");
    let view = Change::CreateView(CreateView { name: table(name), sql, comment: None });
    two.lake.write(write(&format!("view {name}"), view)).await.expect("a view");

    ask(of_table).await.expect("in the old transaction it is a table");
    let refused = ask(of_now).await.expect_err("the view's table it may not read");
    assert_eq!(refused.error_code, "VIEW_NOT_ALLOWED", "{refused:?}");
    for name in [name, secret] {
        let drop = write(&format!("at last {name}"), one.drop_of(name).await);
        one.lake.write(drop).await.expect("dropped");
    }
}

//! The same on PostgreSQL and MinIO, as the environment names them: `./dev test unit`.

use domain::Code;
use futures::future::join_all;

use super::*;

/// PostgreSQL and an S3, with a schema and a bucket of this test's own.
async fn stores(test: &str) -> (config::PostgresConfig, config::S3Config) {
    let config = config::Config::from_environment().expect("a configuration");
    let (CatalogConfig::Postgres(mut postgres), config::StorageConfig::S3(mut s3)) =
        (config.catalog, config.storage)
    else {
        panic!(
            "needs PostgreSQL and MinIO: ./dev test unit, or export what tools/services up says"
        );
    };
    let run = std::process::id();
    (postgres.metadata_schema, s3.bucket) = (format!("{test}_{run}"), format!("{test}-{run}"));
    aws::S3ObjectStore::new(&s3).await.ensure_bucket().await.expect("a bucket");
    (postgres, s3)
}

/// Two engines over one lake, as two processes are.
pub(super) async fn two(test: &str) -> [TestLake; 2] {
    let (postgres, s3) = stores(test).await;
    let keys = s3.keys.clone().expect("keys");
    let make = || {
        let folder = tempfile::tempdir().expect("a folder");
        let mut settings = settings(folder.path());
        settings.catalog = CatalogConfig::Postgres(postgres.clone());
        settings.storage = StorageLocation::from(&s3);
        settings.credentials = Arc::new(Keys(keys.clone()));
        (folder, settings)
    };
    let (folder, settings) = make();
    let to_make = settings.clone();
    catalog::migrate_postgres(&postgres, async || crate::make_lake(to_make).await)
        .await
        .expect("migrated");
    let lake = |(folder, settings): (TempDir, EngineSettings)| {
        let engine = Engine::new(settings.clone());
        let catalog: Arc<dyn Catalog> =
            Arc::new(catalog::PostgresCatalog::new(&postgres).expect("a catalog"));
        let (lake, queries) =
            (engine.lake(Arc::clone(&catalog)), engine.queries(Arc::clone(&catalog)));
        TestLake { folder, settings, engine, catalog, lake, queries }
    };
    [lake((folder, settings)), lake(make())]
}

struct Keys(config::AwsKeys);

#[async_trait]
impl ObjectCredentials for Keys {
    async fn current(&self) -> Result<S3Credentials> {
        Ok(S3Credentials {
            access_key: self.0.access_key.clone(),
            secret_key: self.0.secret_key.reveal().to_owned(),
            session_token: None,
            expires_at: None,
        })
    }
}

async fn files(lake: &TestLake) -> usize {
    let writer = lake.engine.writing.get().await.expect("one").connect().expect("one");
    let glob = format!("SELECT file FROM glob('{}**')", lake.settings.storage.data_path());
    values::texts(&writer, &glob).expect("files").len()
}

#[tokio::test(flavor = "multi_thread")]
async fn twins_conflicts_and_orphans_on_postgres_and_minio() {
    let [one, two] = two("twins").await;
    // The servers keep what earlier runs made.
    let run = std::process::id();
    let name = &format!("s.t{run}");
    one.create(name, &[("id", "BIGINT NOT NULL"), ("b", "VARCHAR")]).await.expect("made");
    for round in 0..5 {
        let key = format!("{run} twin {round}");
        let twins = (0..6).map(|n| {
            let lake = if n % 2 == 0 { &one } else { &two };
            lake.append(&key, name, Memory::of(writes::ids(0, 100)))
        });
        let outcomes: Vec<_> = join_all(twins).await.into_iter().map(|o| o.expect("one")).collect();
        assert_eq!(outcomes.iter().filter(|outcome| !outcome.replayed).count(), 1);
        assert!(outcomes.iter().all(|outcome| outcome.write == outcomes[0].write));
    }
    let started = std::time::Instant::now();
    let many = (0..64).map(|n| {
        let lake = if n % 2 == 0 { &one } else { &two };
        let key = format!("{run} many {n}");
        async move { lake.append(&key, name, Memory::of(writes::ids(0, 20))).await }
    });
    let outcomes = join_all(many).await;
    println!("64 appends by 2 engines: {:?}", started.elapsed());
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_err()).count(), 0);
    let rows = one.table(name).await;
    assert_eq!(rows.summary.row_count, 5 * 100 + 64 * 20);
    let before = files(&one).await;
    let broken = (0..50).map(|n| Some(writes::ids(n * 10_000, 10_000))).chain([None]).collect();
    let source = Arc::new(Memory(writes::ids(0, 1).schema(), broken));
    let failed = one.append(&format!("broken {run}"), name, source).await.expect_err("refused");
    assert_eq!(failed.error_code, "BROKEN_BODY");
    let null = arrow_array::Int64Array::from(vec![None; 5000]);
    let null = RecordBatch::try_from_iter([("id", Arc::new(null) as _)]).expect("a batch");
    let failed =
        one.append(&format!("null {run}"), name, Memory::of(null)).await.expect_err("refused");
    assert_eq!(failed.error_code, "NULL_NOT_ALLOWED");
    assert_eq!(files(&one).await, before);
    let shown = one.sql("SELECT 1").await.expect("rows");
    assert_eq!(shown.len(), 1);
    for sql in ["SELECT path FROM duckdb_databases()", "SELECT secret_string FROM duckdb_secrets()"]
    {
        let CatalogConfig::Postgres(postgres) = &one.settings.catalog else { unreachable!() };
        let shown = format!("{:?}", one.text(sql).await);
        for role in [&postgres.reader, &postgres.writer] {
            let config::Password::Plain(password) = &role.password else { unreachable!() };
            assert!(!shown.contains(password.reveal()), "{shown}");
        }
    }
    let last = one.table(name).await.summary.snapshot;
    let nothing = one
        .append(&format!("nothing {run}"), name, Memory::of(writes::ids(0, 0)))
        .await
        .expect("taken");
    assert_eq!(nothing.write.snapshot, last);
    assert_ne!(last, domain::SnapshotId(0));
    assert!(
        two.append(&format!("nothing {run}"), name, Memory::of(writes::ids(0, 0)))
            .await
            .expect("one")
            .replayed
    );
    one.lake.write(write(&format!("drop {run}"), one.drop_of(name).await)).await.expect("dropped");
    let gone = two.sql(&format!("SELECT * FROM {name}")).await.expect_err("gone");
    assert_eq!(gone.error_code, "TABLE_NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_missed_a_flush_is_replaced_on_postgres() {
    let [one, two] = two("flushed").await;
    let name = &format!("flushed{}", std::process::id());
    one.create(name, &[("id", "BIGINT")]).await.expect("made");
    let writer = two.engine.writing.get().await.expect("an instance").connect().expect("one");
    let read = format!("SELECT * FROM {name}");
    let mut rows = 0;
    for step in [
        &format!("INSERT INTO lake.{name} VALUES (1)"),
        &format!("ALTER TABLE lake.{name} ADD COLUMN c INTEGER"),
        &format!("INSERT INTO lake.{name} VALUES (4, 1)"),
        "CALL ducklake_flush_inlined_data('lake')",
    ] {
        writer.execute(step).expect(step);
        rows = one.sql(&read).await.expect(step).iter().map(RecordBatch::num_rows).sum();
    }
    assert_eq!(rows, 2);
    one.lake.write(write(&format!("drop {name}"), one.drop_of(name).await)).await.expect("dropped");
}

/// Reading an inlined table without the right to it ends DuckDB itself (FACTS 5).
#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_ends_itself_is_replaced_on_postgres() {
    let [one, two] = two("denied").await;
    let name = &format!("denied{}", std::process::id());
    one.create(name, &[("id", "BIGINT"), ("b", "VARCHAR")]).await.expect("made");
    one.append(&format!("denied {name}"), name, Memory::of(writes::ids(0, 3)))
        .await
        .expect("inlined");
    let read = format!("SELECT * FROM {name}");
    one.sql(&read).await.expect("rows");
    let before = one.engine.reading.get().await.expect("an instance");
    let CatalogConfig::Postgres(postgres) = &one.settings.catalog else { unreachable!() };
    let (schema, reader) = (&postgres.metadata_schema, &postgres.reader.user);
    let id = one.table(name).await.id;
    let writer = two.engine.writing.get().await.expect("an instance").connect().expect("one");
    let inlined = format!(
        "SELECT table_name FROM __ducklake_metadata_lake.{schema}.ducklake_inlined_data_tables \
         WHERE table_id = {id}"
    );
    let inlined =
        values::texts(&writer, &inlined).expect("a name").remove(0).remove(0).expect("one");
    let grant = |verb: &str, to: &str| {
        let sql = format!("{verb} SELECT ON {schema}.{inlined} {to} {reader}");
        let call = format!("CALL postgres_execute('__ducklake_metadata_lake', '{sql}')");
        writer.execute(&call).expect("executed");
    };
    grant("REVOKE", "FROM");
    let failed = one.sql(&read).await.expect_err("denied");
    assert!(matches!(failed.code, Code::Unavailable | Code::Internal), "{failed:?}");
    grant("GRANT", "TO");
    let rows = one.sql(&read).await.expect("rows on another instance");
    assert_eq!(rows.iter().map(RecordBatch::num_rows).sum::<usize>(), 3);
    let now = one.engine.reading.get().await.expect("an instance");
    assert!(!Arc::ptr_eq(&before, &now), "the bug is gone: this test and the care may go too");
    one.lake.write(write(&format!("drop {name}"), one.drop_of(name).await)).await.expect("dropped");
}

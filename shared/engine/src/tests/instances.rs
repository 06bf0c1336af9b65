//! Instances: sealed, replaced, with credentials that change.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use domain::Code;

use super::*;
use crate::instance::Instance;
use crate::query::renewal::Renewal;
use crate::raw::Failure;

fn run(instance: &Instance, sql: &str) -> Result<Vec<Vec<Option<String>>>, Failure> {
    values::texts(&instance.connect().expect("a connection"), sql)
}

#[tokio::test]
async fn a_reader_that_missed_a_flush_is_replaced_and_the_read_run_once_more() {
    let lake = TestLake::new().await;
    lake.create("t", &[("id", "BIGINT"), ("b", "VARCHAR")]).await.expect("made");
    lake.append("k", "t", Memory::of(writes::ids(0, 3))).await.expect("inlined");
    let mut read = query("");
    read.select = Select::table(table("t"));
    let reader = lake.engine.reading.get().await.expect("an instance");
    lake.queries.query(read.clone()).await.expect("rows");
    let writer = lake.engine.writing.get().await.expect("an instance").connect().expect("one");
    for sql in ["ALTER TABLE lake.t ADD COLUMN c INTEGER", "INSERT INTO lake.t VALUES (4, 'x', 1)"]
    {
        writer.execute(sql).expect(sql);
    }
    lake.queries.query(read.clone()).await.expect("rows");
    writer.execute("CALL ducklake_flush_inlined_data('lake')").expect("flushed");
    let rows = lake.queries.query(read).await.expect("rows");
    let rows: Vec<_> = rows.batches.try_collect().await.expect("rows");
    assert_eq!(rows.iter().map(RecordBatch::num_rows).sum::<usize>(), 4);
    let now = lake.engine.reading.get().await.expect("an instance");
    assert!(!Arc::ptr_eq(&reader, &now), "the bug is gone: this test and the care may go too");
}

#[tokio::test]
async fn each_instance_spills_into_a_folder_of_its_own_which_goes_with_it() {
    let lake = TestLake::new().await;
    let reader = lake.engine.reading.get().await.expect("an instance");
    let writer = lake.engine.writing.get().await.expect("an instance");
    let folder = |instance: &Instance| {
        let rows = run(instance, "SELECT current_setting('temp_directory')::VARCHAR");
        rows.expect("a setting")[0][0].clone().expect("a folder")
    };
    let (read, written) = (folder(&reader), folder(&writer));
    assert_ne!(read, written);
    assert!(Path::new(&read).is_dir());
    lake.engine.reading.discard(&reader);
    drop(reader);
    let again = lake.engine.reading.get().await.expect("another");
    assert_ne!(folder(&again), read);
    assert!(!Path::new(&read).exists() && Path::new(&written).is_dir());
}

#[tokio::test]
async fn all_who_wait_for_an_instance_hear_the_same_failure_of_one_try() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut settings = settings(folder.path());
    settings.engine.extension_dir = folder.path().join("nothing");
    let engine = Engine::new(settings);
    let waiting = (0..20).map(|_| engine.reading.get());
    for failed in futures::future::join_all(waiting).await {
        let failed = failed.err().expect("no extensions");
        assert_eq!(failed.code, Code::Internal);
        assert!(failed.source.is_some());
    }
}

/// Keys that are others each time they are asked for.
struct Changing(Mutex<u32>);

#[async_trait]
impl ObjectCredentials for Changing {
    async fn current(&self) -> Result<S3Credentials> {
        let mut count = self.0.lock().expect("a lock");
        *count += 1;
        Ok(S3Credentials {
            access_key: format!("key{count}"),
            secret_key: "very'secret".to_owned(),
            session_token: Some("a token".to_owned()),
            expires_at: None,
        })
    }
}

/// A lake whose data would be in S3: nothing of these tests goes there.
async fn on_s3() -> (TempDir, Engine) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut settings = settings(folder.path());
    settings.storage = StorageLocation::S3 {
        data_path: "s3://bucket/lake/".to_owned(),
        endpoint: Some("127.0.0.1:1".to_owned()),
        secure: false,
        region: "us-east-1".to_owned(),
    };
    settings.credentials = Arc::new(Changing(Mutex::new(0)));
    crate::make_lake(settings.clone()).await.expect("a lake");
    catalog::migrate_sqlite(&folder.path().join("catalog.sqlite")).await.expect("migrated");
    (folder, Engine::new(settings))
}

#[tokio::test]
async fn credentials_are_replaced_when_they_change_and_never_shown() {
    let (_folder, engine) = on_s3().await;
    for slot in [&engine.reading, &engine.writing] {
        let first = slot.get().await.expect("an instance");
        let secrets = "SELECT secret_string FROM duckdb_secrets() WHERE name = 'eider_objects'";
        let shown = run(&first, secrets).expect("a secret").remove(0).remove(0).expect("a text");
        let second = slot.get().await.expect("an instance");
        assert!(Arc::ptr_eq(&first, &second));
        let later = run(&second, secrets).expect("a secret").remove(0).remove(0).expect("a text");
        assert_ne!(shown, later);
        assert!(later.contains("key_id=key") && later.contains("secret=redacted"), "{later}");
        assert!(!later.contains("very") && !later.contains("a token"), "{later}");
        for setting in ["s3_access_key_id", "s3_secret_access_key", "s3_session_token"] {
            let sql = format!("SELECT value FROM duckdb_settings() WHERE name = '{setting}'");
            assert_eq!(run(&first, &sql).expect("a value"), [[None]]);
        }
    }
}

#[tokio::test]
async fn credentials_are_renewed_under_a_read_that_goes_on() {
    let (_folder, engine) = on_s3().await;
    let instance = engine.reading.get().await.expect("an instance");
    let secret = || {
        let sql = "SELECT secret_string FROM duckdb_secrets() WHERE name = 'eider_objects'";
        run(&instance, sql).expect("a secret")
    };
    let (began, mut renewal) = (Instant::now(), Renewal::new(&engine.reading, &instance));
    let first = secret();
    renewal.tick(began + Duration::from_secs(30)).await;
    assert_eq!(secret(), first, "not each batch asks");
    renewal.tick(began + Duration::from_secs(90)).await;
    let second = secret();
    assert_ne!(second, first);
    renewal.tick(began + Duration::from_secs(100)).await;
    assert_eq!(secret(), second);
}

#[tokio::test]
async fn an_instance_is_sealed() {
    let (folder, engine) = on_s3().await;
    let file = folder.path().join("outside.csv");
    std::fs::write(&file, "a\n1\n").expect("a file");
    let outside = [
        format!("SELECT * FROM read_csv('{}')", file.display()),
        format!("COPY (SELECT 1) TO '{}'", folder.path().join("new.csv").display()),
        format!("ATTACH '{}'", folder.path().join("new.db").display()),
        "SET memory_limit = '10GB'".to_owned(),
        "SET lock_configuration = false".to_owned(),
        "RESET allowed_directories".to_owned(),
        "LOAD tpch".to_owned(),
    ];
    for slot in [&engine.reading, &engine.writing] {
        let instance = slot.get().await.expect("an instance");
        for sql in &outside {
            assert!(run(&instance, sql).is_err(), "{sql}");
        }
        let main = run(&instance, "SELECT current_database()").expect("a name");
        assert_eq!(main[0][0].as_deref(), Some("memory"));
    }
    let reader = engine.reading.get().await.expect("an instance");
    assert!(run(&reader, "CREATE TABLE lake.t (a INTEGER)").is_err());
}

#[tokio::test]
async fn an_encryption_other_than_the_lakes_is_refused() {
    let lake = TestLake::new().await;
    let mut other = lake.settings.clone();
    let CatalogConfig::Sqlite(sqlite) = &mut other.catalog else { unreachable!() };
    sqlite.ducklake.encrypted = true;
    let failed = Engine::new(other.clone()).warm_up().await.expect_err("refused");
    assert_eq!((failed.code, failed.error_code), (Code::Unavailable, "DB_DUCKLAKE_ENCRYPTED"));
    let failed = crate::make_lake(other).await.expect_err("refused");
    assert_eq!((failed.code, failed.error_code), (Code::Unavailable, "DB_DUCKLAKE_ENCRYPTED"));
    crate::make_lake(lake.settings.clone()).await.expect("there already");
}

#[tokio::test]
async fn no_lake_is_said_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let failed = Engine::new(settings(folder.path())).warm_up().await.expect_err("no lake");
    assert_eq!((failed.code, failed.error_code), (Code::Unavailable, "NO_LAKE"));
}

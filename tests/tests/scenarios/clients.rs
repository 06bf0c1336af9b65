//! Real clients, each in a script of `tests/clients` that says what it expects.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, path_of, unique};
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;
use crate::harness::server::Variables;
use crate::harness::way::{SERVERS, Way, repository, variable};

pub(crate) fn all() -> Vec<Scenario> {
    let mut all =
        scenarios![pyarrow_reads_and_appends, polars_reads_and_appends, pandas_reads_and_appends];
    all.extend(scenarios![only SERVERS, "the stack's lake is the one that services has";
        duckdb_attaches_the_same_lake_and_each_sees_what_the_other_writes,
    ]);
    all
}

/// Runs one script on a table with 100 rows.
async fn run(app: &App, script: &str, more: Variables) {
    let name = unique("client");
    app.create(&name, numbered_columns()).await;
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 100)])).await.is(200);
    let mut command = python(script);
    command.env("EIDER_TABLE", &name).envs(more);
    println!("{}", said(app, command).await.trim());
}

/// Python with the clients, on a script of `tests/clients`.
pub(crate) fn python(script: &str) -> Command {
    let default = repository(".cache/tools/python/bin/python");
    let mut command = Command::new(variable("EIDER_TEST_PYTHON").map_or(default, PathBuf::from));
    command.arg(repository("tests/clients").join(script));
    command
}

/// Node on this script, which is put into `folder`, beside the packages that it may import.
pub(crate) fn node(folder: &Path, script: &str) -> Command {
    let modules = repository(".cache/tools/node/node_modules");
    let modules = modules.canonicalize();
    let modules = modules.expect("no packages for Node; run ./dev fetch node");
    std::os::unix::fs::symlink(modules, folder.join("node_modules")).expect("a link");
    std::fs::write(folder.join("script.mjs"), script).expect("written");
    let mut command = Command::new("node");
    command.arg(folder.join("script.mjs")).current_dir(folder);
    command
}

/// What the command prints, if it ends well; it is told where the server is.
pub(crate) async fn said(app: &App, mut command: Command) -> String {
    let name = format!("{command:?}");
    command.env("EIDER_URL", &app.url).env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
    let ran = tokio::task::spawn_blocking(move || command.output()).await.expect("joined");
    let output = ran.unwrap_or_else(|e| panic!("{name}: {e}; run ./dev fetch python node"));
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{name} disagrees: {err}\nand printed: {out}");
    out.into_owned()
}

async fn pyarrow_reads_and_appends() {
    run(&*shared().await, "with_pyarrow.py", Variables::new()).await;
}

async fn polars_reads_and_appends() {
    run(&*shared().await, "with_polars.py", Variables::new()).await;
}

async fn pandas_reads_and_appends() {
    run(&*shared().await, "with_pandas.py", Variables::new()).await;
}

async fn duckdb_attaches_the_same_lake_and_each_sees_what_the_other_writes() {
    let app: Arc<App> = Arc::new(App::own(&[]).await);
    run(&app, "with_duckdb.py", attachable(&app)).await;
}

/// What scripts need to know to attach the lake of a server that is ours.
pub(crate) fn attachable(app: &App) -> Variables {
    let attach = app.lake().home().join("attach.sql");
    let (extensions, statements) = match Way::current() {
        Way::Embedded => ("httpfs,sqlite_scanner,ducklake", None),
        _ => ("httpfs,postgres_scanner,ducklake", Some(attach_postgres(app.lake().variables()))),
    };
    if let Some(statements) = statements {
        std::fs::write(&attach, statements).expect("written");
    }
    variables(&attach, extensions)
}

fn variables(attach: &Path, loaded: &str) -> Variables {
    [
        ("EIDER_ATTACH", attach.display().to_string()),
        ("EIDER_EXTENSIONS", loaded.to_owned()),
        ("EIDER_EXTENSION_DIR", extensions()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// The folder of DuckDB's extensions.
pub(crate) fn extensions() -> String {
    let default = repository(".cache/duckdb/extensions").display().to_string();
    variable("EIDER_EXTENSION_DIR").unwrap_or(default)
}

/// What a person would write for a lake on PostgreSQL and MinIO.
fn attach_postgres(v: &Variables) -> String {
    let lake = format!(
        "dbname={} host={} port={} user={} password={}",
        v["DB_POSTGRES_DB"],
        v["DB_POSTGRES_HOST"],
        v["DB_POSTGRES_PORT"],
        v["DB_POSTGRES_USER"],
        v["DB_POSTGRES_PASSWORD"],
    );
    format!(
        "CREATE SECRET (TYPE s3, KEY_ID '{}', SECRET '{}', ENDPOINT '{}', URL_STYLE 'path', USE_SSL false);
         ATTACH 'ducklake:postgres:{lake}' AS lake (METADATA_SCHEMA '{}', DATA_PATH 's3://{}/lake/');",
        v["STORAGE_MINIO_ACCESS_KEY"],
        v["STORAGE_MINIO_SECRET_KEY"],
        v["STORAGE_MINIO_ENDPOINT"],
        v["DB_DUCKLAKE_METADATA_SCHEMA"],
        v["STORAGE_DEFAULT_BUCKET"],
    )
}

//! SQL of callers reads tables, and nothing else (invariant 5).

use serde_json::json;

use crate::harness::app::{App, shared, stack_variable};
use crate::harness::http::{ARROW, Answer, path_of, unique};
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;
use crate::harness::services::Services;
use crate::harness::way::{Way, repository};

mod ways_out;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        our_tables_have_the_names_that_are_tried,
        no_way_out_of_the_lake_is_open,
        what_only_reads_tables_is_let_through,
        a_refusal_shows_no_secret_path_or_statement,
        an_attempt_leaves_nothing_behind,
    ]
}

/// What no answer may hold: secrets, and where things are kept.
fn secrets() -> Vec<String> {
    let mut secrets = vec!["root:x:0".to_owned(), "s3://".to_owned(), "/lake/main/".to_owned()];
    if Way::current() != Way::Embedded {
        let variables = Services::of_the_run().variables();
        let hidden = |name: &str| {
            ["PASSWORD", "SECRET", "ACCESS_KEY", "ENDPOINT"].iter().any(|part| name.contains(part))
        };
        secrets
            .extend(variables.into_iter().filter(|(name, _)| hidden(name)).map(|(_, value)| value));
    }
    if Way::current() == Way::Stack {
        secrets.push(stack_variable("EIDER_STACK_SECRET"));
    }
    secrets
}

async fn attempt(app: &App, path: &str, sql: &str) -> Answer {
    let answer = app.post(path, json!({"sql": sql})).await;
    let text = answer.text();
    for secret in secrets() {
        assert!(sql.contains(&secret) || !text.contains(&secret), "{sql} shows {secret}: {answer}");
    }
    answer
}

async fn victim(app: &App) -> String {
    let name = unique("guarded");
    app.create(&name, numbered_columns()).await;
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 20)])).await.is(200);
    name
}

/// Every statement, with the names of this lake in it.
fn ways_out(app: &App, table: &str) -> Vec<String> {
    let schema = match Way::current() {
        Way::Embedded => "main".to_owned(),
        Way::Services => app.lake().variables()["DB_DUCKLAKE_METADATA_SCHEMA"].clone(),
        Way::Stack => "eider".to_owned(),
    };
    let all = ways_out::STATEMENTS.iter();
    let all = all.flat_map(|sql| match sql.contains("{o}") {
        true => ways_out::OURS.map(|ours| sql.replace("{o}", ours)).to_vec(),
        false => vec![(*sql).to_owned()],
    });
    all.map(|sql| sql.replace("{s}", &schema).replace("{t}", table)).collect()
}

/// The names that are tried are those that the migrations make, so that a refusal says something.
async fn our_tables_have_the_names_that_are_tried() {
    for kind in ["postgres", "sqlite"] {
        let source = |path: String| std::fs::read_to_string(repository(&path)).expect("a source");
        let mut made = source(format!("shared/catalog/src/migrate/{kind}.rs"));
        for file in ["0001_ledger", "0002_changes", "0003_listing"] {
            made += &source(format!("shared/catalog/migrations/{kind}/{file}.sql"));
        }
        let made = made.replace("IF NOT EXISTS ", "");
        for ours in ways_out::OURS {
            assert!(made.contains(&format!("CREATE TABLE {ours} ")), "{kind} has no {ours}");
        }
    }
}

async fn no_way_out_of_the_lake_is_open() {
    let app = shared().await;
    let name = victim(&app).await;
    let before = app.table(&name).await;
    let mut open = Vec::new();
    for sql in ways_out(&app, &name) {
        for path in ["/query".to_owned(), format!("{}/query", path_of(&name))] {
            let answer = attempt(&app, &path, &sql).await;
            if !(400..500).contains(&answer.status) {
                open.push(format!("{sql}\n    {} {}", answer.status, answer.text()));
            }
        }
    }
    assert!(open.is_empty(), "{} ways out:\n{}", open.len(), open.join("\n"));
    assert_eq!(app.table(&name).await, before);
}

async fn what_only_reads_tables_is_let_through() {
    let app = shared().await;
    let name = victim(&app).await;
    let mut shut = Vec::new();
    for sql in ways_out::HARMLESS {
        let sql = sql.replace("{t}", &name);
        let answer = attempt(&app, "/query", &sql).await;
        if answer.status != 200 {
            shut.push(format!("{sql}\n    {} {}", answer.status, answer.text()));
        }
    }
    assert!(shut.is_empty(), "{} queries are refused:\n{}", shut.len(), shut.join("\n"));
}

async fn a_refusal_shows_no_secret_path_or_statement() {
    let app = shared().await;
    let name = victim(&app).await;
    let hidden = "0123secret9876";
    for sql in [
        format!("SELECT '{hidden}'::INTEGER FROM {name}"),
        format!("SELECT * FROM postgres_scan('host={hidden}', 'a', 'b')"),
        format!("SELECT * FROM '{hidden}.parquet'"),
    ] {
        let answer = attempt(&app, "/query", &sql).await;
        assert!((400..500).contains(&answer.status), "{answer}");
        let text = answer.text();
        let internals = ["__ducklake", "ducklake_", "memory.main", "INTERNAL Error"].into_iter();
        for internal in internals.chain(ways_out::OURS) {
            assert!(!text.contains(internal), "{sql} shows {internal}: {answer}");
        }
    }
}

async fn an_attempt_leaves_nothing_behind() {
    let app = shared().await;
    let name = victim(&app).await;
    for sql in [
        "CREATE TEMP TABLE left_over AS SELECT 1",
        "CREATE MACRO left_over() AS 1",
        "SET VARIABLE left_over = 1",
        "USE memory",
        "SET threads = 1",
        "CALL enable_logging()",
        "BEGIN",
        "ROLLBACK",
    ] {
        let answer = attempt(&app, "/query", sql).await;
        assert!((400..500).contains(&answer.status), "{sql}: {answer}");
        assert_eq!(app.value(&format!("SELECT count(*) FROM {name}")).await, "20", "after {sql}");
    }
    for sql in ["SELECT * FROM left_over", "SELECT left_over()", "SELECT getvariable('left_over')"]
    {
        let answer = attempt(&app, "/query", sql).await;
        assert!((400..500).contains(&answer.status), "{sql}: {answer}");
    }
    // A filter is SQL too.
    let filter = "getvariable('left_over')%20IS%20NULL";
    let answer = app.get(&format!("{}/data?filter={filter}", path_of(&name))).await;
    answer.problem(422, "FUNCTION_NOT_ALLOWED");
}

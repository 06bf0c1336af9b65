//! The same key never acts twice.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, Answer, JSON, PARQUET, path_of, send, unique};
use crate::harness::rows::{arrow_of, numbered, numbered_columns, parquet_of};
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        a_replayed_append_gives_the_first_answer_and_adds_nothing,
        another_payload_under_the_same_key_is_refused,
        twins_at_the_same_moment_append_once_and_get_equal_answers,
        a_key_makes_creation_and_deletion_act_once,
        twins_of_a_creation_and_of_a_deletion_get_equal_answers,
        a_key_of_a_creation_that_found_its_table_is_kept_too,
        a_key_of_an_append_of_no_rows_is_kept_too,
        a_key_counts_for_one_method_and_path_only,
        a_replay_is_answered_when_the_table_is_gone,
        a_refused_write_does_not_use_up_its_key,
        without_a_key_the_same_request_acts_again,
        a_key_that_cannot_be_is_refused,
    ]
}

async fn table() -> (Arc<App>, String) {
    let (app, name) = (shared().await, unique("keys"));
    app.create(&name, numbered_columns()).await;
    (app, name)
}

fn key() -> String {
    uuid::Uuid::now_v7().to_string()
}

async fn append(app: &App, table: &str, key: &str, body: Vec<u8>) -> Answer {
    let request = app.request(Method::PUT, &path_of(table)).header("content-type", ARROW);
    send(request.header("idempotency-key", key).body(body)).await
}

async fn create(app: &App, key: &str, body: &Value) -> Answer {
    let request = app.request(Method::POST, "/tables").header("content-type", JSON);
    send(request.header("idempotency-key", key).body(body.to_string())).await
}

async fn delete(app: &App, table: &str, key: &str) -> Answer {
    send(app.request(Method::DELETE, &path_of(table)).header("idempotency-key", key)).await
}

async fn rows_of(app: &App, table: &str) -> Value {
    app.table(table).await["row_count"].clone()
}

async fn a_replayed_append_gives_the_first_answer_and_adds_nothing() {
    let (app, name) = table().await;
    let (key, body) = (key(), arrow_of(&[numbered(0, 100)]));
    let first = append(&app, &name, &key, body.clone()).await.is(200);
    assert!(!first.replayed(), "{first}");
    app.put(&path_of(&name), PARQUET, parquet_of(&[numbered(0, 7)])).await.is(200);
    for _ in 0..3 {
        let again = append(&app, &name, &key, body.clone()).await.is(200);
        assert!(again.replayed(), "{again}");
        assert_eq!(again.json(), first.json(), "{again}");
    }
    assert_eq!(rows_of(&app, &name).await, 107);
}

async fn another_payload_under_the_same_key_is_refused() {
    let (app, name) = table().await;
    let key = key();
    append(&app, &name, &key, arrow_of(&[numbered(0, 100)])).await.is(200);
    let answer = append(&app, &name, &key, arrow_of(&[numbered(1, 100)])).await;
    answer.problem(422, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(rows_of(&app, &name).await, 100);
}

async fn twins_at_the_same_moment_append_once_and_get_equal_answers() {
    for turn in 0..crate::harness::way::counts(5, 50) {
        let (app, name) = table().await;
        let (key, body) = (key(), arrow_of(&[numbered(0, 1 + turn * 300)]));
        let twins =
            futures::future::join_all((0..4).map(|_| append(&app, &name, &key, body.clone())));
        let answers: Vec<Answer> = twins.await.into_iter().map(|answer| answer.is(200)).collect();
        for answer in &answers {
            assert_eq!(answer.json(), answers[0].json(), "twins differ: {answer}");
        }
        let first = answers.iter().filter(|answer| !answer.replayed()).count();
        assert_eq!(first, 1, "one acts, the others are replays: {answers:?}");
        assert_eq!(rows_of(&app, &name).await, 1 + turn * 300);
    }
}

async fn a_key_makes_creation_and_deletion_act_once() {
    let (app, name) = (shared().await, unique("keys"));
    let (made_key, gone_key) = (key(), key());
    let body = json!({"name": name, "columns": numbered_columns(), "comment": "ü"});
    let first = create(&app, &made_key, &body).await.is(201);
    let again = create(&app, &made_key, &body).await.is(201);
    assert!(again.replayed() && !first.replayed(), "{again}");
    assert_eq!(again.json(), first.json());
    assert_eq!(again.header("location"), first.header("location"), "{again}");
    let other = json!({"name": name, "columns": numbered_columns(), "comment": "another"});
    create(&app, &made_key, &other).await.problem(422, "IDEMPOTENCY_KEY_REUSED");
    assert!(!delete(&app, &name, &gone_key).await.is(204).replayed());
    assert!(delete(&app, &name, &gone_key).await.is(204).replayed());
    // Another table under the same name is not what the key deleted.
    create(&app, &key(), &body).await.is(201);
    assert!(delete(&app, &name, &gone_key).await.is(204).replayed());
    app.get(&path_of(&name)).await.is(200);
    delete(&app, &name, &key()).await.is(204);
}

async fn twins_of_a_creation_and_of_a_deletion_get_equal_answers() {
    for _ in 0..crate::harness::way::counts(5, 50) {
        let (app, name) = (shared().await, unique("keys"));
        let (made_key, gone_key) = (key(), key());
        let body = json!({"name": name, "columns": numbered_columns()});
        let twins = futures::future::join_all((0..4).map(|_| create(&app, &made_key, &body)));
        let made: Vec<Answer> = twins.await.into_iter().map(|answer| answer.is(201)).collect();
        assert!(made.iter().all(|answer| answer.json() == made[0].json()), "{made:?}");
        let twins = futures::future::join_all((0..4).map(|_| delete(&app, &name, &gone_key)));
        let gone: Vec<Answer> = twins.await.into_iter().map(|answer| answer.is(204)).collect();
        for answers in [made, gone] {
            let first = answers.iter().filter(|answer| !answer.replayed()).count();
            assert_eq!(first, 1, "one acts, the others are replays: {answers:?}");
        }
        app.get(&path_of(&name)).await.is(404);
    }
}

async fn a_key_of_a_creation_that_found_its_table_is_kept_too() {
    let (app, name) = table().await;
    let key = key();
    let body = json!({"name": name, "columns": numbered_columns(), "if_not_exists": true});
    let first = create(&app, &key, &body).await.is(200);
    let again = create(&app, &key, &body).await.is(200);
    assert!(again.replayed() && !first.replayed(), "{again}");
    assert_eq!(again.json(), first.json());
    let other = json!({"name": name, "columns": numbered_columns(), "comment": "another"});
    create(&app, &key, &other).await.problem(422, "IDEMPOTENCY_KEY_REUSED");
    // A late twin gets the first answer, whatever became of the table, and makes nothing.
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 5)])).await.is(200);
    assert_eq!(create(&app, &key, &body).await.is(200).json(), first.json());
    app.delete(&path_of(&name)).await.is(204);
    let last = create(&app, &key, &body).await.is(200);
    assert!(last.replayed(), "{last}");
    assert_eq!(last.json(), first.json());
    app.get(&path_of(&name)).await.is(404);
}

async fn a_key_of_an_append_of_no_rows_is_kept_too() {
    let (app, name) = table().await;
    let (key, none) = (key(), arrow_of(&[numbered(0, 0)]));
    let first = append(&app, &name, &key, none.clone()).await.is(200);
    assert_eq!(first.json()["rows"], 0, "{first}");
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 5)])).await.is(200);
    let again = append(&app, &name, &key, none).await.is(200);
    assert!(again.replayed(), "{again}");
    assert_eq!(again.json(), first.json(), "the first answer, not a new one");
    let other = append(&app, &name, &key, arrow_of(&[numbered(0, 1)])).await;
    other.problem(422, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(rows_of(&app, &name).await, 5);
}

async fn a_key_counts_for_one_method_and_path_only() {
    let ((app, one), (_, other)) = (table().await, table().await);
    let (key, body) = (key(), arrow_of(&[numbered(0, 10)]));
    for name in [&one, &other] {
        let answer = append(&app, name, &key, body.clone()).await.is(200);
        assert!(!answer.replayed(), "{answer}");
        assert_eq!(rows_of(&app, name).await, 10);
    }
    assert!(!delete(&app, &one, &key).await.is(204).replayed());
}

async fn a_replay_is_answered_when_the_table_is_gone() {
    let (app, name) = table().await;
    let (key, body) = (key(), arrow_of(&[numbered(0, 10)]));
    let first = append(&app, &name, &key, body.clone()).await.is(200);
    app.delete(&path_of(&name)).await.is(204);
    let again = append(&app, &name, &key, body.clone()).await.is(200);
    assert!(again.replayed(), "{again}");
    assert_eq!(again.json(), first.json());
    append(&app, &name, &self::key(), body).await.problem(404, "TABLE_NOT_FOUND");
}

async fn a_refused_write_does_not_use_up_its_key() {
    let (app, name) = table().await;
    let key = key();
    let broken = arrow_of(&[numbered(0, 10)])[..300].to_vec();
    append(&app, &name, &key, broken).await.is(400);
    let answer = append(&app, &name, &key, arrow_of(&[numbered(0, 10)])).await.is(200);
    assert!(!answer.replayed(), "{answer}");
    assert_eq!(rows_of(&app, &name).await, 10);
}

async fn without_a_key_the_same_request_acts_again() {
    let (app, name) = table().await;
    for turn in 1..=3 {
        let body = arrow_of(&[numbered(0, 10)]);
        let answer = app.put(&path_of(&name), ARROW, body).await.is(200);
        assert!(!answer.replayed(), "{answer}");
        assert_eq!(rows_of(&app, &name).await, turn * 10);
    }
}

async fn a_key_that_cannot_be_is_refused() {
    let (app, name) = table().await;
    for key in ["x".repeat(256), "tab\there".to_owned()] {
        let answer = append(&app, &name, &key, arrow_of(&[numbered(0, 1)])).await;
        answer.problem(400, "INVALID_IDEMPOTENCY_KEY");
    }
    append(&app, &name, &format!("{:x<255}", self::key()), arrow_of(&[numbered(0, 1)]))
        .await
        .is(200);
    assert_eq!(rows_of(&app, &name).await, 1);
}

//! What callers whose grants are narrow may touch, over HTTP.

use std::sync::Arc;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use testkit::GrantingAuthenticator;

use crate::lakes::{self, OwnLake};

struct Server {
    url: String,
    client: Client,
    _lake: OwnLake,
}

impl Server {
    async fn start() -> Self {
        let lake = lakes::embedded().await;
        let router =
            gateway::router(&lake.config, &lake.stores, Arc::new(GrantingAuthenticator)).await;
        let listen = ([127, 0, 0, 1], 0).into();
        let server = config::ServerConfig { listen, ..lake.config.server.clone() };
        let bound = startup::bind(&server).await.expect("a port");
        let url = format!("http://{}", bound.address);
        tokio::spawn(bound.serve(router.expect("a router")));
        Self { url, client: Client::new(), _lake: lake }
    }

    async fn send(
        &self,
        caller: &str,
        method: Method,
        path: &str,
        body: Value,
    ) -> (StatusCode, Value) {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if !caller.is_empty() {
            request = request.header("authorization", format!("Bearer {caller}"));
        }
        if !body.is_null() {
            request = request.json(&body);
        }
        let answer = request.send().await.expect("an answer");
        let (status, text) = (answer.status(), answer.text().await.expect("a body"));
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    async fn query(&self, caller: &str, sql: &str) -> (StatusCode, Value) {
        self.send(caller, Method::POST, "/query", json!({"sql": sql})).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_sees_and_changes_only_what_was_granted() {
    let server = Server::start().await;
    let columns = json!([{"name": "n", "type": "BIGINT"}]);
    for name in ["open", "secret"] {
        let body = json!({"name": name, "columns": columns});
        let (status, answer) = server.send("admin", Method::POST, "/tables", body).await;
        assert_eq!(status, 201, "{answer}");
    }
    let reader = "ada read:open";

    let (status, _) = server.send("", Method::GET, "/tables", Value::Null).await;
    assert_eq!(status, 401, "nobody is refused");
    let (_, listed) = server.send(reader, Method::GET, "/tables", Value::Null).await;
    let names: Vec<&Value> =
        listed["items"].as_array().expect("items").iter().map(|item| &item["name"]).collect();
    assert_eq!(names, ["open"]);

    for (path, status) in
        [("/tables/open", 200), ("/tables/secret", 404), ("/tables/secret/data", 404)]
    {
        let (found, answer) = server.send(reader, Method::GET, path, Value::Null).await;
        assert_eq!(found, status, "{path}: {answer}");
    }
    let (status, denied) = server.send(reader, Method::DELETE, "/tables/open", Value::Null).await;
    assert_eq!((status.as_u16(), &denied["error_code"]), (403, &json!("TABLE_WRITE_DENIED")));
    let (status, _) = server.send(reader, Method::DELETE, "/tables/secret", Value::Null).await;
    assert_eq!(status, 404, "what may not be read is not told");
}

#[tokio::test(flavor = "multi_thread")]
async fn sql_reaches_only_what_was_granted_however_it_asks() {
    let server = Server::start().await;
    let body = json!({"name": "secret", "columns": [{"name": "n", "type": "BIGINT"}]});
    let (status, answer) = server.send("admin", Method::POST, "/tables", body).await;
    assert_eq!(status, 201, "{answer}");
    let body = json!({"name": "open", "columns": [{"name": "n", "type": "BIGINT"}]});
    server.send("admin", Method::POST, "/tables", body).await;

    let (_, missing) = server.query("ada read:open", "SELECT * FROM no_such_table").await;
    for sql in [
        "SELECT * FROM secret",
        "SELECT * FROM main.secret",
        "SELECT * FROM SECRET",
        "SELECT * FROM lake.main.secret",
        "WITH x AS (SELECT * FROM secret) SELECT * FROM x",
        "SELECT (SELECT count(*) FROM secret) FROM open",
        "SELECT * FROM open WHERE n IN (FROM secret)",
        "SELECT * FROM (WITH secret AS (SELECT 1) SELECT 1) x, secret",
        "WITH secret AS (SELECT * FROM secret) SELECT * FROM secret",
        "SELECT * FROM open UNION ALL SELECT * FROM secret",
        "DESCRIBE secret",
        "SUMMARIZE secret",
    ] {
        let (status, answer) = server.query("ada read:open", sql).await;
        assert_eq!(status, 422, "{sql}: {answer}");
        if sql == "SELECT * FROM secret" {
            assert_eq!(answer["error_code"], missing["error_code"], "its existence is not told");
        }
    }
    let (status, answer) = server.query("ada read:open", "SELECT count(*) AS c FROM open").await;
    assert_eq!((status.as_u16(), &answer["rows"][0]["c"]), (200, &json!(0)), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_one_caller_is_not_a_key_of_another() {
    let server = Server::start().await;
    let body = json!({"name": "t", "columns": [{"name": "n", "type": "BIGINT"}]});
    let send = |caller: &'static str| {
        let request = server.client.post(format!("{}/tables", server.url)).json(&body);
        request
            .header("authorization", format!("Bearer {caller}"))
            .header("idempotency-key", "the same")
            .send()
    };
    assert_eq!(send("ada").await.expect("an answer").status(), 201);
    let again = send("ada").await.expect("an answer");
    assert_eq!(
        (again.status().as_u16(), again.headers().contains_key("idempotent-replayed")),
        (201, true)
    );
    assert_eq!(send("bob").await.expect("an answer").status(), 409, "bob never created it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_is_gone_lends_no_rights_to_what_it_read() {
    let server = Server::start().await;
    let send = async |method: Method, path: &str, body: Value| {
        let (status, answer) = server.send("admin", method, path, body).await;
        assert!(status.is_success(), "{path}: {answer}");
        answer
    };
    let secret = json!({"name": "secret", "as": "SELECT 74206581 AS n"});
    send(Method::POST, "/tables", secret).await;
    let view = json!({"name": "v", "view": true, "as": "SELECT n FROM secret"});
    let made = send(Method::POST, "/tables", view).await;
    let snapshot = &made["snapshot"];
    let ask = async |body: Value| server.send("ada read:v", Method::POST, "/query", body).await;
    for stands in [true, false] {
        for body in [
            json!({"sql": "FROM v", "snapshot": snapshot}),
            json!({"sql": format!("FROM v AT (VERSION => {snapshot})")}),
            json!({"sql": "FROM v AT (VERSION => ?)", "params": [snapshot]}),
            json!({"sql": "WITH w AS (FROM v) FROM w", "snapshot": snapshot}),
        ] {
            let (status, answer) = ask(body.clone()).await;
            assert_eq!(status, 422, "{body}, stands: {stands}: {answer}");
            assert!(!answer.to_string().contains("74206581"), "{answer}");
        }
        let data = format!("/tables/v/data?format=csv&snapshot={snapshot}");
        let (status, answer) = server.send("ada read:v", Method::GET, &data, Value::Null).await;
        assert_eq!(status, 422, "stands: {stands}: {answer}");
        if stands {
            send(Method::DELETE, "/tables/v", Value::Null).await;
        }
    }
    // With both rights it is read.
    let (status, answer) = server
        .send(
            "ada read:v read:secret",
            Method::POST,
            "/query",
            json!({"sql": "FROM v", "snapshot": snapshot}),
        )
        .await;
    assert_eq!((status.as_u16(), &answer["rows"][0]["n"]), (200, &json!(74_206_581)), "{answer}");
}

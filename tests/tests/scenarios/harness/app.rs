//! A running Eider and a client of it.

use std::sync::{Arc, LazyLock};

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::http::{Answer, JSON, path_of, send};
use super::lake::Lake;
use super::scenario::RUNTIME;
use super::server::Server;
use super::services::Services;
use super::way::Way;

/// One Eider to talk to.
pub(crate) struct App {
    /// Where it is, without a slash at the end.
    pub(crate) url: String,
    /// Its process and its stores, where they are ours.
    own: Option<(Server, Arc<Lake>)>,
}

type Shared = Option<Result<Arc<App>, String>>;

static SHARED: LazyLock<Mutex<Shared>> = LazyLock::new(Mutex::default);

static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    client.build().expect("a client")
});

/// The Eider that most scenarios share: so they use names of their own and expect no empty lake.
pub(crate) async fn shared() -> Arc<App> {
    let mut shared = SHARED.lock().await;
    if shared.is_none() {
        *shared = Some(start_shared().await.map(Arc::new));
    }
    match shared.as_ref().expect("just set") {
        Ok(app) => app.clone(),
        Err(why) => panic!("the shared Eider does not run: {why}"),
    }
}

/// One that no other scenario writes to, where a server is ours; the functions have one lake for all.
pub(crate) async fn alone() -> Arc<App> {
    match Way::current() {
        Way::Stack => shared().await,
        _ => Arc::new(App::own(&[]).await),
    }
}

async fn start_shared() -> Result<App, String> {
    if Way::current() != Way::Stack {
        return Lake::new().await.try_serve(&[]).await;
    }
    Ok(App::at(stack_variable("EIDER_STACK_URL")))
}

/// A line of the stack's own file.
pub(crate) fn stack_variable(name: &str) -> String {
    let all = Services::of_the_run().stack_variables();
    all.get(name).unwrap_or_else(|| panic!("stack.env has no {name}: {all:?}")).clone()
}

/// Stops the shared server, at the end of the run.
pub(crate) fn stop_shared() {
    RUNTIME.block_on(SHARED.lock()).take();
}

impl App {
    /// A server of a scenario's own, with settings of its own, on a new lake.
    pub(crate) async fn own(settings: &[(&str, &str)]) -> Self {
        Lake::new().await.serve(settings).await
    }

    /// One that runs elsewhere.
    pub(crate) fn at(url: String) -> Self {
        Self { url: url.trim_end_matches('/').to_owned(), own: None }
    }

    pub(crate) fn of(url: String, server: Server, lake: Arc<Lake>) -> Self {
        Self { url, own: Some((server, lake)) }
    }

    /// Its process.
    pub(crate) fn server(&self) -> &Server {
        &self.own.as_ref().expect("a server that is ours").0
    }

    /// Its stores.
    pub(crate) fn lake(&self) -> &Arc<Lake> {
        &self.own.as_ref().expect("a lake that is ours").1
    }

    /// A request to `path`, still to be filled and sent.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        CLIENT.request(method, format!("{}{path}", self.url))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::POST, path).header("content-type", JSON).body(body.to_string()))
            .await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::PATCH, path).header("content-type", JSON).body(body.to_string()))
            .await
    }

    pub(crate) async fn put(&self, path: &str, media_type: &str, body: Vec<u8>) -> Answer {
        send(self.request(Method::PUT, path).header("content-type", media_type).body(body)).await
    }

    /// Makes the table.
    pub(crate) async fn create(&self, name: &str, columns: Value) -> Value {
        self.post("/tables", json!({"name": name, "columns": columns})).await.is(201).json()
    }

    /// The table's document.
    pub(crate) async fn table(&self, name: &str) -> Value {
        self.get(&path_of(name)).await.is(200).json()
    }

    /// The rows of a query, as objects.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<Value> {
        let answer = self.post("/query", json!({"sql": sql})).await.is(200).json();
        answer["rows"].as_array().unwrap_or_else(|| panic!("no rows in {answer}")).clone()
    }

    /// The one value of a query, as JSON writes it.
    pub(crate) async fn value(&self, sql: &str) -> String {
        let rows = self.rows(sql).await;
        let only = rows.first().and_then(Value::as_object).and_then(|row| row.values().next());
        only.unwrap_or_else(|| panic!("no value of {sql} in {rows:?}")).to_string()
    }
}

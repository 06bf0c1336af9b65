//! What DynamoDB Local never does: be busy, throttle, lose an answer.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// What happens to one request on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is not made: another transaction is at work on the same items.
    Conflict,
    /// It is not made: too many came.
    Throttled,
    /// It is made, and the answer is lost.
    Lost,
}

/// A proxy before DynamoDB Local.
pub struct DynamoDbFaults {
    upstream: String,
    client: reqwest::Client,
    faults: Mutex<VecDeque<Fault>>,
    tokens: Mutex<Vec<String>>,
}

impl DynamoDbFaults {
    /// One before the server at this `host:port`, and where it listens.
    pub async fn before(upstream: String) -> (Arc<Self>, String) {
        let (client, faults, tokens) = Default::default();
        let proxy = Arc::new(Self { upstream, client, faults, tokens });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = listener.local_addr().expect("bound").to_string();
        let router = Router::new().fallback(pass).with_state(Arc::clone(&proxy));
        #[expect(clippy::disallowed_methods, reason = "a server of the tests goes on beside them")]
        tokio::spawn(async move { axum::serve(listener, router).await });
        (proxy, endpoint)
    }

    /// The next requests fail so, one after the other; the tokens of those before are forgotten.
    pub fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        *lock(&self.faults) = faults.into_iter().collect();
        lock(&self.tokens).clear();
    }

    /// The client request tokens of the transactions that came.
    pub fn tokens(&self) -> Vec<String> {
        lock(&self.tokens).clone()
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn pass(State(proxy): State<Arc<DynamoDbFaults>>, head: HeaderMap, body: Bytes) -> Response {
    let document: Value = serde_json::from_slice(&body).expect("JSON");
    let token = document["ClientRequestToken"].as_str();
    lock(&proxy.tokens).extend(token.map(ToOwned::to_owned));
    let fault = lock(&proxy.faults).pop_front();
    let writes = document["TransactItems"].as_array().map_or(1, Vec::len);
    match fault {
        Some(Fault::Conflict) => {
            let reasons = vec![json!({"Code": "TransactionConflict"}); writes];
            return refused("TransactionCanceledException", &reasons);
        }
        Some(Fault::Throttled) => return refused("ThrottlingException", &[]),
        Some(Fault::Lost) | None => {}
    }
    let request = proxy.client.post(format!("http://{}", proxy.upstream)).headers(head).body(body);
    let answer = request.send().await.expect("DynamoDB Local answers");
    let (status, head) = (answer.status(), answer.headers().clone());
    let body = answer.bytes().await.expect("DynamoDB Local answers");
    if fault == Some(Fault::Lost) {
        let cut = futures::stream::iter([Err::<Bytes, _>(std::io::Error::other("it is cut"))]);
        return Body::from_stream(cut).into_response();
    }
    (status, head, body).into_response()
}

fn refused(name: &str, reasons: &[Value]) -> Response {
    let body = json!({
        "__type": format!("com.amazonaws.dynamodb.v20120810#{name}"),
        "message": "as the test asks",
        "CancellationReasons": reasons,
    });
    let kind = [("content-type", "application/x-amz-json-1.0")];
    (StatusCode::BAD_REQUEST, kind, body.to_string()).into_response()
}

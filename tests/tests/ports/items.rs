//! The state store, of each kind; and DynamoDB when it is busy, or its answers are lost.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws::DynamoDbItems;
use config::{AwsKeys, DynamoDbConfig, Secret};
use domain::{Code, Timestamp};
use embedded::SqliteItems;
use service::{Expected, Item, ItemKey, ItemWrite, Items, Transacted};
use testkit::{DynamoDbFaults, Fault, conformance};

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_port_of_items() {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("state.sqlite");
    let open = async || SqliteItems::open(&path, Timestamp::UNIX_EPOCH).await.expect("it opens");
    conformance::items(Arc::new(open().await), "one ").await;
    // What was written is there for the next process, beside what that writes itself.
    conformance::items(Arc::new(open().await), "two ").await;
    conformance::feeds(Arc::new(open().await), Arc::new(open().await), "three ").await;
    conformance::jobs(Arc::new(open().await), Arc::new(open().await), "four-").await;
    conformance::streams(Arc::new(open().await), Arc::new(open().await), "five-").await;
}

/// DynamoDB Local, with a table of its own.
async fn table() -> DynamoDbConfig {
    let folder = std::env::var("EIDER_TEST_SERVICES")
        .expect("this test needs DynamoDB Local: run `./dev test unit`");
    let file = std::path::Path::new(&folder).join("env");
    let file = std::fs::read_to_string(file).expect("the services' env");
    let set = |name: &str| {
        let mut lines = file.lines().filter_map(|line| line.split_once('='));
        let found = lines.find_map(|(set, value)| (set == name).then(|| value.to_owned()));
        found.unwrap_or_else(|| panic!("{name} is not in the services' env"))
    };
    let config = DynamoDbConfig {
        table: format!("ports-{}", uuid::Uuid::now_v7().simple()),
        endpoint: Some(set("STATE_DYNAMODB_ENDPOINT")),
        keys: Some(AwsKeys {
            access_key: set("STATE_DYNAMODB_ACCESS_KEY"),
            secret_key: Secret::new(set("STATE_DYNAMODB_SECRET_KEY")),
        }),
        region: set("AWS_REGION"),
    };
    let store = DynamoDbItems::new(&config).await;
    assert!(store.ensure_table().await.expect("made"), "it was there");
    assert!(!store.ensure_table().await.expect("there"), "it was made twice");
    config
}

#[tokio::test(flavor = "multi_thread")]
async fn dynamodb_keeps_the_port_of_items() {
    let config = table().await;
    let store = async || Arc::new(DynamoDbItems::new(&config).await);
    conformance::items(store().await, "one ").await;
    conformance::items(store().await, "two ").await;
    conformance::feeds(store().await, store().await, "three ").await;
    conformance::jobs(store().await, store().await, "four-").await;
    conformance::streams(store().await, store().await, "five-").await;
    let none = DynamoDbConfig { table: "nowhere".to_owned(), ..config.clone() };
    conformance::broken_items(Arc::new(DynamoDbItems::new(&none).await), "no table").await;
    // A port that was free a moment ago.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let nobody = nobody.local_addr().expect("bound").to_string();
    let down = DynamoDbConfig { endpoint: Some(nobody), ..config };
    conformance::broken_items(Arc::new(DynamoDbItems::new(&down).await), "down").await;
}

/// A store behind a proxy with faults.
async fn behind_faults() -> (Arc<DynamoDbFaults>, DynamoDbItems) {
    let config = table().await;
    let upstream = config.endpoint.clone().expect("a local one");
    let (proxy, endpoint) = DynamoDbFaults::before(upstream).await;
    let config = DynamoDbConfig { endpoint: Some(endpoint), ..config };
    (proxy, DynamoDbItems::new(&config).await)
}

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("a time")
}

/// Creates an item at a key of its own.
fn creation(sort: &str) -> [ItemWrite; 1] {
    let key = ItemKey::new("faults", sort);
    let item = Item { key, version: 1, body: "{}".to_owned(), expires_at: None };
    [ItemWrite::Put(item, Expected::Absent)]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_dynamodb_is_asked_again_and_one_that_stays_so_is_503() {
    let (proxy, store) = behind_faults().await;
    for (name, fault) in [("conflict", Fault::Conflict), ("throttled", Fault::Throttled)] {
        proxy.fail([fault; 3]);
        let made = store.transact(&creation(name), now()).await.expect("in the end");
        assert_eq!(made, Transacted::Done, "{name}");
        let tokens = proxy.tokens();
        assert_eq!(tokens.len(), 4, "{name}: {tokens:?}");
        assert!(tokens.iter().all(|token| *token == tokens[0]), "one payload, one token");
        let other = store.transact(&creation(&format!("{name} 2")), now()).await;
        assert_eq!(other.expect("made"), Transacted::Done);
        assert_ne!(proxy.tokens()[4], tokens[0], "another payload has another");

        proxy.fail(std::iter::repeat_n(fault, 1_000));
        let began = Instant::now();
        let error = store.transact(&creation("never"), now()).await.expect_err("it is busy");
        assert_eq!(error.error_code, "DEPENDENCY_UNAVAILABLE", "{name}: nothing was changed");
        assert!(began.elapsed() < Duration::from_secs(8), "{name}: {:?}", began.elapsed());
        proxy.fail([]);
        let found = store.get(&[ItemKey::new("faults", "never")], now()).await.expect("there");
        assert_eq!(found, [None], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_whose_answer_is_lost_is_made_once_and_known_to_be() {
    let (proxy, store) = behind_faults().await;
    proxy.fail([Fault::Lost, Fault::Conflict, Fault::Lost]);
    let made = store.transact(&creation("lost"), now()).await.expect("in the end");
    assert_eq!(made, Transacted::Done, "its own item is not taken for another's");
    let tokens = proxy.tokens();
    assert!(tokens.len() >= 3 && tokens.iter().all(|token| *token == tokens[0]), "{tokens:?}");

    proxy.fail(std::iter::repeat_n(Fault::Lost, 1_000));
    let error = store.transact(&creation("unknown"), now()).await.expect_err("no answer");
    assert_eq!((error.code, error.error_code), (Code::Unavailable, "OUTCOME_UNKNOWN"));
    assert!(error.retry_after.is_some());
    proxy.fail([]);
    let again = store.transact(&creation("unknown"), now()).await.expect("an answer");
    assert!(matches!(again, Transacted::Refused(_)), "it had been made: {again:?}");
}

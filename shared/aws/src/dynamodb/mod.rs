//! Items in one table of DynamoDB (docs/state.md): keys `pk` and `sk`, the version `v`, the JSON `body`, and `ttl`,
//! the second from which an item is as good as gone.

mod failure;
mod table;
mod transact;
mod values;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use config::{DynamoDbConfig, StateStore};
use domain::{Result, Timestamp};
use service::{Item, ItemKey, ItemRange, ItemWrite, Items, Transacted};

use self::failure::unavailable;
use self::values::{Attributes, alive, key_of, text};
use crate::sdk;

/// Keys of one BatchGetItem at most.
const BATCH: usize = 100;

/// So long one question takes, all its attempts together; a busy or slow store is 503 then.
const PATIENCE: Duration = Duration::from_secs(5);

/// What has not answered by then is asked again.
const ATTEMPT: Duration = Duration::from_millis(1500);

/// The port on DynamoDB.
pub struct DynamoDbItems {
    client: Client,
    table: String,
}

/// The state store of a function, which keeps nothing of its own: another store is refused.
pub async fn items(state: &StateStore) -> std::io::Result<Arc<dyn Items>> {
    match state {
        StateStore::DynamoDb(table) => Ok(Arc::new(DynamoDbItems::new(table).await)),
        StateStore::Sqlite(_) => {
            Err(std::io::Error::other("a function needs STATE_DYNAMODB_TABLE"))
        }
    }
}

impl DynamoDbItems {
    /// A client for the table; nothing is asked yet.
    pub async fn new(config: &DynamoDbConfig) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .operation_attempt_timeout(ATTEMPT)
            .operation_timeout(PATIENCE)
            .build();
        let retries = RetryConfig::standard()
            .with_max_attempts(5)
            .with_initial_backoff(Duration::from_millis(50))
            .with_max_backoff(Duration::from_secs(1));
        let loader = sdk::loader(&config.region, config.keys.as_ref());
        let loader = loader.retry_config(retries).timeout_config(timeouts);
        let mut builder = aws_sdk_dynamodb::config::Builder::from(&loader.load().await);
        if let Some(endpoint) = &config.endpoint {
            builder = builder.endpoint_url(format!("http://{endpoint}"));
        }
        Self { client: Client::from_conf(builder.build()), table: config.table.clone() }
    }

    /// One batch, as often as it takes: what is not answered is told as such.
    async fn batch(&self, keys: &[ItemKey], found: &mut HashMap<ItemKey, Item>) -> Result<()> {
        let mut wanted = keys.iter().map(key_of).collect::<Vec<Attributes>>();
        while !wanted.is_empty() {
            let asked = KeysAndAttributes::builder().set_keys(Some(wanted)).consistent_read(true);
            let asked = asked.build().map_err(domain::Error::internal)?;
            let request = self.client.batch_get_item().request_items(&self.table, asked);
            let answer = request.send().await.map_err(unavailable)?;
            let items = answer.responses.unwrap_or_default().remove(&self.table);
            for item in items.unwrap_or_default() {
                let item = values::item(item)?;
                found.insert(item.key.clone(), item);
            }
            let left = answer.unprocessed_keys.unwrap_or_default().remove(&self.table);
            wanted = left.map(|left| left.keys).unwrap_or_default();
        }
        Ok(())
    }
}

#[async_trait]
impl Items for DynamoDbItems {
    async fn get(&self, keys: &[ItemKey], at: Timestamp) -> Result<Vec<Option<Item>>> {
        let mut found = HashMap::new();
        for batch in keys.chunks(BATCH) {
            self.batch(batch, &mut found).await?;
        }
        Ok(keys.iter().map(|key| found.remove(key).filter(|item| item.is_alive(at))).collect())
    }

    /// The bound on the side that it begins at is where the question starts, the other its condition: a key
    /// has room for one.
    async fn range(&self, range: &ItemRange, at: Timestamp) -> Result<Vec<Item>> {
        if let (Some(after), Some(before)) = (&range.after, &range.before)
            && after >= before
        {
            return Ok(Vec::new());
        }
        let (begin, end, compared) = if range.descending {
            (&range.before, &range.after, ">")
        } else {
            (&range.after, &range.before, "<")
        };
        let mut start =
            begin.as_ref().map(|sort| key_of(&ItemKey::new(range.partition.clone(), sort)));
        let mut found: Vec<Item> = Vec::new();
        while found.len() < range.limit {
            let left = i32::try_from(range.limit - found.len()).unwrap_or(i32::MAX);
            let mut condition = "pk = :pk".to_owned();
            let mut request = alive(self.client.query(), at)
                .table_name(&self.table)
                .consistent_read(true)
                .scan_index_forward(!range.descending)
                .limit(left)
                .expression_attribute_values(":pk", text(&range.partition))
                .set_exclusive_start_key(start.take());
            if let Some(end) = end {
                condition.push_str(&format!(" AND sk {compared} :end"));
                request = request.expression_attribute_values(":end", text(end));
            }
            let request = request.key_condition_expression(condition);
            let answer = request.send().await.map_err(unavailable)?;
            for item in answer.items.unwrap_or_default() {
                found.push(values::item(item)?);
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        Ok(found)
    }

    async fn transact(&self, writes: &[ItemWrite], at: Timestamp) -> Result<Transacted> {
        transact::transact(&self.client, &self.table, writes, at).await
    }

    async fn check(&self) -> Result<()> {
        let key = ItemKey::new("-", "-");
        let request = self.client.get_item().table_name(&self.table);
        let request = request.set_key(Some(key_of(&key)));
        request.send().await.map(drop).map_err(unavailable)
    }
}

/// What an attribute holds.
type Value = AttributeValue;

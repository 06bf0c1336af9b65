//! One transaction, sent until its end is known.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use domain::{Error, Result, Timestamp};
use service::{Expected, ItemKey, ItemWrite, Transacted, check_transaction};

use super::failure::{Failed, busy, failed, unknown};
use super::values::{Attributes, attributes, key_of, number};
use super::{PATIENCE, Value};

/// The first wait for a store that is busy; each next one is twice that, with jitter, up to the last.
const FIRST_WAIT: Duration = Duration::from_millis(10);
const LAST_WAIT: Duration = Duration::from_millis(500);

/// Sends it until it is known whether it was made. An attempt whose answer was lost is sent again with its
/// token: DynamoDB then says how it ended (within ten minutes).
pub(super) async fn transact(
    client: &Client,
    table: &str,
    writes: &[ItemWrite],
    at: Timestamp,
) -> Result<Transacted> {
    check_transaction(writes)?;
    let parts = writes.iter().map(|write| part(table, write, at));
    let parts = parts.collect::<Result<Vec<TransactWriteItem>>>()?;
    let token = format!("{:032x}", fastrand::u128(..));
    let (end, mut wait) = (Instant::now() + PATIENCE, FIRST_WAIT);
    let mut was_lost = None;
    loop {
        let request = client.transact_write_items().client_request_token(&token);
        let error = match request.set_transact_items(Some(parts.clone())).send().await {
            Ok(_) => return Ok(Transacted::Done),
            Err(error) => failed(error, at)?,
        };
        let pause = wait.mul_f64(fastrand::f64());
        let is_over = Instant::now() + pause >= end;
        match error {
            Failed::Refused(refused) => return Ok(Transacted::Refused(refused)),
            Failed::Lost(error) => was_lost = Some(error),
            // What was lost before may be what it is in conflict with.
            Failed::Busy(error) if is_over && was_lost.is_none() => return Err(busy(error)),
            Failed::Busy(_) => {}
        }
        if let Some(error) = was_lost.take_if(|_| is_over) {
            return Err(unknown(error));
        }
        tokio::time::sleep(pause).await;
        wait = (wait * 2).min(LAST_WAIT);
    }
}

fn part(table: &str, write: &ItemWrite, at: Timestamp) -> Result<TransactWriteItem> {
    let all_old = ReturnValuesOnConditionCheckFailure::AllOld;
    let condition = Condition::of(write.expected(), at);
    let builder = TransactWriteItem::builder();
    let builder = match write {
        ItemWrite::Put(item, _) => builder.put(
            Put::builder()
                .table_name(table)
                .set_item(Some(attributes(item)))
                .set_condition_expression(condition.text())
                .set_expression_attribute_names(condition.names())
                .set_expression_attribute_values(condition.values)
                .return_values_on_condition_check_failure(all_old)
                .build()
                .map_err(Error::internal)?,
        ),
        ItemWrite::Delete(key, _) => builder.delete(
            Delete::builder()
                .table_name(table)
                .set_key(Some(key_of(key)))
                .set_condition_expression(condition.text())
                .set_expression_attribute_names(condition.names())
                .set_expression_attribute_values(condition.values)
                .return_values_on_condition_check_failure(all_old)
                .build()
                .map_err(Error::internal)?,
        ),
        ItemWrite::Check(key, _) => builder.condition_check(check(table, key, condition, all_old)?),
    };
    Ok(builder.build())
}

/// A check must have a condition, also one that always holds.
fn check(
    table: &str,
    key: &ItemKey,
    condition: Condition,
    all_old: ReturnValuesOnConditionCheckFailure,
) -> Result<ConditionCheck> {
    let text = condition.text().unwrap_or_else(|| ALWAYS.to_owned());
    ConditionCheck::builder()
        .table_name(table)
        .set_key(Some(key_of(key)))
        .condition_expression(text)
        .set_expression_attribute_names(condition.names())
        .set_expression_attribute_values(condition.values)
        .return_values_on_condition_check_failure(all_old)
        .build()
        .map_err(Error::internal)
}

const ALWAYS: &str = "attribute_exists(pk) OR attribute_not_exists(pk)";

/// A condition expression, and what stands in it.
struct Condition {
    text: Option<&'static str>,
    values: Option<Attributes>,
}

impl Condition {
    fn of(expected: Expected, at: Timestamp) -> Self {
        let at = (":at".to_owned(), number(at.as_second()));
        match expected {
            Expected::Anything => Self { text: None, values: None },
            Expected::Absent => {
                let text = "attribute_not_exists(pk) OR #ttl <= :at";
                Self { text: Some(text), values: Some(HashMap::from([at])) }
            }
            Expected::Version(version) => {
                let text = "v = :v AND (attribute_not_exists(#ttl) OR #ttl > :at)";
                let version: (String, Value) = (":v".to_owned(), number(version));
                Self { text: Some(text), values: Some(HashMap::from([at, version])) }
            }
        }
    }

    fn text(&self) -> Option<String> {
        self.text.map(ToOwned::to_owned)
    }

    fn names(&self) -> Option<HashMap<String, String>> {
        self.text.map(|_| HashMap::from([("#ttl".to_owned(), "ttl".to_owned())]))
    }
}

//! Items as attributes.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use domain::{Error, Result, Timestamp};
use service::{Item, ItemKey};

use super::Value;

/// An item as DynamoDB has it, or its key.
pub(super) type Attributes = HashMap<String, Value>;

pub(super) fn text(text: &str) -> Value {
    Value::S(text.to_owned())
}

pub(super) fn number(number: impl ToString) -> Value {
    Value::N(number.to_string())
}

pub(super) fn key_of(key: &ItemKey) -> Attributes {
    [("pk", &key.partition), ("sk", &key.sort)].map(|(name, part)| (name.into(), text(part))).into()
}

pub(super) fn attributes(item: &Item) -> Attributes {
    let mut attributes = key_of(&item.key);
    attributes.insert("v".into(), number(item.version));
    attributes.insert("body".into(), text(&item.body));
    if let Some(end) = item.expires_at {
        attributes.insert("ttl".into(), number(end.as_second()));
    }
    attributes
}

/// The item; one that is not ours is our bug.
pub(super) fn item(mut attributes: Attributes) -> Result<Item> {
    let mut taken = |name: &str| attributes.remove(name);
    let texts = [taken("pk"), taken("sk"), taken("body")].map(|value| match value {
        Some(Value::S(text)) => Some(text),
        _ => None,
    });
    let mut numbers = [taken("v"), taken("ttl")].map(|value| match value {
        Some(Value::N(number)) => number.parse::<i64>().ok(),
        _ => None,
    });
    let ([Some(partition), Some(sort), Some(body)], Some(version)) = (texts, numbers[0]) else {
        return Err(Error::internal("an item of the state table is not one of ours"));
    };
    let version = u64::try_from(version).map_err(Error::internal)?;
    let end = numbers[1].take().map(Timestamp::from_second).transpose();
    let expires_at = end.map_err(Error::internal)?;
    Ok(Item { key: ItemKey { partition, sort }, version, body, expires_at })
}

/// Leaves out what has expired: DynamoDB deletes it within days.
pub(super) fn alive(query: QueryFluentBuilder, at: Timestamp) -> QueryFluentBuilder {
    query
        .filter_expression("attribute_not_exists(#ttl) OR #ttl > :at")
        .expression_attribute_names("#ttl", "ttl")
        .expression_attribute_values(":at", number(at.as_second()))
}

//! A store of items: order, conditions, transactions that are whole, expiry, sizes.

use std::sync::Arc;
use std::time::Duration;

use domain::{Code, Timestamp};
use futures::future::join_all;
use service::{Expected, Item, ItemKey, ItemRange, ItemWrite, Items, Transacted};

/// What a store keeps, whatever was in it before: the suite's keys are under a prefix of their own.
pub async fn items(store: Arc<dyn Items>, prefix: &str) {
    let suite = Suite { store, prefix: prefix.to_owned() };
    suite.store.check().await.expect("it is there");
    suite.order().await;
    suite.keys_of_any_text().await;
    suite.conditions().await;
    suite.all_or_nothing().await;
    suite.expiry().await;
    suite.many().await;
    suite.sizes().await;
    suite.one_of_many_wins().await;
}

/// A store that is down: each question is 503, and tells what is down.
pub async fn broken_items(store: Arc<dyn Items>, state: &str) {
    let key = ItemKey::new("p", "s");
    let put = [ItemWrite::Delete(key.clone(), Expected::Anything)];
    let range = ItemRange::of("p", 1);
    for error in [
        store.get(&[key], now()).await.map(drop),
        store.range(&range, now()).await.map(drop),
        store.transact(&put, now()).await.map(drop),
        store.check().await,
    ]
    .map(|asked| asked.expect_err(state))
    {
        assert_eq!(error.code, Code::Unavailable, "{state}: {error}");
        assert!(error.detail.contains("state store"), "{state}: {error}");
        assert!(error.retry_after.is_some(), "{state}: it says when to try again");
    }
}

/// Any time will do that every case takes for the present.
fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("a time")
}

fn later(seconds: u64) -> Timestamp {
    now() + Duration::from_secs(seconds)
}

struct Suite {
    store: Arc<dyn Items>,
    prefix: String,
}

impl Suite {
    fn key(&self, partition: &str, sort: &str) -> ItemKey {
        ItemKey::new(format!("{}{partition}", self.prefix), sort)
    }

    fn item(&self, partition: &str, sort: &str, version: u64) -> Item {
        let body = format!("{{\"sort\":{sort:?},\"version\":{version}}}");
        Item { key: self.key(partition, sort), version, body, expires_at: None }
    }

    async fn transact(&self, writes: &[ItemWrite]) -> Transacted {
        self.store.transact(writes, now()).await.expect("an answer")
    }

    async fn put(&self, item: &Item) {
        let put = [ItemWrite::Put(item.clone(), Expected::Anything)];
        assert_eq!(self.transact(&put).await, Transacted::Done);
    }

    async fn at(&self, key: &ItemKey) -> Option<Item> {
        let found = self.store.get(std::slice::from_ref(key), now()).await.expect("an answer");
        assert_eq!(found.len(), 1);
        found.into_iter().next().flatten()
    }

    /// The sort keys of a range.
    async fn sorts(&self, range: ItemRange) -> Vec<String> {
        let found = self.store.range(&range, now()).await.expect("an answer");
        found.into_iter().map(|item| item.key.sort).collect()
    }

    async fn order(&self) {
        for sort in ["b", "a", "c", "B", "ä", "a/1", "a0", "10", "9"] {
            self.put(&self.item("order", sort, 1)).await;
        }
        self.put(&self.item("order2", "x", 1)).await;
        let all = ["10", "9", "B", "a", "a/1", "a0", "b", "c", "ä"];
        let range = ItemRange::of(format!("{}order", self.prefix), 100);
        assert_eq!(self.sorts(range.clone()).await, all);
        let part = ItemRange { limit: 3, ..range.clone() };
        assert_eq!(self.sorts(part).await, all[..3]);
        let part = ItemRange { after: Some("B".into()), before: Some("b".into()), ..range.clone() };
        assert_eq!(self.sorts(part.clone()).await, ["a", "a/1", "a0"]);
        let down = ItemRange { descending: true, limit: 2, ..part };
        assert_eq!(self.sorts(down).await, ["a0", "a/1"]);
        let down = ItemRange { descending: true, before: Some("9".into()), ..range.clone() };
        assert_eq!(self.sorts(down).await, ["10"]);
        let none = ItemRange { after: Some("ä".into()), ..range.clone() };
        assert!(self.sorts(none).await.is_empty());
        let none = ItemRange { after: Some("c".into()), before: Some("b".into()), ..range };
        assert!(self.sorts(none).await.is_empty());
    }

    async fn keys_of_any_text(&self) {
        for text in ["'; --", "\"", "%_\\", "ü🦆", " ", "\u{1}", "a\nb", "?1 :at #s"] {
            let mut item = self.item(&format!("text{text}"), text, 7);
            item.body = serde_json::Value::from(text).to_string();
            self.put(&item).await;
            assert_eq!(self.at(&item.key).await, Some(item));
        }
        assert_eq!(self.at(&self.key("text", "'; --")).await, None);
    }

    async fn conditions(&self) {
        let (first, second) = (self.item("conditions", "a", 1), self.item("conditions", "a", 2));
        let create = |item: &Item| [ItemWrite::Put(item.clone(), Expected::Absent)];
        assert_eq!(self.transact(&create(&first)).await, Transacted::Done);
        let refused = Transacted::Refused(vec![(0, Some(first.clone()))]);
        assert_eq!(self.transact(&create(&second)).await, refused);
        let update = |version| [ItemWrite::Put(second.clone(), Expected::Version(version))];
        assert_eq!(self.transact(&update(2)).await, refused);
        assert_eq!(self.at(&first.key).await, Some(first.clone()));
        assert_eq!(self.transact(&update(1)).await, Transacted::Done);
        assert_eq!(self.at(&first.key).await, Some(second.clone()));

        let check = |expected| [ItemWrite::Check(first.key.clone(), expected)];
        for holds in [Expected::Anything, Expected::Version(2)] {
            assert_eq!(self.transact(&check(holds)).await, Transacted::Done);
        }
        let refused = Transacted::Refused(vec![(0, Some(second.clone()))]);
        for not in [Expected::Absent, Expected::Version(1)] {
            assert_eq!(self.transact(&check(not)).await, refused);
        }
        let delete = |expected| [ItemWrite::Delete(first.key.clone(), expected)];
        assert_eq!(self.transact(&delete(Expected::Version(1))).await, refused);
        assert_eq!(self.transact(&delete(Expected::Version(2))).await, Transacted::Done);
        assert_eq!(self.at(&first.key).await, None);
        // What is not there has no version, and may be deleted and checked for.
        let none = Transacted::Refused(vec![(0, None)]);
        for writes in [update(1), check(Expected::Version(1)), delete(Expected::Version(1))] {
            assert_eq!(self.transact(&writes).await, none);
        }
        for writes in
            [check(Expected::Absent), delete(Expected::Absent), delete(Expected::Anything)]
        {
            assert_eq!(self.transact(&writes).await, Transacted::Done);
        }
    }

    async fn all_or_nothing(&self) {
        let there = self.item("whole", "there", 3);
        self.put(&there).await;
        let (new, old) = (self.item("whole", "new", 1), self.item("whole2", "old", 9));
        let mut writes = vec![
            ItemWrite::Put(new.clone(), Expected::Absent),
            ItemWrite::Check(old.key.clone(), Expected::Version(9)),
            ItemWrite::Delete(there.key.clone(), Expected::Version(4)),
            ItemWrite::Put(self.item("whole", "other", 1), Expected::Anything),
        ];
        let refused = vec![(1, None), (2, Some(there.clone()))];
        assert_eq!(self.transact(&writes).await, Transacted::Refused(refused));
        assert_eq!(self.at(&new.key).await, None);
        self.put(&old).await;
        writes[2] = ItemWrite::Delete(there.key.clone(), Expected::Version(3));
        assert_eq!(self.transact(&writes).await, Transacted::Done);
        let range = ItemRange::of(new.key.partition.clone(), 10);
        assert_eq!(self.sorts(range).await, ["new", "other"]);
        for none in [vec![], vec![writes[0].clone(), writes[0].clone()]] {
            let error = self.store.transact(&none, now()).await.expect_err("no transaction");
            assert_eq!(error.code, Code::Internal);
        }
    }

    async fn expiry(&self) {
        let of = |sort: &str, end| Item { expires_at: Some(end), ..self.item("expiry", sort, 1) };
        let (gone, kept) = (of("1 gone", now()), of("2 kept", later(1)));
        for item in [&gone, &kept, &of("3 gone", later(0)), &of("4 kept", later(60))] {
            self.put(item).await;
        }
        assert_eq!(
            (self.at(&gone.key).await, self.at(&kept.key).await),
            (None, Some(kept.clone()))
        );
        let range = ItemRange::of(gone.key.partition.clone(), 2);
        assert_eq!(
            self.sorts(range.clone()).await,
            ["2 kept", "4 kept"],
            "both, past one that is gone"
        );
        let last = ItemRange { descending: true, limit: 1, ..range };
        let found = self.store.range(&last, later(59)).await.expect("an answer");
        assert_eq!(found.len(), 1);
        assert!(self.store.range(&last, later(60)).await.expect("an answer").is_empty());
        // Nothing is at its key: no version, and room for another.
        let update = [ItemWrite::Put(of("1 gone", later(9)), Expected::Version(1))];
        assert_eq!(self.transact(&update).await, Transacted::Refused(vec![(0, None)]));
        let create = [ItemWrite::Put(of("1 gone", later(9)), Expected::Absent)];
        assert_eq!(self.transact(&create).await, Transacted::Done);
        assert_eq!(self.at(&gone.key).await, Some(of("1 gone", later(9))));
    }

    /// More than goes into one question of DynamoDB's, by number and by size.
    async fn many(&self) {
        let sorts: Vec<String> = (0..120).map(|n| format!("{n:03}")).collect();
        for part in sorts.chunks(40) {
            let puts = part.iter().map(|sort| {
                let mut item = self.item("many", sort, 1);
                item.body = format!("\"{}\"", "x".repeat(50_000));
                ItemWrite::Put(item, Expected::Absent)
            });
            assert_eq!(self.transact(&puts.collect::<Vec<_>>()).await, Transacted::Done);
        }
        let range = ItemRange::of(format!("{}many", self.prefix), 1000);
        assert_eq!(self.sorts(range.clone()).await, sorts);
        let part = ItemRange { limit: 100, after: Some("009".into()), ..range };
        assert_eq!(self.sorts(part).await, sorts[10..110]);
        let mut keys: Vec<ItemKey> = sorts.iter().map(|sort| self.key("many", sort)).collect();
        keys.reverse();
        keys.insert(60, self.key("many", "none"));
        let found = self.store.get(&keys, now()).await.expect("an answer");
        for (index, (key, item)) in keys.iter().zip(&found).enumerate() {
            assert_eq!(item.as_ref().map(|item| &item.key), (index != 60).then_some(key));
        }
        assert!(self.store.get(&[], now()).await.expect("an answer").is_empty());
    }

    async fn sizes(&self) {
        let of = |bytes: usize| {
            let body = format!("\"{}\"", "x".repeat(bytes));
            [ItemWrite::Put(Item { body, ..self.item("sizes", "a", 1) }, Expected::Anything)]
        };
        assert_eq!(self.transact(&of(400_000)).await, Transacted::Done);
        let error = self.store.transact(&of(410_000), now()).await.expect_err("too large");
        assert_eq!((error.code, error.error_code), (Code::TooLarge, "STATE_TOO_LARGE"));
        assert_eq!(self.at(&self.key("sizes", "a")).await.map(|i| i.body.len()), Some(400_002));
    }

    /// A counter that many count up by its version: no count is lost, none is given twice.
    async fn one_of_many_wins(&self) {
        let key = self.key("counter", "head");
        let counted = join_all((0..8).map(|_| async {
            let mut counted = Vec::new();
            while counted.len() < 5 {
                let head = self.at(&key).await;
                let next = head.as_ref().map_or(1, |head| head.version + 1);
                let expected =
                    head.map_or(Expected::Absent, |head| Expected::Version(head.version));
                let put = [ItemWrite::Put(self.item("counter", "head", next), expected)];
                if self.transact(&put).await == Transacted::Done {
                    counted.push(next);
                }
            }
            counted
        }));
        let mut counted = counted.await.concat();
        counted.sort_unstable();
        assert!(counted.into_iter().eq(1..=40), "each count once");
    }
}

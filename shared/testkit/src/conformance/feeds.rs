//! Feeds: no number is missing or given twice, no event without its change, no change without its event.

use std::sync::Arc;
use std::time::Duration;

use domain::Timestamp;
use futures::future::join_all;
use service::{Expected, Fed, Feeds, Item, ItemKey, ItemWrite, Items};

/// What feeds keep on a store, whatever was in it before: the suite's feeds have a prefix of their own.
/// `others` is the same store, reached as another process reaches it.
pub async fn feeds(store: Arc<dyn Items>, others: Arc<dyn Items>, prefix: &str) {
    let of = |store: &Arc<dyn Items>| Feeds::new(Arc::clone(store), HOUR);
    let suite = Suite { prefix, store: Arc::clone(&store), one: of(&store), other: of(&others) };
    suite.numbers().await;
    suite.changes().await;
    suite.writers_of_two_processes().await;
    suite.retention().await;
}

const HOUR: Duration = Duration::from_secs(3_600);

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("a time")
}

struct Suite<'a> {
    prefix: &'a str,
    store: Arc<dyn Items>,
    one: Feeds,
    other: Feeds,
}

impl Suite<'_> {
    fn feed(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn item(&self, sort: &str, version: u64) -> Item {
        let key = ItemKey::new(format!("{}changed", self.prefix), sort);
        Item { key, version, body: "{}".into(), expires_at: None }
    }

    async fn bodies(&self, feeds: &Feeds, feed: &str, after: u64, limit: usize) -> Vec<String> {
        let found = feeds.read(feed, after, limit, now()).await.expect("events");
        let numbers: Vec<u64> = found.iter().map(|event| event.number).collect();
        assert!(numbers.iter().copied().eq((after + 1..).take(numbers.len())), "{numbers:?}");
        found.into_iter().map(|event| event.body).collect()
    }

    async fn numbers(&self) {
        let (feed, none) = (self.feed("numbers"), self.feed("none"));
        for number in 1..=12 {
            let event = format!("{{\"n\":{number}}}");
            let fed = self.one.write(&feed, &event, &[], now()).await.expect("written");
            assert_eq!(fed, Fed::Done(number));
        }
        // Another process goes on where this one is, and this one where that is then.
        let fed = self.other.write(&feed, "13", &[], now()).await.expect("written");
        assert_eq!(fed, Fed::Done(13));
        let fed = self.one.write(&feed, "14", &[], now()).await.expect("written");
        assert_eq!(fed, Fed::Done(14));
        let newest = self.other.newest(&[&none, &feed], now()).await.expect("heads");
        assert_eq!(newest, [0, 14]);
        assert_eq!(self.bodies(&self.other, &feed, 0, 100).await.len(), 14);
        assert_eq!(
            self.bodies(&self.other, &feed, 10, 3).await,
            ["{\"n\":11}", "{\"n\":12}", "13"]
        );
        assert!(self.bodies(&self.one, &feed, 14, 10).await.is_empty());
        assert!(self.bodies(&self.one, &none, 0, 10).await.is_empty());
    }

    async fn changes(&self) {
        let feed = self.feed("changes");
        let create = [ItemWrite::Put(self.item("a", 1), Expected::Absent)];
        let fed = self.one.write(&feed, "created", &create, now()).await.expect("written");
        assert_eq!(fed, Fed::Done(1));
        // The other does not know yet where the feed is: what the change finds is told all the same.
        let again = [
            ItemWrite::Check(self.item("b", 1).key, Expected::Absent),
            ItemWrite::Put(self.item("a", 2), Expected::Absent),
        ];
        for feeds in [&self.other, &self.one] {
            let fed = feeds.write(&feed, "twice", &again, now()).await.expect("an answer");
            assert_eq!(fed, Fed::Refused(vec![(1, Some(self.item("a", 1)))]));
        }
        let update = [ItemWrite::Put(self.item("a", 2), Expected::Version(1))];
        let fed = self.other.write(&feed, "changed", &update, now()).await.expect("written");
        assert_eq!(fed, Fed::Done(2));
        assert_eq!(self.bodies(&self.one, &feed, 0, 10).await, ["created", "changed"]);
    }

    async fn writers_of_two_processes(&self) {
        let feed = &self.feed("busy");
        let written = join_all((0..16).map(|writer| async move {
            let feeds = if writer % 2 == 0 { &self.one } else { &self.other };
            let mut numbers = Vec::new();
            for turn in 0..4 {
                let item = self.item(&format!("{writer} {turn}"), 1);
                let change = [ItemWrite::Put(item.clone(), Expected::Absent)];
                let fed = feeds.write(feed, &item.key.sort, &change, now()).await;
                let Fed::Done(number) = fed.expect("written") else { panic!("{item:?} was there") };
                numbers.push((number, item));
            }
            numbers
        }));
        let mut written = written.await.concat();
        written.sort_unstable_by_key(|(number, _)| *number);
        let events = self.bodies(&self.one, feed, 0, 1_000).await;
        let keys: Vec<ItemKey> = written.iter().map(|(_, item)| item.key.clone()).collect();
        let changed = self.store.get(&keys, now()).await.expect("items");
        assert!(changed.iter().all(Option::is_some), "an event without its change");
        let told: Vec<&String> = written.iter().map(|(_, item)| &item.key.sort).collect();
        assert_eq!(events.iter().collect::<Vec<_>>(), told, "each change, under its number");
    }

    async fn retention(&self) {
        let feed = self.feed("old");
        let at = |seconds| now() + Duration::from_secs(seconds);
        for (event, seconds) in [("a", 0), ("b", 10), ("c", 20)] {
            self.one.write(&feed, event, &[], at(seconds)).await.expect("written");
        }
        let read = async |seconds| {
            let found = self.other.read(&feed, 0, 10, at(seconds)).await.expect("events");
            found.into_iter().map(|event| event.number).collect::<Vec<_>>()
        };
        assert_eq!(read(3_599).await, [1, 2, 3]);
        assert_eq!(read(3_610).await, [3], "which says that it is the first that is kept");
        assert!(read(3_620).await.is_empty());
        // The count goes on.
        let fed = self.other.write(&feed, "d", &[], at(9_000)).await.expect("written");
        assert_eq!(fed, Fed::Done(4));
        assert_eq!(self.other.newest(&[&feed], at(9_000)).await.expect("heads"), [4]);
    }
}

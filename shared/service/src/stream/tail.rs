//! The end of one feed, kept in memory for all who follow it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::Notify;

use super::{FeedKey, StreamEvent};

/// Events that are kept: who is further behind reads them from the store.
const KEPT: usize = 1_000;

/// Events that one gets at once.
const AT_ONCE: usize = 100;

/// The newest events of a feed.
pub(super) struct Tail {
    pub(super) feed: FeedKey,
    recent: Mutex<Recent>,
}

#[derive(Default)]
struct Recent {
    /// `None` until the feed was looked at.
    newest: Option<u64>,
    events: VecDeque<Arc<StreamEvent>>,
    followers: Vec<Weak<Notify>>,
}

/// What there is after a number.
pub(super) enum After {
    /// Nothing yet.
    Nothing,
    /// These.
    Events(Vec<Arc<StreamEvent>>),
    /// More than is kept here.
    Behind,
}

impl Tail {
    pub(super) fn new(feed: FeedKey) -> Self {
        Self { feed, recent: Mutex::default() }
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This one is told of what comes, as long as it is there.
    pub(super) fn tell(&self, follower: &Arc<Notify>) {
        let mut recent = self.recent();
        // Before it grows: on a feed to which nothing comes no one else would drop those that are gone.
        if recent.followers.len() == recent.followers.capacity() {
            recent.followers.retain(|follower| follower.strong_count() > 0);
        }
        recent.followers.push(Arc::downgrade(follower));
    }

    /// After which number how many events are to be read, now that this is the newest; `None` if nothing is.
    pub(super) fn missing(&self, newest: u64) -> Option<(u64, usize)> {
        let mut recent = self.recent();
        let Some(known) = recent.newest else {
            recent.newest = Some(newest);
            recent.wake();
            return None;
        };
        let missing = usize::try_from(newest.saturating_sub(known)).unwrap_or(usize::MAX).min(KEPT);
        (missing > 0).then(|| (newest - missing as u64, missing))
    }

    /// These have come, each after the one before it. Where the first is not the one after this number, that is
    /// not seen yet: all are left for the next look.
    pub(super) fn push(&self, after: u64, events: Vec<Arc<StreamEvent>>) {
        let (Some(first), Some(newest)) = (events.first(), events.last().map(|last| last.number))
        else {
            return;
        };
        if first.number != after + 1 {
            return;
        }
        let mut recent = self.recent();
        // What was passed over is no part of an unbroken end.
        if recent.events.back().is_some_and(|last| last.number != after) {
            recent.events.clear();
        }
        recent.events.extend(events);
        let over = recent.events.len().saturating_sub(KEPT);
        recent.events.drain(..over);
        recent.newest = Some(newest);
        recent.wake();
    }

    pub(super) fn after(&self, number: u64) -> After {
        let recent = self.recent();
        if recent.newest.is_none_or(|newest| number >= newest) {
            return After::Nothing;
        }
        match recent.events.front().map(|first| first.number) {
            Some(first) if first <= number + 1 => {
                let from = usize::try_from(number + 1 - first).unwrap_or(usize::MAX);
                let from = from.min(recent.events.len());
                let events: Vec<_> = recent.events.range(from..).take(AT_ONCE).cloned().collect();
                // The newest have expired, or are gone.
                if events.is_empty() { After::Behind } else { After::Events(events) }
            }
            _ => After::Behind,
        }
    }
}

impl Recent {
    fn wake(&mut self) {
        self.followers.retain(|follower| {
            let follower = follower.upgrade();
            follower.as_ref().inspect(|follower| follower.notify_one()).is_some()
        });
    }
}

#[cfg(test)]
mod tests {
    use domain::RunId;

    use super::*;
    use crate::FeedEvent;

    fn events(numbers: impl IntoIterator<Item = u64>) -> Vec<Arc<StreamEvent>> {
        let body = r#"{"event":"e","at":"2026-01-31T12:00:00Z","data":null}"#;
        let event = |number| StreamEvent::read(&FeedEvent { number, body: body.to_owned() });
        numbers.into_iter().map(|number| Arc::new(event(number).expect("an event"))).collect()
    }

    fn numbers(after: After) -> Option<Vec<u64>> {
        match after {
            After::Nothing => None,
            After::Events(events) => Some(events.iter().map(|event| event.number).collect()),
            After::Behind => Some(Vec::new()),
        }
    }

    #[test]
    fn what_is_not_seen_yet_is_waited_for_and_never_passed_over() {
        let tail = Tail::new(FeedKey::of_run(RunId(uuid::Uuid::nil())));
        assert_eq!(tail.missing(3), None, "it begins there");
        assert_eq!(numbers(tail.after(3)), None);
        // The head is seen before its event, or an event before the one before it.
        for seen in [events([]), events([5])] {
            assert_eq!(tail.missing(5), Some((3, 2)));
            tail.push(3, seen);
            assert_eq!(numbers(tail.after(3)), None);
        }
        tail.push(3, events([4, 5]));
        assert_eq!(tail.missing(5), None);
        assert_eq!(numbers(tail.after(3)), Some(vec![4, 5]));
        assert_eq!(numbers(tail.after(4)), Some(vec![5]));
        assert_eq!(numbers(tail.after(2)), Some(Vec::new()), "which the store has");
    }

    #[test]
    fn so_many_are_kept_and_who_was_passed_is_behind() {
        let tail = Tail::new(FeedKey::of_run(RunId(uuid::Uuid::nil())));
        tail.missing(0);
        let kept = KEPT as u64;
        tail.push(0, events(1..=kept));
        assert_eq!(tail.missing(3 * kept), Some((2 * kept, KEPT)), "not all that it missed");
        tail.push(2 * kept, events(2 * kept + 1..=3 * kept));
        assert_eq!(numbers(tail.after(kept)), Some(Vec::new()), "it is read from the store");
        let first = 2 * kept + 1..=2 * kept + AT_ONCE as u64;
        assert_eq!(numbers(tail.after(2 * kept)), Some(first.collect()));
    }
}

//! Which request waits for which query: by that, a query that went on too long is told to be whose.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use async_trait::async_trait;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use domain::{Grants, Result, TableName};
use service::{Query, QueryEngine, Rows};

use super::NUMBER;

tokio::task_local! {
    /// The number of the request that this task answers.
    static REQUEST: u64;
}

/// The requests that wait for the first rows of a query, and until when they may.
#[derive(Clone, Default)]
pub(super) struct Running(Arc<Mutex<BTreeMap<u64, Option<Instant>>>>);

/// One of them; it is over when this goes.
struct Waiting {
    running: Running,
    number: u64,
}

impl Running {
    /// Those whose time is over.
    pub(super) fn late(&self) -> Vec<u64> {
        let now = Instant::now();
        let is_late = |until: &Option<Instant>| until.is_some_and(|until| until <= now);
        let all = self.all();
        all.iter().filter(|(_, until)| is_late(until)).map(|(number, _)| *number).collect()
    }

    fn enter(&self, number: u64, until: Option<Instant>) -> Waiting {
        self.all().insert(number, until);
        Waiting { running: self.clone(), number }
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<u64, Option<Instant>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.running.all().remove(&self.number);
    }
}

/// Lets what runs for a request know its number.
pub(super) async fn numbered(request: Request, next: Next) -> Response {
    let number = request.headers().get(NUMBER).and_then(|value| value.to_str().ok());
    match number.and_then(|number| number.parse().ok()) {
        Some(number) => REQUEST.scope(number, next.run(request)).await,
        None => next.run(request).await,
    }
}

/// Runs queries, each under the number of its request.
pub(super) struct Numbered {
    pub(super) queries: Arc<dyn QueryEngine>,
    pub(super) running: Running,
}

#[async_trait]
impl QueryEngine for Numbered {
    async fn query(&self, query: Query) -> Result<Rows> {
        let until = query.deadlines.at_first();
        let number = REQUEST.try_with(|number| *number).ok();
        let _waiting = number.map(|number| self.running.enter(number, until));
        self.queries.query(query).await
    }

    async fn view_text(&self, sql: String, grants: Grants) -> Result<String> {
        self.queries.view_text(sql, grants).await
    }

    async fn dependents(&self, name: &TableName) -> Result<Vec<TableName>> {
        self.queries.dependents(name).await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn those_are_late_that_wait_past_their_time() {
        let running = Running::default();
        let now = Instant::now();
        let _forever = running.enter(1, None);
        let _soon = running.enter(2, Some(now + Duration::from_secs(60)));
        let _late = running.enter(3, Some(now));
        drop(running.enter(4, Some(now)));
        assert_eq!(running.late(), [3]);
    }
}

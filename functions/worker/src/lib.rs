//! The Lambda of work that no request waits for. What asks for it is a trigger of `template.yaml`.

use std::time::{Duration, Instant};

use anyhow::Context;
use domain::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use service::jobs::Jobs;

/// What a trigger asks for.
#[derive(Debug, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case", deny_unknown_fields)]
enum Task {
    /// Every minute: runs of which nothing is heard any more are aborted.
    Sweep {},
}

/// So long a sweep goes on; what is left then the next one does. The function has 30 s.
const SWEEP: Duration = Duration::from_secs(20);

/// Does what the event asks for, and says what that came to. An event that fails may be given again: doing
/// it twice does no harm.
pub async fn work(jobs: &Jobs, event: Value, at: Timestamp) -> anyhow::Result<Value> {
    match serde_json::from_value(event).context("the event is no task of the worker")? {
        Task::Sweep {} => {
            let swept = jobs.sweep(at, Instant::now() + SWEEP).await?;
            tracing::info!(swept.aborted, swept.looked_at, swept.whole, "swept");
            Ok(json!({
                "aborted": swept.aborted, "looked_at": swept.looked_at, "whole": swept.whole,
            }))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use embedded::SqliteItems;

    use super::*;

    #[tokio::test]
    async fn a_sweep_says_what_it_did_and_no_other_task_is_taken() {
        let home = tempfile::tempdir().expect("a folder");
        let at = Timestamp::from_second(1_800_000_000).expect("a time");
        let items =
            SqliteItems::open(&home.path().join("state.sqlite"), at).await.expect("a store");
        let jobs = Jobs::new(Arc::new(items), Duration::from_secs(60));
        let swept = work(&jobs, json!({"task": "sweep"}), at).await.expect("swept");
        assert_eq!(swept, json!({"aborted": 0, "looked_at": 0, "whole": true}));
        for odd in
            [json!({}), json!({"task": "sleep"}), json!("sweep"), json!({"task": "sweep", "n": 1})]
        {
            work(&jobs, odd, at).await.expect_err("no task");
        }
    }
}

//! Jobs and runs: each change once, with its event, whoever else is at it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{
    Caller, Code, DatasetName, Ending, Error, IdempotencyKey, JobDefinition, JobName, JobType,
    NewRun, ParentRun, Progress, RunId, RunState, SnapshotId, TableName, Tag, Timestamp,
};
use futures::future::join_all;
use service::jobs::{JobPage, Jobs, RunPage, StateChange, Tagged, keys};
use service::{Feeds, Items, WriteKey};
use uuid::Uuid;

/// What jobs keep on a store, whatever was in it before: the suite's jobs have a prefix of their own.
/// `others` is the same store, reached as another process reaches it.
pub async fn jobs(store: Arc<dyn Items>, others: Arc<dyn Items>, prefix: &str) {
    let of = |store: &Arc<dyn Items>| Arc::new(Jobs::new(Arc::clone(store), HOUR));
    let feeds = Feeds::new(Arc::clone(&store), HOUR);
    let suite = Suite { prefix, one: of(&store), other: of(&others), feeds };
    suite.definitions().await;
    suite.keys().await;
    suite.lives().await;
    suite.racing_ends().await;
    suite.progress().await;
    suite.pages().await;
    suite.large_pages().await;
    suite.deletions().await;
    suite.deletions_race_starts().await;
    suite.silence().await;
    suite.requests().await;
}

const HOUR: Duration = Duration::from_secs(3_600);

/// In order, so that the newest is the last that was made.
fn at(seconds: u64) -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("a time") + Duration::from_secs(seconds)
}

/// Under no key of a caller's.
fn change(seconds: u64) -> StateChange {
    StateChange::of_ours(at(seconds))
}

fn under(key: &str, payload: &str, seconds: u64) -> StateChange {
    let key = IdempotencyKey::parse(key).expect("a key");
    let caller = Caller::anonymous();
    let key = WriteKey::new(&caller, "POST", "/", Some(&key), payload.to_owned(), String::new);
    StateChange { key, at: at(seconds) }
}

fn start(timeout: u64) -> NewRun {
    let heartbeat_timeout = Duration::from_secs(timeout);
    NewRun { nominal_time: None, parent: None, parameters: None, heartbeat_timeout }
}

fn new_run() -> RunId {
    RunId(id())
}

#[expect(clippy::disallowed_methods, reason = "a test makes ids")]
fn id() -> Uuid {
    Uuid::now_v7()
}

fn completed() -> Ending {
    Ending::Completed { message: None, metrics: None, inputs: Vec::new(), outputs: Vec::new() }
}

fn failed(error: &str) -> Ending {
    Ending::Failed { error: error.to_owned() }
}

fn is(error: &Error, code: Code, error_code: &str) {
    assert_eq!((error.code, error.error_code), (code, error_code), "{error:?}");
}

struct Suite<'a> {
    prefix: &'a str,
    one: Arc<Jobs>,
    other: Arc<Jobs>,
    feeds: Feeds,
}

impl Suite<'_> {
    fn name(&self, name: &str) -> JobName {
        JobName::parse(&format!("{}{name}", self.prefix)).expect("a name")
    }

    async fn make(&self, name: &str, tags: &[&str], seconds: u64) -> JobName {
        let definition = self.definition(name, tags);
        let name = definition.name.clone();
        let (_, before) = self.one.create(change(seconds), definition, id()).await.expect("made");
        assert!(!before);
        name
    }

    fn definition(&self, name: &str, tags: &[&str]) -> JobDefinition {
        let tags = tags.iter().map(|tag| Tag::parse(&format!("{}{tag}", self.prefix)));
        JobDefinition {
            name: self.name(name),
            kind: JobType::Batch,
            description: Some("of the suite".to_owned()),
            owner: None,
            inputs: Vec::new(),
            outputs: Vec::new(),
            tags: tags.collect::<Result<_, _>>().expect("tags"),
        }
    }

    /// The events of a run's own feed: without gap, as `Feeds::read` gives them.
    async fn told(&self, run: RunId) -> Vec<String> {
        let found = self.feeds.read(&keys::run_feed(run), 0, 1_000, at(0)).await.expect("events");
        let numbers = found.iter().map(|event| event.number);
        assert!(numbers.eq(1..=found.len() as u64), "{found:?}");
        found.into_iter().map(|event| event.body).collect()
    }

    /// What the shared feed says of the run: the states, in order.
    async fn states(&self, run: RunId) -> Vec<String> {
        let feed = keys::job_feed(run);
        let mut states = Vec::new();
        let mut after = 0;
        loop {
            let found = self.feeds.read(&feed, after, 500, at(0)).await.expect("events");
            let Some(last) = found.last() else { return states };
            after = last.number;
            for event in found {
                let event: serde_json::Value = serde_json::from_str(&event.body).expect("JSON");
                if event["data"]["run_id"] == run.to_string() {
                    states.push(event["data"]["state"].as_str().expect("a state").to_owned());
                }
            }
        }
    }

    async fn definitions(&self) {
        let name = self.make("defined", &["a", "b"], 1).await;
        let found = self.other.get(&name, at(2)).await.expect("the job");
        assert_eq!(found.job.definition, self.definition("defined", &["a", "b"]));
        assert_eq!((found.job.created_at, found.latest), (at(1), None));
        let again = self.other.create(change(2), self.definition("defined", &[]), id()).await;
        is(&again.expect_err("it is there"), Code::Conflict, "JOB_EXISTS");
        let none = self.name("none");
        is(&self.one.get(&none, at(2)).await.expect_err("none"), Code::NotFound, "JOB_NOT_FOUND");
        for error in [
            self.one.start(change(2), &none, new_run(), start(60)).await.map(drop),
            self.one.delete(change(2), &none).await.map(drop),
            self.one
                .list_runs(&none, RunPage { limit: 1, ..RunPage::default() }, at(2))
                .await
                .map(drop),
        ] {
            is(&error.expect_err("no job"), Code::NotFound, "JOB_NOT_FOUND");
        }
    }

    /// Twins at the same moment, on two processes, act once and get one answer.
    async fn keys(&self) {
        let key = format!("{}key", self.prefix);
        let definition = self.definition("keyed", &[]);
        let twins = (0..8).map(|twin| {
            let jobs = if twin % 2 == 0 { &self.one } else { &self.other };
            jobs.create(under(&key, "same", 10 + twin), definition.clone(), id())
        });
        let made = join_all(twins).await.into_iter().collect::<Result<Vec<_>, _>>().expect("made");
        assert_eq!(made.iter().filter(|(_, before)| !before).count(), 1, "{made:?}");
        assert!(made.iter().all(|(job, _)| *job == made[0].0), "one answer: {made:?}");
        let odd = self.other.create(under(&key, "another", 20), definition, id()).await;
        is(&odd.expect_err("reused"), Code::Invalid, "IDEMPOTENCY_KEY_REUSED");
        // The answer is the first one's, whatever became of the job.
        assert!(!self.one.delete(change(21), &self.name("keyed")).await.expect("deleted"));
        let definition = self.definition("keyed", &[]);
        let (job, before) =
            self.one.create(under(&key, "same", 22), definition, id()).await.expect("replayed");
        assert_eq!((job, before), (made[0].0.clone(), true));
        is(
            &self.one.get(&self.name("keyed"), at(23)).await.expect_err("gone"),
            Code::NotFound,
            "JOB_NOT_FOUND",
        );
    }

    async fn lives(&self) {
        let (job, run) = (self.make("lives", &[], 30).await, new_run());
        let (begun, before) =
            self.one.start(change(31), &job, run, start(60)).await.expect("started");
        assert_eq!((begun.state(), begun.started_at, before), (RunState::Running, at(31), false));
        // The same id is the same run.
        let (same, before) =
            self.other.start(change(32), &job, run, start(60)).await.expect("the same");
        assert_eq!((same, before), (begun, true));
        let differs =
            self.other.start(change(32), &job, run, start(61)).await.expect_err("differs");
        is(&differs, Code::Invalid, "RUN_DIFFERS");
        let elsewhere = self.make("lives-elsewhere", &[], 32).await;
        let taken =
            self.other.start(change(32), &elsewhere, run, start(60)).await.expect_err("taken");
        is(&taken, Code::Conflict, "RUN_EXISTS");
        for end in [completed(), failed("x")] {
            let wrong =
                self.one.end(change(33), &elsewhere, run, end).await.expect_err("not its run");
            is(&wrong, Code::NotFound, "RUN_NOT_FOUND");
        }
        let (ended, before) =
            self.other.end(change(34), &job, run, completed()).await.expect("ended");
        assert_eq!((ended.state(), before), (RunState::Completed, false));
        let (again, before) =
            self.one.end(change(35), &job, run, completed()).await.expect("again");
        assert_eq!((again, before), (ended.clone(), true));
        let other = self.one.end(change(36), &job, run, failed("late")).await.expect_err("ended");
        is(&other, Code::Conflict, "RUN_ENDED");
        assert!(other.detail.contains("COMPLETED"), "{other}");
        let found = self.other.get(&job, at(37)).await.expect("the job");
        assert_eq!(found.latest, Some(ended));
        assert_eq!(self.told(run).await.len(), 2);
        assert_eq!(self.states(run).await, ["RUNNING", "COMPLETED"]);
        self.parents(&job, run).await;
    }

    async fn parents(&self, job: &JobName, parent: RunId) {
        let of =
            |run, foreign_job| NewRun { parent: Some(ParentRun { run, foreign_job }), ..start(60) };
        let child =
            self.other.start(change(38), job, new_run(), of(parent, None)).await.expect("a child");
        assert_eq!(child.0.start.parent.map(|parent| parent.run), Some(parent));
        let own = new_run();
        for (run, none) in [(new_run(), new_run()), (own, own)] {
            let orphan =
                self.one.start(change(38), job, run, of(none, None)).await.expect_err("none");
            is(&orphan, Code::Invalid, "PARENT_NOT_FOUND");
        }
        let foreign = Some(("airflow".to_owned(), "dag".to_owned()));
        self.one.start(change(38), job, new_run(), of(new_run(), foreign)).await.expect("not ours");
    }

    async fn racing_ends(&self) {
        let job = self.make("races", &[], 40).await;
        for _ in 0..4 {
            let run = new_run();
            self.one.start(change(41), &job, run, start(60)).await.expect("started");
            let ends = (0..8).map(|racer| {
                let jobs = if racer % 2 == 0 { &self.one } else { &self.other };
                jobs.end(change(42), &job, run, failed(&format!("racer {racer}")))
            });
            let ends = join_all(ends).await;
            let (won, lost): (Vec<_>, Vec<_>) = ends.into_iter().partition(Result::is_ok);
            assert_eq!(won.len(), 1, "{won:?}");
            for error in lost {
                is(&error.expect_err("lost"), Code::Conflict, "RUN_ENDED");
            }
            assert_eq!(self.states(run).await, ["RUNNING", "FAILED"], "one terminal event");
            assert_eq!(self.told(run).await.len(), 2);
        }
    }

    async fn progress(&self) {
        let (job, run) = (self.make("progress", &[], 50).await, new_run());
        self.one.start(change(51), &job, run, start(60)).await.expect("started");
        let percent = |percentage: u32| Progress {
            percentage: Some(percentage.into()),
            metrics: Some(format!("{{\"rows\":{percentage}}}")),
            message: None,
        };
        // Those that come late say less than was said: refused, never taken.
        let calls = (1..=16_u32).map(|n| {
            let jobs = if n % 2 == 0 { &self.one } else { &self.other };
            jobs.advance(change(52), &job, run, percent(n))
        });
        let calls = join_all(calls).await;
        let taken = calls.iter().filter(|call| call.is_ok()).count();
        for call in calls {
            if let Err(error) = call {
                is(&error, Code::Invalid, "INVALID_PROGRESS");
            }
        }
        let told = self.told(run).await;
        assert_eq!(told.len(), 1 + taken, "an event for each that was taken");
        let found = self.other.run(&job, run, at(53)).await.expect("the run");
        assert_eq!(found.progress, percent(16));
        let ended = self.one.end(change(54), &job, run, completed()).await.expect("ended");
        let late = self.other.advance(change(55), &job, run, percent(17)).await.expect_err("ended");
        is(&late, Code::Conflict, "RUN_ENDED");
        assert_eq!(self.one.run(&job, run, at(56)).await.expect("the run"), ended.0);
    }

    async fn pages(&self) {
        let mut names = Vec::new();
        for number in 0..7 {
            names.push(self.make(&format!("page-{number}"), &["paged"], 60 + number).await);
        }
        names.reverse();
        let tag = Tag::parse(&format!("{}paged", self.prefix)).ok();
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = JobPage { tag: tag.clone(), after, limit: 3 };
            let (jobs, next) = self.other.list(page, at(70)).await.expect("a page");
            found.extend(jobs.into_iter().map(|job| job.job.definition.name));
            after = next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, names, "the newest first, none twice");

        let job = &names[0];
        let mut runs = Vec::new();
        for number in 0..5 {
            let run = new_run();
            self.one.start(change(71 + number), job, run, start(600)).await.expect("started");
            runs.push(run);
        }
        self.one.end(change(80), job, runs[1], completed()).await.expect("ended");
        runs.reverse();
        let list = async |page: RunPage| {
            let (runs, next) = self.other.list_runs(job, page, at(90)).await.expect("a page");
            (runs.into_iter().map(|run| run.id).collect::<Vec<_>>(), next)
        };
        let page = RunPage { limit: 2, ..RunPage::default() };
        let (first, next) = list(page.clone()).await;
        let (second, next) = list(RunPage { after: next, ..page.clone() }).await;
        let (third, end) = list(RunPage { after: next, ..page.clone() }).await;
        assert_eq!(([first, second, third].concat(), end), (runs.clone(), None));
        let all = RunPage { limit: 10, ..RunPage::default() };
        let state = |state| RunPage { state: Some(state), ..all.clone() };
        assert_eq!(list(state(RunState::Completed)).await.0, [runs[3]]);
        assert_eq!(list(state(RunState::Running)).await.0, [runs[0], runs[1], runs[2], runs[4]]);
        let times = RunPage { from: Some(at(72)), to: Some(at(74)), ..all };
        assert_eq!(list(times).await.0, runs[1..4], "both ends belong to it");
        for run in [runs[0], runs[1], runs[2], runs[4]] {
            self.other.end(change(91), job, run, completed()).await.expect("ended");
        }
    }

    /// A page ends where it would be more than an answer holds, and the next one goes on there.
    async fn large_pages(&self) {
        let job = self.make("large", &[], 92).await;
        let mut expected = Vec::new();
        for number in 0..60 {
            let parameters = Some(format!("{{\"text\":\"{}\"}}", "x".repeat(60_000)));
            let (run, start) = (new_run(), NewRun { parameters, ..start(600) });
            self.one.start(change(92 + number), &job, run, start).await.expect("started");
            expected.insert(0, run);
        }
        let (mut found, mut after, mut pages) = (Vec::new(), None, 0);
        loop {
            let page = RunPage { after, limit: 100, ..RunPage::default() };
            let (runs, next) = self.other.list_runs(&job, page, at(200)).await.expect("a page");
            assert!(runs.len() < 60, "{} runs of 60 kB in a page", runs.len());
            found.extend(runs.into_iter().map(|run| run.id));
            (after, pages) = (next, pages + 1);
            if after.is_none() {
                break;
            }
        }
        assert_eq!((found, pages), (expected.clone(), 2), "the newest first, none twice");
        for run in expected {
            self.other.end(change(200), &job, run, completed()).await.expect("ended");
        }
    }

    async fn deletions(&self) {
        let (job, run) = (self.make("deleted", &["deleted"], 100).await, new_run());
        self.one.start(change(101), &job, run, start(600)).await.expect("started");
        let error = self.other.delete(change(102), &job).await.expect_err("it runs");
        is(&error, Code::Conflict, "JOB_RUNNING");
        assert!(error.detail.contains(&run.to_string()), "{error}");
        let (ended, _) = self.one.end(change(103), &job, run, completed()).await.expect("ended");
        let key = format!("{}delete", self.prefix);
        assert!(!self.other.delete(under(&key, "", 104), &job).await.expect("deleted"));
        assert!(self.one.delete(under(&key, "", 105), &job).await.expect("replayed"));
        let again = self.one.delete(change(105), &job).await.expect_err("gone");
        is(&again, Code::NotFound, "JOB_NOT_FOUND");
        let tag = Tag::parse(&format!("{}deleted", self.prefix)).ok();
        let page = JobPage { tag, after: None, limit: 10 };
        assert!(self.one.list(page, at(106)).await.expect("a page").0.is_empty());
        assert_eq!(self.other.run(&job, run, at(106)).await.expect("its history"), ended);
        // Its next namesake begins anew.
        self.make("deleted", &[], 107).await;
        assert_eq!(self.other.get(&job, at(108)).await.expect("the job").latest, None);
        let taken = self.one.start(change(109), &job, run, start(600)).await.expect_err("taken");
        is(&taken, Code::Conflict, "RUN_EXISTS");
    }

    /// A run that was started is of a job that is there; a job that is gone has none that runs.
    async fn deletions_race_starts(&self) {
        let (mut deleted, mut kept) = (0, 0);
        for round in 0..12 {
            let job = self.make(&format!("raced-{round}"), &[], 110).await;
            let run = new_run();
            let (started, gone) = futures::join!(
                async {
                    // Now one is first, now the other.
                    tokio::time::sleep(Duration::from_millis(round % 4)).await;
                    self.one.start(change(111), &job, run, start(60)).await
                },
                self.other.delete(change(111), &job),
            );
            let there = self.one.run(&job, run, at(112)).await.is_ok();
            assert_eq!(started.is_ok(), there, "{started:?}");
            match (started, gone) {
                (Ok(_), Err(error)) => {
                    is(&error, Code::Conflict, "JOB_RUNNING");
                    kept += 1;
                }
                (Err(error), Ok(_)) => {
                    is(&error, Code::NotFound, "JOB_NOT_FOUND");
                    deleted += 1;
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(deleted + kept, 12);
    }

    async fn silence(&self) {
        let job = self.make("silent", &[], 200).await;
        let [silent, heard, ended] = [new_run(), new_run(), new_run()];
        for run in [silent, heard, ended] {
            self.one.start(change(201), &job, run, start(60)).await.expect("started");
        }
        self.other.advance(change(240), &job, heard, Progress::default()).await.expect("heard");
        self.other.end(change(241), &job, ended, completed()).await.expect("ended");
        let deadline = || Instant::now() + Duration::from_secs(30);
        let state =
            async |run, seconds| self.one.run(&job, run, at(seconds)).await.expect("a run").state();

        self.one.sweep(at(267), deadline()).await.expect("swept");
        assert_eq!(state(silent, 267).await, RunState::Running, "not yet");
        let sweeps = [self.one.sweep(at(268), deadline()), self.other.sweep(at(268), deadline())];
        let sweeps =
            join_all(sweeps).await.into_iter().collect::<Result<Vec<_>, _>>().expect("swept");
        assert!(sweeps.iter().all(|swept| swept.whole), "{sweeps:?}");
        assert_eq!(sweeps.iter().map(|swept| swept.aborted).sum::<usize>(), 1, "{sweeps:?}");
        assert_eq!(state(silent, 268).await, RunState::Aborted);
        assert_eq!(state(heard, 268).await, RunState::Running);
        assert_eq!(state(ended, 268).await, RunState::Completed);
        assert_eq!(self.states(silent).await, ["RUNNING", "ABORTED"]);
        let found = self.one.run(&job, silent, at(268)).await.expect("the run").ended;
        let Some((_, Ending::Aborted { error })) = found else { panic!("{found:?}") };
        assert!(error.contains("60 s"), "{error}");
        // What was heard of it put it off until then.
        self.other.sweep(at(307), deadline()).await.expect("swept");
        assert_eq!(state(heard, 307).await, RunState::Aborted);
    }

    /// Requests of a run are its heartbeat, and only a run that is running has any.
    async fn requests(&self) {
        let (job, run) = (self.make("requests", &[], 400).await, new_run());
        let tagged = |jobs: &Arc<Jobs>, seconds| Tagged::new(Arc::clone(jobs), run, at(seconds));
        let none = tagged(&self.one, 401).admit().await.expect_err("not started");
        is(&none, Code::NotFound, "RUN_NOT_FOUND");
        self.one.start(change(401), &job, run, start(60)).await.expect("started");
        // A tenth of the timeout after the last: sooner it is not written.
        for (seconds, heard) in [(405, 401), (410, 410), (412, 410), (455, 455)] {
            tagged(&self.other, seconds).admit().await.expect("it runs");
            let found = self.one.run(&job, run, at(seconds)).await.expect("the run");
            assert_eq!(found.heard_at, at(heard), "{seconds}");
        }
        let deadline = Instant::now() + Duration::from_secs(30);
        self.other.sweep(at(500), deadline).await.expect("swept");
        tagged(&self.one, 505).admit().await.expect("it runs still");
        let told = self.told(run).await;
        assert_eq!(told.len(), 1, "a request is no event: {told:?}");

        self.inputs(tagged(&self.one, 506), tagged(&self.other, 506)).await;

        let (ended, _) = self.other.end(change(507), &job, run, completed()).await.expect("ended");
        let late = tagged(&self.one, 508).admit().await.expect_err("ended");
        is(&late, Code::Conflict, "RUN_ENDED");
        assert_eq!(self.one.run(&job, run, at(509)).await.expect("the run"), ended);
    }

    /// Of each table the newest snapshot that was read, whoever reads it at the same moment.
    async fn inputs(&self, one: Tagged, other: Tagged) {
        let tables: Vec<TableName> = ["a", "b.c", "\"odd . name\""]
            .map(|name| TableName::parse(name).expect("a name"))
            .to_vec();
        let reads = (1..=12_u64).map(|snapshot| {
            let (run, tables) = (if snapshot % 2 == 0 { &one } else { &other }, &tables);
            async move { run.reads(tables, Some(SnapshotId(snapshot))).await }
        });
        join_all(reads).await.into_iter().collect::<Result<Vec<_>, _>>().expect("recorded");
        one.reads(&tables[..1], Some(SnapshotId(20))).await.expect("recorded");
        other.reads(&tables[..1], Some(SnapshotId(13))).await.expect("it was newer");
        let object = DatasetName::parse("s3://bucket/a").expect("a name");
        one.reads_dataset(object.clone()).await.expect("recorded");
        other.reads_dataset(object.clone()).await.expect("recorded");
        let found = self.one.inputs(one.run(), at(506)).await.expect("inputs");
        let mut expected = vec![(object, None)];
        let snapshots = [20, 12, 12].map(|snapshot| Some(SnapshotId(snapshot)));
        expected.extend(tables.iter().map(DatasetName::from).zip(snapshots));
        expected.sort();
        assert_eq!(found, expected);
    }
}

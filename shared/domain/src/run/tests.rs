//! A run ends once, and what is heard of it only goes on.

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

fn run() -> Run {
    let start = NewRun {
        nominal_time: None,
        parent: None,
        parameters: None,
        heartbeat_timeout: Duration::from_secs(60),
    };
    let id = RunId::parse("018f4e9c-9f8e-7c3a-b0f5-3d1c5a7e9b21").expect("an id");
    Run::begin(id, JobName::parse("load").expect("a name"), uuid::Uuid::nil(), start, at(100))
}

fn completed(message: Option<String>) -> Ending {
    Ending::Completed { message, metrics: None, inputs: Vec::new(), outputs: Vec::new() }
}

fn endings() -> [Ending; 4] {
    let error = "the disk is full".to_owned();
    [
        completed(None),
        completed(Some("done".to_owned())),
        Ending::Failed { error: error.clone() },
        Ending::Aborted { error },
    ]
}

fn percent(percentage: f64) -> Progress {
    Progress { percentage: Some(percentage), ..Progress::default() }
}

#[test]
fn a_run_ends_once_and_the_same_again_is_no_error() {
    for ending in endings() {
        let Ended::Now(ended) = run().end(ending.clone(), at(200)).expect("it runs") else {
            panic!("it had not ended")
        };
        assert_eq!((ended.state(), ended.heard_at), (ending.state(), at(200)));
        for again in endings() {
            match ended.end(again.clone(), at(300)) {
                Ok(before) => assert_eq!((before, &again), (Ended::Before, &ending)),
                Err(error) => {
                    assert_ne!(again, ending);
                    assert_eq!((error.code, error.error_code), (Code::Conflict, "RUN_ENDED"));
                    let told = error.to_string();
                    assert!(
                        told.contains(ending.state().as_str())
                            && told.contains("1970-01-01T00:03:20Z")
                    );
                }
            }
        }
        assert_eq!(
            ended.advance(percent(1.0), at(300)).expect_err("ended").error_code,
            "RUN_ENDED"
        );
        assert!(!ended.is_overdue(at(9_999)), "nothing is waited for");
    }
}

#[test]
fn progress_goes_on_and_never_back() {
    let half = run().advance(percent(50.0), at(150)).expect("it runs");
    assert_eq!((half.heard_at, half.state()), (at(150), RunState::Running));
    let told = Progress { message: Some("second half".to_owned()), ..Progress::default() };
    let told = half.advance(told, at(140)).expect("it runs");
    assert_eq!((told.progress.percentage, told.heard_at), (Some(50.0), at(150)));
    let same = told.advance(percent(50.0), at(160)).expect("it does not fall");
    assert_eq!(same.progress.message.as_deref(), Some("second half"));
    for odd in [49.9, -0.1, 100.1, 101.0, f64::NAN, f64::INFINITY] {
        let error = same.advance(percent(odd), at(170)).expect_err("no progress");
        assert_eq!((error.error_code, &*error.fields[0].field), ("INVALID_PROGRESS", "percentage"));
    }
}

#[test]
fn a_run_of_which_nothing_is_heard_is_overdue() {
    let run = run();
    for (second, overdue) in [(0, false), (100, false), (166, false), (167, true), (9_999, true)] {
        assert_eq!(run.is_overdue(at(second)), overdue, "{second}");
    }
    let heard = run.advance(Progress::default(), at(161)).expect("it runs");
    assert!(!heard.is_overdue(at(200)));
}

#[test]
fn states_are_read_as_they_are_written() {
    for state in RunState::ALL {
        assert_eq!(RunState::from_name(state.as_str()), Some(state));
    }
    assert_eq!(RunState::from_name("running"), None);
}

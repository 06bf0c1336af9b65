//! Work ends in every way that it may.

use domain::Grants;
use futures::TryStreamExt;
use service::{Parameters, Select};

use super::super::stream::{CallOff, rows};
use super::super::turns::Turns;
use super::*;
use crate::raw::Database;
use crate::watchdog::Watchdog;

async fn work(watchdog: &Watchdog) -> (Work, mpsc::Receiver<RecordBatch>) {
    let sessions = Sessions::new(Database::open(&[], None).expect("one"), true, 1, String::new());
    let session = sessions.take().expect("one");
    let watch = watchdog.watch(session.connection.interrupt(), None);
    let ending = Arc::new(Ending::new(Arc::clone(&watch)));
    let (send, batches) = mpsc::channel(1);
    let select = Select::Sql {
        text: "SELECT 1".to_owned(),
        parameters: Parameters::Positional(Vec::new()),
        this: None,
        default_schema: None,
    };
    let query = Query::of(select, Grants::All);
    let turn = Turns::new(1, 0).take(None).await.expect("a turn");
    let output = Output { send, turn, ending, runtime: Handle::current() };
    let parses = Arc::default();
    let unreadable = Arc::default();
    (Work { session, sessions, newest: None, parses, unreadable, query, watch, output }, batches)
}

#[tokio::test]
async fn work_that_never_began_is_watched_no_more() {
    let watchdog = Watchdog::new();
    let (work, _batches) = work(&watchdog).await;
    let ending = Arc::clone(&work.output.ending);
    drop(work);
    drop(CallOff(Arc::clone(&ending)));
    assert!(ending.watched.has_ended() && !ending.watched.is_called_off());
}

#[tokio::test]
async fn work_that_panics_is_watched_no_more_and_its_rows_end_in_an_error() {
    let watchdog = Watchdog::new();
    let (work, batches) = work(&watchdog).await;
    let ending = Arc::clone(&work.output.ending);
    let panicked = std::thread::spawn(move || {
        let _work = work;
        panic!("as a bug would");
    });
    assert!(panicked.join().is_err());
    assert!(ending.watched.has_ended());
    let schema = Arc::new(arrow_schema::Schema::empty());
    let tables = Vec::new();
    let head = Head { columns: Vec::new(), schema, snapshot: None, tables, first: None };
    let read = rows(head, batches, CallOff(ending), None).batches.try_collect::<Vec<_>>().await;
    assert_eq!(read.expect_err("cut short").code, domain::Code::Internal);
}

#[tokio::test]
async fn work_that_goes_on_though_no_one_waits_is_told_once() {
    let (told, tells) = std::sync::mpsc::channel();
    let (grace, tell) =
        (Duration::from_millis(100), Arc::new(move || told.send(()).expect("heard")));
    let watchdog = Watchdog::telling(Some(crate::watchdog::Stuck { grace, tell }));
    let (ended, _batches) = work(&watchdog).await;
    drop(CallOff(Arc::clone(&ended.output.ending)));
    drop(ended);
    assert!(tells.recv_timeout(grace * 3).is_err(), "it ended");
    let (work, _batches) = work(&watchdog).await;
    drop(CallOff(Arc::clone(&work.output.ending)));
    assert!(tells.recv_timeout(grace * 50).is_ok(), "it goes on");
    assert!(tells.recv_timeout(grace * 3).is_err(), "it was told");
}

//! The transaction in which one query reads: begun, or found, when the first name is asked for.

use std::cell::Cell;
use std::sync::Arc;

use domain::{Result as Answer, SnapshotId, TableName};
use futures::future::{BoxFuture, MaybeDone, maybe_done};
use service::{Catalog, Mark, Select};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::run::Stop;
use super::session::{Pin, Session, Sessions};
use super::views::{self, Stood, View};
use crate::guard::ViewBody;

/// Who knows which snapshot is the newest, beside the transaction itself.
pub(super) struct Newest {
    catalog: Arc<dyn Catalog>,
    runtime: Handle,
    /// How often clients had been told to connect anew when the instance connected.
    generation: u64,
    /// The answer to a question that is under way.
    coming: Cell<Option<oneshot::Receiver<Answer<Mark>>>>,
}

impl Newest {
    /// `coming` answers what was asked after the query came; without it the catalog is asked when it has to
    /// be.
    pub(super) fn new(
        catalog: Arc<dyn Catalog>,
        generation: u64,
        coming: Option<oneshot::Receiver<Answer<Mark>>>,
    ) -> Self {
        Self { catalog, generation, runtime: Handle::current(), coming: Cell::new(coming) }
    }

    /// The newest snapshot; an instance that is to connect anew reads nothing more.
    fn snapshot(&self) -> Result<SnapshotId, Stop> {
        let coming = self.coming.take().and_then(|coming| coming.blocking_recv().ok());
        let mark = match coming {
            Some(mark) => mark?,
            None => self.runtime.block_on(self.catalog.mark())?,
        };
        if mark.generation == self.generation { Ok(mark.snapshot) } else { Err(Stop::Moved) }
    }
}

/// One of them stands before a table's name.
const WORDS_OF_TABLES: [&str; 6] = ["from", "table", "show", "desc", "summarize", "pivot"];

/// Whether a query reads tables, as far as its words tell at a glance: `true` may be wrong.
pub(super) fn may_read_tables(select: &Select) -> bool {
    let Select::Sql { text, .. } = select else { return true };
    let text = text.to_ascii_lowercase();
    WORDS_OF_TABLES.iter().any(|word| text.contains(word))
}

/// The question for the newest snapshot, asked while the query is on its way to its thread.
pub(super) struct Asking<'a> {
    mark: MaybeDone<BoxFuture<'a, Answer<Mark>>>,
    tell: oneshot::Sender<Answer<Mark>>,
}

impl<'a> Asking<'a> {
    /// With where the answer comes.
    pub(super) fn new(catalog: &'a dyn Catalog) -> (Self, oneshot::Receiver<Answer<Mark>>) {
        let (tell, coming) = oneshot::channel();
        (Self { mark: maybe_done(catalog.mark()), tell }, coming)
    }

    /// Sends the question off, and does not wait.
    pub(super) async fn begin(&mut self) {
        let _ = futures::poll!(&mut self.mark);
    }

    /// Hands the answer on. The query may have failed before, and then no one listens.
    pub(super) async fn tell(mut self) {
        (&mut self.mark).await;
        if let Some(mark) = std::pin::Pin::new(&mut self.mark).take_output() {
            let _ = self.tell.send(mark);
        }
    }
}

/// What a query sees of the lake.
pub(super) struct Reading<'c> {
    session: &'c Session,
    sessions: &'c Sessions,
    newest: Option<&'c Newest>,
    pin: Option<Pin>,
    /// The snapshot that is asked for, where it is not the newest.
    at: Option<SnapshotId>,
    /// Every view that ever stood, once that was asked.
    ever: Option<Vec<Stood>>,
    is_of_now: bool,
    has_moved: bool,
}

impl<'c> Reading<'c> {
    /// Nothing is asked yet. Without `newest` a transaction is begun each time.
    pub(super) fn new(
        session: &'c Session,
        sessions: &'c Sessions,
        newest: Option<&'c Newest>,
    ) -> Self {
        let (pin, at, ever) = (None, None, None);
        Self { session, sessions, newest, pin, at, ever, is_of_now: false, has_moved: false }
    }

    /// As this snapshot left the lake, if one is given.
    pub(super) fn at(self, at: Option<SnapshotId>) -> Self {
        Self { at, ..self }
    }

    /// The snapshot that is read, once any name was asked for.
    pub(super) fn snapshot(&self) -> Option<SnapshotId> {
        self.pin.as_ref().map(|pin| pin.snapshot)
    }

    /// Sees to it that a transaction on the newest snapshot is open.
    pub(super) fn begin(&mut self) -> Result<(), Stop> {
        self.pinned().map(drop)
    }

    /// All views of the lake.
    pub(super) fn views(&mut self) -> Result<&[View], Stop> {
        self.pinned().map(|pin| pin.views.as_slice())
    }

    /// The view of this name, if it is one in what is read.
    pub(super) fn find(&mut self, name: &TableName) -> Result<Option<ViewBody>, Stop> {
        let newest = self.pinned()?.snapshot;
        match self.at.filter(|at| *at != newest) {
            Some(at) => Ok(views::find_at(self.ever()?, name, at)),
            None => Ok(views::find(self.views()?, name)),
        }
    }

    /// Whether a view of this name ever stood in the lake.
    pub(super) fn ever_stood(&mut self, name: &TableName) -> Result<bool, Stop> {
        Ok(views::ever_stood(self.ever()?, name))
    }

    fn ever(&mut self) -> Result<&[Stood], Stop> {
        self.pinned()?;
        let ever = match self.ever.take() {
            Some(ever) => ever,
            None => views::read_ever(&self.session.connection, &self.sessions.views)?,
        };
        Ok(self.ever.insert(ever))
    }

    /// The query may ask what time it is, which is when its transaction began: so that must be its own.
    pub(super) fn be_of_now(&mut self) -> Result<(), Stop> {
        self.is_of_now = true;
        match &self.pin {
            Some(old) if self.session.is_old() => {
                let pin = self.session.begin(self.sessions.seen())?;
                self.has_moved |= pin.snapshot != old.snapshot;
                self.ever = None;
                self.pin = Some(pin);
            }
            Some(_) => (),
            None => self.session.end()?,
        }
        Ok(())
    }

    /// Whether the snapshot is another since this was asked last: what was seen of the lake before is of the
    /// past, a table may be a view now.
    pub(super) fn has_moved(&mut self) -> bool {
        std::mem::take(&mut self.has_moved)
    }

    /// Whether it may.
    pub(super) fn is_of_now(&self) -> bool {
        self.is_of_now
    }

    fn pinned(&mut self) -> Result<&Pin, Stop> {
        let pin = match self.pin.take() {
            Some(pin) => pin,
            None => self.pin()?,
        };
        Ok(self.pin.insert(pin))
    }

    fn pin(&self) -> Result<Pin, Stop> {
        let newest = self.newest.map(Newest::snapshot).transpose()?;
        let open = self.session.pin().filter(|pin| newest == Some(pin.snapshot));
        match open {
            Some(pin) => {
                self.session.used();
                Ok(pin)
            }
            None => Ok(self.session.begin(self.sessions.seen())?),
        }
    }
}

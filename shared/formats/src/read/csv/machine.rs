//! The states within a row. What was read of it is never read again, however it comes in.

/// Where a cell's text stands in its row, without its quotes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    pub(super) start: usize,
    pub(super) end: usize,
    quoted: bool,
    /// Whether it holds quotes, which are doubled.
    pub(super) doubled: bool,
}

impl Cell {
    /// Nothing, and not in quotes.
    pub(super) fn is_null(&self) -> bool {
        self.start == self.end && !self.quoted
    }
}

pub(super) enum Step {
    /// The row is whole.
    Row,
    /// More bytes must come.
    More,
    Nul,
    Broken(&'static str),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before a cell's first byte.
    Before,
    Plain,
    Quoted,
    /// At a quote within or behind a cell in quotes.
    Quote,
}

pub(super) struct Machine {
    state: State,
    at: usize,
    cell: Cell,
    cells: Vec<Cell>,
    most: usize,
    count: usize,
    any_quoted: bool,
}

const FRESH: Cell = Cell { start: 0, end: 0, quoted: false, doubled: false };

const LONE_CR: &str = "a carriage return outside of quotes has no line feed behind it";
const QUOTE_WITHIN: &str =
    "a cell that does not begin with a quote holds one; put it in quotes, and double those in it";
const BEHIND_QUOTE: &str =
    "something stands between a closing quote and the next comma; double the quotes within a cell";

impl Default for Machine {
    fn default() -> Self {
        Self {
            state: State::Before,
            at: 0,
            cell: FRESH,
            cells: Vec::new(),
            most: 0,
            count: 0,
            any_quoted: false,
        }
    }
}

/// The bytes that mean something in a cell without quotes.
const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    special[0] = true;
    special[b',' as usize] = true;
    special[b'"' as usize] = true;
    special[b'\r' as usize] = true;
    special[b'\n' as usize] = true;
    special
};

impl Machine {
    /// Another row, of which `most` cells are kept.
    pub(super) fn begin(&mut self, most: usize) {
        self.cells.clear();
        (self.state, self.at, self.most, self.count) = (State::Before, 0, most, 0);
        self.any_quoted = false;
    }

    /// Where it stands in the row; once that is whole, where the next begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Where the cell begins that it stands in.
    pub(super) fn cell_start(&self) -> usize {
        self.cell.start
    }

    pub(super) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn any_quoted(&self) -> bool {
        self.any_quoted
    }

    /// Reads on in the row, which `bytes` begin with.
    pub(super) fn run(&mut self, bytes: &[u8]) -> Step {
        loop {
            let step = match self.state {
                State::Before => self.before(bytes),
                State::Plain => self.plain(bytes),
                State::Quoted => self.quoted(bytes),
                State::Quote => self.quote(bytes),
            };
            if let Some(step) = step {
                return step;
            }
        }
    }

    fn before(&mut self, bytes: &[u8]) -> Option<Step> {
        let Some(first) = bytes.get(self.at) else { return Some(Step::More) };
        self.cell = FRESH;
        if *first == b'"' {
            self.at += 1;
            self.cell.quoted = true;
            self.any_quoted = true;
        }
        self.cell.start = self.at;
        self.state = if self.cell.quoted { State::Quoted } else { State::Plain };
        None
    }

    fn plain(&mut self, bytes: &[u8]) -> Option<Step> {
        let rest = &bytes[self.at..];
        self.at += rest.iter().position(|byte| SPECIAL[usize::from(*byte)]).unwrap_or(rest.len());
        match bytes.get(self.at) {
            None => Some(Step::More),
            Some(0) => Some(Step::Nul),
            Some(b'"') => Some(Step::Broken(QUOTE_WITHIN)),
            Some(_) => self.behind(bytes, self.at),
        }
    }

    fn quoted(&mut self, bytes: &[u8]) -> Option<Step> {
        let rest = &bytes[self.at..];
        self.at += memchr::memchr2(b'"', 0, rest).unwrap_or(rest.len());
        match bytes.get(self.at) {
            None => return Some(Step::More),
            Some(0) => return Some(Step::Nul),
            Some(_) => self.state = State::Quote,
        }
        None
    }

    fn quote(&mut self, bytes: &[u8]) -> Option<Step> {
        if bytes.get(self.at + 1) == Some(&b'"') {
            self.at += 2;
            self.cell.doubled = true;
            self.state = State::Quoted;
            return None;
        }
        self.behind(bytes, self.at + 1)
    }

    /// What stands at `next`, behind a cell that ends here.
    fn behind(&mut self, bytes: &[u8], next: usize) -> Option<Step> {
        let past = match (bytes.get(next), bytes.get(next + 1)) {
            (None, _) | (Some(b'\r'), None) => return Some(Step::More),
            (Some(b',' | b'\n'), _) => next + 1,
            (Some(b'\r'), Some(b'\n')) => next + 2,
            (Some(b'\r'), Some(_)) => return Some(Step::Broken(LONE_CR)),
            _ => return Some(Step::Broken(BEHIND_QUOTE)),
        };
        self.push();
        self.at = past;
        self.state = State::Before;
        (bytes[next] != b',').then_some(Step::Row)
    }

    fn push(&mut self) {
        self.cell.end = self.at;
        self.count += 1;
        if self.cells.len() < self.most {
            self.cells.push(self.cell);
        }
    }

    /// The body ends here, and all of it is in `bytes`: `None` if no row began, [`Step::More`] if one
    /// did and is not whole.
    pub(super) fn end(&mut self, bytes: &[u8]) -> Option<Step> {
        match self.state {
            State::Before if self.at == 0 => return None,
            State::Before => {
                self.cell = FRESH;
                (self.cell.start, self.cell.end) = (self.at, self.at);
            }
            State::Quoted => return Some(Step::More),
            State::Plain | State::Quote => {}
        }
        if bytes.last() == Some(&b'\r') && self.state != State::Before {
            return Some(Step::Broken(LONE_CR));
        }
        self.push();
        self.at = bytes.len();
        Some(Step::Row)
    }
}

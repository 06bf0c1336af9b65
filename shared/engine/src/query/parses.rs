//! What DuckDB's parser said of the last texts: it says the same of the same text each time, and a text that
//! comes often comes soon again.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use domain::Error;
use lru::LruCache;

use super::run::Stop;
use crate::raw::Connection;
use crate::{guard, values};

/// Texts that are kept, and bytes of one with its tree: some 8 MB at most.
const TEXTS: NonZeroUsize = NonZeroUsize::new(256).expect("not zero");
const BYTES: usize = 32 << 10;

/// The trees of the last texts.
pub(crate) struct Parses(Mutex<LruCache<String, Arc<str>>>);

impl Default for Parses {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(TEXTS)))
    }
}

impl Parses {
    /// What the parser says of this text, on a connection where that is all that runs.
    pub(super) fn of(&self, connection: &Connection, text: &str) -> Result<String, Stop> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(text).cloned();
        if let Some(tree) = known {
            return Ok(tree.as_ref().to_owned());
        }
        let tree = parse(connection, text)?;
        if text.len() + tree.len() <= BYTES {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            known.put(text.to_owned(), Arc::from(tree.as_str()));
        }
        Ok(tree)
    }
}

/// The parser's answer to a text.
pub(super) fn parse(connection: &Connection, text: &str) -> Result<String, Stop> {
    let rows = values::texts(connection, &guard::parse_sql(text))?;
    let tree = rows.into_iter().flatten().next().flatten();
    tree.ok_or_else(|| Error::internal("the parser gave no row").into())
}

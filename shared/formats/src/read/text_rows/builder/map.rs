//! Maps: JSON objects, or arrays of objects with a `key` and a `value`.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::{ArrayRef, MapArray, StructArray};
use arrow_schema::{DataType, Field, FieldRef, Fields};
use domain::{Error, Result};

use super::list::Ends;
use super::{Builder, entered, json_text, unfit};
use crate::read::text_rows::misfit::{Fit, Misfit};
use crate::read::text_rows::room::Room;
use crate::read::text_rows::scan::Scanner;

pub(super) struct Maps {
    name: String,
    pair: Fields,
    entries: FieldRef,
    keys: Box<dyn Builder>,
    values: Box<dyn Builder>,
    ends: Ends,
    /// The keys of the map that is being read.
    seen: HashSet<String>,
}

impl Maps {
    pub(super) fn new(name: String, keys: Box<dyn Builder>, values: Box<dyn Builder>) -> Self {
        let pair: Fields = vec![
            Field::new("key", keys.data_type(), false),
            Field::new("value", values.data_type(), true),
        ]
        .into();
        let entries = Arc::new(Field::new("entries", DataType::Struct(pair.clone()), false));
        Self { name, pair, entries, keys, values, ends: Ends::new(), seen: HashSet::new() }
    }

    /// A key that was taken, and the text of it.
    fn note(&mut self, key: &str, room: &mut Room) -> Fit {
        // About what an entry of the set takes.
        room.take(64);
        let value = self.keys.last().unwrap_or_else(|| key.to_owned());
        if self.seen.insert(value) {
            return Ok(());
        }
        Err(Misfit::value(&self.name, key, "is a key that stands there twice"))
    }

    fn item(&mut self, scanner: &mut Scanner<'_>, room: &mut Room) -> Fit {
        let key = scanner.key()?;
        self.keys.text(&key, room).map_err(|misfit| misfit.within("key"))?;
        self.note(&key, room)?;
        self.values.json(scanner, room).map_err(|misfit| misfit.within(&key_name(&key)))
    }

    /// `{"key": …, "value": …}`
    fn pair(&mut self, scanner: &mut Scanner<'_>, room: &mut Room) -> Fit {
        if scanner.peek() != Some(b'{') {
            return Err(unfit(&self.name, scanner));
        }
        scanner.enter(b'{')?;
        let pairs = self.keys.len();
        let mut first = true;
        while scanner.more(b'}', first)? {
            first = false;
            let name = scanner.key()?;
            let fresh = |builder: &dyn Builder| builder.len() == pairs;
            if name.eq_ignore_ascii_case("key") && fresh(&*self.keys) {
                self.key(scanner, room)?;
            } else if name.eq_ignore_ascii_case("value") && fresh(&*self.values) {
                self.values.json(scanner, room).map_err(|misfit| misfit.within("value"))?;
            } else {
                return Err(Misfit::value(
                    &self.name,
                    &name,
                    "is neither one `key` nor one `value`",
                ));
            }
        }
        if self.keys.len() == pairs {
            return Err(Misfit::value(&self.name, "{}", "has no `key`"));
        }
        if self.values.len() == pairs {
            self.values.null(room);
        }
        Ok(())
    }

    fn key(&mut self, scanner: &mut Scanner<'_>, room: &mut Room) -> Fit {
        if scanner.peek() == Some(b'n') {
            return Err(Misfit::value(&self.name, "null", "is NULL as a key"));
        }
        let before = scanner.rest();
        self.keys.json(scanner, room).map_err(|misfit| misfit.within("key"))?;
        let length = before.len() - scanner.rest().len();
        self.note(&before[..length], room)
    }
}

impl Builder for Maps {
    fn data_type(&self) -> DataType {
        DataType::Map(self.entries.clone(), false)
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn null(&mut self, room: &mut Room) {
        room.take(Ends::WIDTH);
        self.ends.push(self.keys.len(), false);
    }

    fn text(&mut self, text: &str, room: &mut Room) -> Fit {
        let name = self.name.clone();
        json_text(self, &name, text, room)
    }

    fn json(&mut self, scanner: &mut Scanner<'_>, room: &mut Room) -> Fit {
        let (open, close) = if scanner.peek() == Some(b'[') { (b'[', b']') } else { (b'{', b'}') };
        if !entered(&self.name, open, scanner)? {
            self.null(room);
            return Ok(());
        }
        // A map may be inside of another's value, but never inside of itself.
        self.seen.clear();
        let mut first = true;
        while scanner.more(close, first)? {
            if open == b'{' {
                self.item(scanner, room)?
            } else {
                self.pair(scanner, room)?
            }
            room.check()?;
            first = false;
        }
        room.take(Ends::WIDTH);
        self.ends.push(self.keys.len(), true);
        Ok(())
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        let columns = vec![self.keys.finish()?, self.values.finish()?];
        let (offsets, nulls) = self.ends.finish();
        let entries =
            StructArray::try_new(self.pair.clone(), columns, None).map_err(Error::internal)?;
        let array = MapArray::try_new(self.entries.clone(), offsets, entries, nulls, false);
        Ok(Arc::new(array.map_err(Error::internal)?))
    }
}

/// A key, as the name of where a value stands.
fn key_name(key: &str) -> String {
    key.chars().take(60).collect()
}

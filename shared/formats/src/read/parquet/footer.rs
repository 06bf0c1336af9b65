//! Walks a footer before it is decoded: the decoder allocates what a list claims, and goes down a
//! schema as deep as it nests. Source: Thrift's compact protocol; `FileMetaData` in parquet.thrift.

use domain::{Result, limits};

use crate::read::fault;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protection {
    None,
    Encrypted,
}

/// How deep the structures of a footer nest, with room.
const DEPTH: usize = 24;

/// A list nests three levels in Parquet's schema, below the root.
const SCHEMA_DEPTH: usize = 3 * (limits::TYPE_DEPTH + 1) + 1;

/// A structure in a list takes at least this many bytes: it has a required field.
const STRUCTURE_BYTES: usize = 3;

// Fields of FileMetaData and of SchemaElement.
const SCHEMA: i16 = 2;
const ENCRYPTION: i16 = 8;
const CHILDREN: i16 = 5;

// Types of the compact protocol.
const TRUE: u8 = 1;
const BYTE: u8 = 3;
const I16: u8 = 4;
const I64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const STRUCTURE: u8 = 12;

/// Refuses, of a footer that begins at byte `at`, lists that claim more than there is, and nesting past any use.
pub(super) fn check(footer: &[u8], at: u64) -> Result<Protection> {
    let mut walk = Walk { rest: footer, open: Vec::new(), too_deep: false };
    let mut protection = Protection::None;
    let whole = walk.structure(DEPTH, &mut |walk, id, kind| {
        if id == ENCRYPTION {
            protection = Protection::Encrypted;
        }
        if id == SCHEMA && kind == LIST { Some(walk.schema()) } else { None }
    });
    if walk.too_deep {
        return Err(domain::Error::invalid(
            "TYPE_TOO_DEEP",
            format!("A column nests deeper than {} levels; flatten it.", limits::TYPE_DEPTH),
        ));
    }
    whole.map(|()| protection).ok_or_else(|| fault::corrupt(at, "its footer cannot be read"))
}

struct Walk<'a> {
    rest: &'a [u8],
    /// How many children each open group of the schema still waits for.
    open: Vec<u64>,
    too_deep: bool,
}

/// What to do with a field in place of skipping it.
type Visit<'v, 'a> = &'v mut dyn FnMut(&mut Walk<'a>, i16, u8) -> Option<Option<()>>;

impl<'a> Walk<'a> {
    fn structure(&mut self, depth: usize, visit: Visit<'_, 'a>) -> Option<()> {
        let mut last: i16 = 0;
        loop {
            let head = self.byte()?;
            let kind = head & 15;
            if kind == 0 {
                return Some(());
            }
            last = match head >> 4 {
                0 => i16::try_from(self.signed()?).ok()?,
                step => last.checked_add(step.into())?,
            };
            match visit(self, last, kind) {
                Some(done) => done?,
                None => self.skip(kind, depth)?,
            }
        }
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            TRUE | 2 => Some(()),
            BYTE => self.byte().map(|_| ()),
            I16..=I64 => self.unsigned().map(|_| ()),
            DOUBLE => self.take(8),
            BINARY => {
                let length = usize::try_from(self.unsigned()?).ok()?;
                self.take(length)
            }
            LIST | SET => {
                let (count, kind) = self.list()?;
                (0..count).try_for_each(|_| match kind {
                    TRUE | 2 => self.take(1),
                    other => self.skip(other, depth),
                })
            }
            STRUCTURE => self.structure(depth, &mut |_, _, _| None),
            _ => None,
        }
    }

    /// The head of a list: how many, of what kind. It cannot be more than the bytes that are left.
    fn list(&mut self) -> Option<(usize, u8)> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => usize::try_from(self.unsigned()?).ok()?,
            few => usize::from(few),
        };
        let kind = head & 15;
        let each = if kind == STRUCTURE { STRUCTURE_BYTES } else { 1 };
        (count.checked_mul(each)? <= self.rest.len()).then_some((count, kind))
    }

    /// The schema: a tree written as a list, each group with the number of its children.
    fn schema(&mut self) -> Option<()> {
        let (count, kind) = self.list()?;
        if kind != STRUCTURE {
            return (count == 0).then_some(());
        }
        for _ in 0..count {
            let mut children = 0;
            self.structure(DEPTH, &mut |walk, id, kind| {
                let counts = id == CHILDREN && (I16..=I64).contains(&kind);
                counts.then(|| {
                    walk.signed().map(|value| children = u64::try_from(value).unwrap_or(0))
                })
            })?;
            self.grow(children)?;
        }
        Some(())
    }

    fn grow(&mut self, children: u64) -> Option<()> {
        if let Some(waiting) = self.open.last_mut() {
            *waiting = waiting.checked_sub(1)?;
        }
        if children > 0 {
            self.open.push(children);
        }
        self.too_deep = self.open.len() > SCHEMA_DEPTH;
        while self.open.last() == Some(&0) {
            self.open.pop();
        }
        (!self.too_deep).then_some(())
    }

    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(byte)
    }

    fn take(&mut self, count: usize) -> Option<()> {
        self.rest = self.rest.get(count..)?;
        Some(())
    }

    fn unsigned(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 127) << shift.min(63);
            if byte < 128 {
                return Some(value);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let value = self.unsigned()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }
}

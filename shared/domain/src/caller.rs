//! Who is calling, and what they may touch. Made by one extractor; nothing below asks otherwise.

use crate::TableName;

/// What is to be done with a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Its rows and its definition may be seen.
    Read,
    /// It may be created, appended to, dropped.
    Write,
}

/// What a caller may touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grants {
    /// Every table, to read and write.
    All,
    /// These tables only; a right to write holds the right to read.
    Tables(Vec<(TableName, Access)>),
}

impl Grants {
    /// Whether `table` may be touched so.
    pub fn allow(&self, table: &TableName, access: Access) -> bool {
        match self {
            Self::All => true,
            Self::Tables(granted) => granted.iter().any(|(name, right)| {
                name == table && (*right == Access::Write || access == Access::Read)
            }),
        }
    }
}

/// The one who sent a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The name under which idempotency keys and the audit know them.
    pub name: String,
    /// What they may touch.
    pub grants: Grants,
}

impl Caller {
    /// The caller of a server without an authenticator.
    pub fn anonymous() -> Self {
        Self { name: "anonymous".to_owned(), grants: Grants::All }
    }
}

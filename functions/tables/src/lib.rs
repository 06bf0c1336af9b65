//! The Lambda of /tables: definitions, metadata, writes.

//! What a laptop has in place of S3: an S3 server inside the process, on loopback, over a folder; and in place
//! of DynamoDB: a file of SQLite.
//!
//! The embedded server speaks the same protocol as production, so that there is one way through the
//! code, and any DuckDB client can attach the same lake. Under the lake the keys are ours; this
//! server is not for people's objects (FACTS 14).

mod files;
mod items;
mod keys;
mod server;

pub use items::SqliteItems;
pub use keys::StoredKeys;
pub use server::ObjectServer;

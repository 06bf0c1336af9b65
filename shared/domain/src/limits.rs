//! Limits that no configuration raises, each with the reason for its value.

/// Characters in the name of a schema, table or column. DuckDB has no limit; PostgreSQL and SQLite
/// keep names as text. 128 is what BigQuery's and Athena's users are near. [`crate::TableLimits`] may be lower.
pub const NAME_CHARACTERS: usize = 128;

/// Columns of one table: Parquet readers and catalog rows stay in one page well beyond this, and the
/// tables in which DuckLake inlines rows meet PostgreSQL's own limit at 1,600. [`crate::TableLimits`] may be
/// lower.
pub const COLUMNS: usize = 1_000;

/// Characters of a comment on a table or column, and of a column's default: what BigQuery takes of a
/// description.
pub const COMMENT_CHARACTERS: usize = 16_384;

/// How deep a column's type may nest.
pub const TYPE_DEPTH: usize = 32;

/// Characters of an `Idempotency-Key` (printable ASCII).
pub const IDEMPOTENCY_KEY_CHARACTERS: usize = 255;

/// Characters of an `X-Request-Id` (printable ASCII); a longer one is replaced by ours.
pub const REQUEST_ID_CHARACTERS: usize = 128;

/// Characters in the name of a job.
pub const JOB_NAME_CHARACTERS: usize = 128;

/// Characters of a job's owner: a mail address has 254.
pub const OWNER_CHARACTERS: usize = 256;

/// Characters of a tag, as AWS has it.
pub const TAG_CHARACTERS: usize = 128;

/// Tags of a job: each is an item of the state, all written in one transaction of 100.
pub const TAGS: usize = 50;

/// Bytes of the URI of a dataset: S3's bucket and key.
pub const DATASET_URI_BYTES: usize = 1_100;

/// Datasets that a job or a run names as its inputs, or as its outputs.
pub const DATASETS: usize = 100;

/// Bytes of a run's parameters, and of its metrics, as JSON: several of them fit into an item of 400 kB.
pub const RUN_JSON_BYTES: usize = 64 << 10;

/// Characters of what a run says of itself: a message, an error with its stack trace.
pub const RUN_MESSAGE_CHARACTERS: usize = 16_384;

/// Seconds in which nothing may be heard of a run: unless told, and at most (a week).
pub const HEARTBEAT_SECONDS: u32 = 3_600;
/// See [`HEARTBEAT_SECONDS`].
pub const HEARTBEAT_SECONDS_MAXIMUM: u32 = 7 * 24 * 3_600;

/// Items of a page unless the caller asks for another number.
pub const PAGE_DEFAULT: u32 = 100;

/// Items of a page at most.
pub const PAGE_MAXIMUM: u32 = 1_000;

/// Rows that a query may ask for. DuckDB takes 2^62 wherever a LIMIT stands, and one row more than these is
/// asked of it.
pub const ROWS: u64 = (1 << 62) - 1;

/// Bytes of one SQL text, a caller's or of a filter: 256 kB.
pub const SQL_BYTES: usize = 256_000;

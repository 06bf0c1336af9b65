//! Arrow batches to and from Arrow stream, Parquet, CSV, NDJSON, JSON.

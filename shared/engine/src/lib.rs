//! DuckDB and DuckLake: every write to the lake, every query.

-- What listings and DuckLake's own look-ups need: DuckLake makes primary keys only. Rows of inlined tables, whose names
-- are not known before, are counted by the statement that src/sqlite.rs writes.

CREATE INDEX eider_table_id ON ducklake_table (table_id);
CREATE INDEX eider_table_begin ON ducklake_table (begin_snapshot);
CREATE INDEX eider_table_schema ON ducklake_table (schema_id);
CREATE INDEX eider_column_table ON ducklake_column (table_id);
CREATE INDEX eider_tag_object ON ducklake_tag (object_id);
CREATE INDEX eider_column_tag_table ON ducklake_column_tag (table_id);
CREATE INDEX eider_data_file_table ON ducklake_data_file (table_id);
CREATE INDEX eider_delete_file_table ON ducklake_delete_file (table_id);
CREATE INDEX eider_file_column_stats_table ON ducklake_file_column_stats (table_id, column_id);
CREATE INDEX eider_file_column_stats_file ON ducklake_file_column_stats (data_file_id);
CREATE INDEX eider_file_partition_value_file ON ducklake_file_partition_value (data_file_id);
CREATE INDEX eider_inlined_data_tables_table ON ducklake_inlined_data_tables (table_id);
CREATE INDEX eider_table_stats_table ON ducklake_table_stats (table_id);
CREATE INDEX eider_table_column_stats_table ON ducklake_table_column_stats (table_id, column_id);

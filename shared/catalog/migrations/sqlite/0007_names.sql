-- Partitions and sort orders of a table are looked up by its id.

CREATE INDEX eider_partition_info_table ON ducklake_partition_info (table_id);
CREATE INDEX eider_sort_info_table ON ducklake_sort_info (table_id);

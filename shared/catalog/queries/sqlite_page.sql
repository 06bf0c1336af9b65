-- A page of tables at the newest snapshot; the parameters are those of postgres_tables.sql. Used by both sqlite_*.sql
-- that follow it.
WITH pinned AS (
    SELECT max(snapshot_id) AS id FROM ducklake_snapshot
), page AS (
    SELECT t.table_id, t.begin_snapshot, s.schema_name, t.table_name,
           lower(s.schema_name) AS folded_schema, lower(t.table_name) AS folded_name
    FROM ducklake_table t JOIN ducklake_schema s ON s.schema_id = t.schema_id, pinned
    WHERE t.begin_snapshot <= pinned.id AND (t.end_snapshot IS NULL OR t.end_snapshot > pinned.id)
      AND s.begin_snapshot <= pinned.id AND (s.end_snapshot IS NULL OR s.end_snapshot > pinned.id)
      AND length(s.schema_name) BETWEEN 1 AND 128 AND length(t.table_name) BETWEEN 1 AND 128
      AND s.schema_name || t.table_name
          NOT GLOB '*[' || char(1) || '-' || char(31) || char(127) || '-' || char(159) || ']*'
      AND (?1 IS NULL OR (lower(s.schema_name), lower(t.table_name)) > (?1, ?2))
      AND (?3 IS NULL OR (lower(s.schema_name), lower(t.table_name)) IN (
              SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?3)))
    ORDER BY folded_schema, folded_name
    LIMIT CAST(?4 AS INTEGER)
), inlined AS (
    SELECT i.table_id, i.table_name FROM page JOIN ducklake_inlined_data_tables i ON i.table_id = page.table_id
    UNION ALL
    SELECT page.table_id, m.name
    FROM page JOIN sqlite_master m ON m.type = 'table' AND m.name = 'ducklake_inlined_delete_' || page.table_id
)

-- A page of tables and views at one snapshot; the parameters are those of postgres_tables.sql. Used by both sqlite_*.sql
-- that follow it.
WITH kept AS (
    SELECT min(snapshot_id) AS oldest, max(snapshot_id) AS newest FROM ducklake_snapshot
), pinned AS (
    SELECT oldest, newest, CASE
        WHEN ?6 IS NOT NULL THEN (SELECT snapshot_id FROM ducklake_snapshot WHERE snapshot_id = CAST(?6 AS INTEGER))
        WHEN ?7 IS NOT NULL THEN (SELECT max(snapshot_id) FROM ducklake_snapshot WHERE snapshot_time <= ?7)
        ELSE newest
    END AS id
    FROM kept
), relation AS (
    SELECT table_id, begin_snapshot, end_snapshot, schema_id, table_name, NULL AS view_sql, NULL AS view_columns
    FROM ducklake_table
    UNION ALL
    SELECT view_id, begin_snapshot, end_snapshot, schema_id, view_name, sql, column_aliases FROM ducklake_view
), page AS (
    SELECT t.table_id, t.begin_snapshot, s.schema_name, t.table_name, t.view_sql, t.view_columns,
           lower(s.schema_name) AS folded_schema, lower(t.table_name) AS folded_name
    FROM relation t JOIN ducklake_schema s ON s.schema_id = t.schema_id, pinned
    WHERE t.begin_snapshot <= pinned.id AND (t.end_snapshot IS NULL OR t.end_snapshot > pinned.id)
      AND s.begin_snapshot <= pinned.id AND (s.end_snapshot IS NULL OR s.end_snapshot > pinned.id)
      AND length(s.schema_name) BETWEEN 1 AND 128 AND length(t.table_name) BETWEEN 1 AND 128
      AND s.schema_name || t.table_name
          NOT GLOB '*[' || char(1) || '-' || char(31) || char(127) || '-' || char(159) || ']*'
      AND (?1 IS NULL OR (lower(s.schema_name), lower(t.table_name)) > (?1, ?2))
      AND (?3 IS NULL OR (lower(s.schema_name), lower(t.table_name)) IN (
              SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?3)))
      AND (?8 IS NULL OR lower(s.schema_name) = ?8)
      AND (?9 IS NULL OR substr(lower(t.table_name), 1, length(?9)) = ?9)
    ORDER BY folded_schema, folded_name
    LIMIT CAST(?4 AS INTEGER)
), inlined AS (
    SELECT i.table_id, i.table_name FROM page JOIN ducklake_inlined_data_tables i ON i.table_id = page.table_id
    UNION ALL
    SELECT page.table_id, m.name
    FROM page JOIN sqlite_master m ON m.type = 'table' AND m.name = 'ducklake_inlined_delete_' || page.table_id
)

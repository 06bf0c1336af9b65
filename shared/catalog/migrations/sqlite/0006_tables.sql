-- Rows go into the table that they were checked against, or nowhere: DuckLake finds a table by its name.

-- As in 0005, and: the table of that id must have that name still.
DROP TRIGGER eider_record_writes;
CREATE TRIGGER eider_record_writes AFTER INSERT ON ducklake_snapshot_changes
WHEN NEW.author = 'eider' AND NEW.commit_extra_info IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'eider: extra info is not JSON') WHERE NOT json_valid(NEW.commit_extra_info);

    SELECT RAISE(ABORT, 'eider: write already recorded')
    FROM (SELECT json_extract(value, '$.key') AS key FROM json_each(NEW.commit_extra_info, '$.writes')) AS entry
    GROUP BY entry.key
    HAVING count(*) > 1 OR entry.key IN (SELECT key FROM eider_write);

    SELECT RAISE(ABORT, 'eider: the table has changed')
    FROM (SELECT json_extract(value, '$.table_id') AS id, json_extract(value, '$.if_match') AS if_match
          FROM json_each(NEW.commit_extra_info, '$.writes')) AS entry
    WHERE entry.if_match IS NOT NULL AND entry.if_match IS NOT coalesce(
        (SELECT max(snapshot_id) FROM eider_change
         WHERE table_id = entry.id AND snapshot_id < NEW.snapshot_id AND kind <> 'maintained'),
        (SELECT max(begin_snapshot) FROM ducklake_table WHERE table_id = entry.id AND begin_snapshot < NEW.snapshot_id),
        (SELECT max(begin_snapshot) FROM ducklake_view WHERE view_id = entry.id AND begin_snapshot < NEW.snapshot_id));

    SELECT RAISE(ABORT, 'eider: the table is another')
    FROM (SELECT json_extract(value, '$.table_id') AS id, json_extract(value, '$.kind') AS kind,
                 json_extract(value, '$.schema') AS schema_name, json_extract(value, '$.table') AS table_name
          FROM json_each(NEW.commit_extra_info, '$.writes')) AS entry
    WHERE entry.id IS NOT NULL AND entry.kind IN ('append', 'overwrite', 'upsert') AND NOT EXISTS (
        SELECT 1 FROM ducklake_table t JOIN ducklake_schema s ON s.schema_id = t.schema_id
        WHERE t.table_id = entry.id AND t.end_snapshot IS NULL
          AND lower(s.schema_name) = lower(entry.schema_name) AND lower(t.table_name) = lower(entry.table_name));

    INSERT INTO eider_write
        (key, payload, kind, snapshot_id, table_id, schema_name, table_name, row_count, byte_count, run_id,
         committed_at)
    SELECT entry.key, entry.payload, entry.kind, NEW.snapshot_id,
           coalesce(entry.table_id,
               (SELECT table_id FROM (
                    SELECT t.table_id, t.begin_snapshot,
                           (t.end_snapshot IS NOT NULL) = (entry.kind = 'drop_table') AS fits
                    FROM ducklake_table t JOIN ducklake_schema s ON s.schema_id = t.schema_id
                    WHERE lower(s.schema_name) = lower(entry.schema_name)
                      AND lower(t.table_name) = lower(entry.table_name)
                      AND (t.end_snapshot IS NULL OR t.end_snapshot = NEW.snapshot_id)
                ) ORDER BY fits DESC, begin_snapshot DESC LIMIT 1),
               (SELECT view_id FROM (
                    SELECT v.view_id, v.begin_snapshot,
                           (v.end_snapshot IS NOT NULL) = (entry.kind = 'drop_table') AS fits
                    FROM ducklake_view v JOIN ducklake_schema s ON s.schema_id = v.schema_id
                    WHERE lower(s.schema_name) = lower(entry.schema_name)
                      AND lower(v.view_name) = lower(entry.table_name)
                      AND (v.end_snapshot IS NULL OR v.end_snapshot = NEW.snapshot_id)
                ) ORDER BY fits DESC, begin_snapshot DESC LIMIT 1)),
           entry.schema_name, entry.table_name, coalesce(entry.row_count, 0), coalesce(entry.byte_count, 0),
           entry.run_id,
           coalesce((SELECT snapshot_time FROM ducklake_snapshot WHERE snapshot_id = NEW.snapshot_id),
                    strftime('%Y-%m-%d %H:%M:%f+00', 'now'))
    FROM (
        SELECT json_extract(value, '$.key') AS key, json_extract(value, '$.payload') AS payload,
               json_extract(value, '$.kind') AS kind, json_extract(value, '$.schema') AS schema_name,
               json_extract(value, '$.table') AS table_name, json_extract(value, '$.rows') AS row_count,
               json_extract(value, '$.bytes') AS byte_count, json_extract(value, '$.run') AS run_id,
               json_extract(value, '$.table_id') AS table_id
        FROM json_each(NEW.commit_extra_info, '$.writes')
    ) AS entry;
END;

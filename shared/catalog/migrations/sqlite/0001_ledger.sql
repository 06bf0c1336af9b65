-- The ledger: every write of ours by its idempotency key.

CREATE TABLE eider_write (
    key          TEXT PRIMARY KEY NOT NULL,
    payload      TEXT NOT NULL,                      -- digest of what was asked
    kind         TEXT NOT NULL,                      -- append, create_table, drop_table
    snapshot_id  BIGINT NOT NULL,                    -- where nothing was changed, the table's last one then
    table_id     BIGINT,                             -- NULL where nothing was changed
    schema_name  TEXT NOT NULL,
    table_name   TEXT NOT NULL,
    row_count    BIGINT NOT NULL DEFAULT 0,
    byte_count   BIGINT NOT NULL DEFAULT 0,
    run_id       TEXT,
    committed_at TEXT NOT NULL                       -- as DuckLake writes times: 2026-11-21 14:12:05.034154+00
);
CREATE INDEX eider_write_run ON eider_write (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX eider_write_snapshot ON eider_write (snapshot_id);

-- DuckLake inserts the row of ducklake_snapshot_changes last in its commit, so the trigger sees the whole of it, and
-- what it raises undoes all of it. The text it raises holds no word that DuckLake takes for a reason to try again.
CREATE TRIGGER eider_record_writes AFTER INSERT ON ducklake_snapshot_changes
WHEN NEW.author = 'eider' AND NEW.commit_extra_info IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'eider: extra info is not JSON') WHERE NOT json_valid(NEW.commit_extra_info);

    SELECT RAISE(ABORT, 'eider: write already recorded')
    FROM (SELECT json_extract(value, '$.key') AS key FROM json_each(NEW.commit_extra_info, '$.writes')) AS entry
    GROUP BY entry.key
    HAVING count(*) > 1 OR entry.key IN (SELECT key FROM eider_write);

    INSERT INTO eider_write
        (key, payload, kind, snapshot_id, table_id, schema_name, table_name, row_count, byte_count, run_id,
         committed_at)
    SELECT entry.key, entry.payload, entry.kind, NEW.snapshot_id,
           (SELECT table_id FROM (
                SELECT t.table_id, t.begin_snapshot,
                       (t.end_snapshot IS NOT NULL) = (entry.kind = 'drop_table') AS fits
                FROM ducklake_table t JOIN ducklake_schema s ON s.schema_id = t.schema_id
                WHERE lower(s.schema_name) = lower(entry.schema_name) AND lower(t.table_name) = lower(entry.table_name)
                  AND (t.end_snapshot IS NULL OR t.end_snapshot = NEW.snapshot_id)
            ) ORDER BY fits DESC, begin_snapshot DESC LIMIT 1),
           entry.schema_name, entry.table_name, coalesce(entry.row_count, 0), coalesce(entry.byte_count, 0),
           entry.run_id,
           coalesce((SELECT snapshot_time FROM ducklake_snapshot WHERE snapshot_id = NEW.snapshot_id),
                    strftime('%Y-%m-%d %H:%M:%f+00', 'now'))
    FROM (
        SELECT json_extract(value, '$.key') AS key, json_extract(value, '$.payload') AS payload,
               json_extract(value, '$.kind') AS kind, json_extract(value, '$.schema') AS schema_name,
               json_extract(value, '$.table') AS table_name, json_extract(value, '$.rows') AS row_count,
               json_extract(value, '$.bytes') AS byte_count, json_extract(value, '$.run') AS run_id
        FROM json_each(NEW.commit_extra_info, '$.writes')
    ) AS entry;
END;

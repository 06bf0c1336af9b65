-- The ledger: every write of ours by its idempotency key. Run with the metadata schema as search_path.

CREATE TABLE eider_write (
    key          text PRIMARY KEY,
    payload      text NOT NULL,                      -- digest of what was asked
    kind         text NOT NULL,                      -- append, create_table, drop_table
    snapshot_id  bigint NOT NULL,                    -- where nothing was changed, the table's last one then
    table_id     bigint,                             -- NULL where nothing was changed
    schema_name  text NOT NULL,
    table_name   text NOT NULL,
    row_count    bigint NOT NULL DEFAULT 0,
    byte_count   bigint NOT NULL DEFAULT 0,
    run_id       text,
    committed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX eider_write_run ON eider_write (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX eider_write_snapshot ON eider_write (snapshot_id);

-- DuckLake inserts the row of ducklake_snapshot_changes last in its commit, so the trigger sees the whole of it, and
-- what it raises undoes all of it. The text it raises holds no word that DuckLake takes for a reason to try again
-- ("unique", "conflict", "concurrent", "primary key").
CREATE FUNCTION eider_record_writes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    entry record;
BEGIN
    FOR entry IN
        SELECT * FROM jsonb_to_recordset(NEW.commit_extra_info::jsonb -> 'writes') AS entry
            (key text, payload text, kind text, schema text, "table" text, rows bigint, bytes bigint, run text)
    LOOP
        INSERT INTO eider_write
            (key, payload, kind, snapshot_id, table_id, schema_name, table_name, row_count, byte_count, run_id,
             committed_at)
        VALUES
            (entry.key, entry.payload, entry.kind, NEW.snapshot_id,
             (SELECT t.table_id
              FROM ducklake_table t JOIN ducklake_schema s ON s.schema_id = t.schema_id
              WHERE lower(s.schema_name COLLATE "C") = lower(entry.schema COLLATE "C")
                AND lower(t.table_name COLLATE "C") = lower(entry."table" COLLATE "C")
                AND (t.end_snapshot IS NULL OR t.end_snapshot = NEW.snapshot_id)
              ORDER BY (t.end_snapshot IS NOT NULL) = (entry.kind = 'drop_table') DESC, t.begin_snapshot DESC
              LIMIT 1),
             entry.schema, entry."table", coalesce(entry.rows, 0), coalesce(entry.bytes, 0), entry.run,
             coalesce((SELECT snapshot_time FROM ducklake_snapshot WHERE snapshot_id = NEW.snapshot_id), now()))
        ON CONFLICT (key) DO NOTHING;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'eider: write already recorded';
        END IF;
    END LOOP;
    RETURN NULL;
END;
$$;
REVOKE ALL ON FUNCTION eider_record_writes() FROM PUBLIC;

CREATE TRIGGER eider_record_writes AFTER INSERT ON ducklake_snapshot_changes
FOR EACH ROW WHEN (NEW.author = 'eider' AND NEW.commit_extra_info IS NOT NULL)
EXECUTE FUNCTION eider_record_writes();

-- Rows go into the table that they were checked against, or nowhere: DuckLake finds a table by its name.

-- As in 0005, and: the table of that id must have that name still. What no one asks is not looked up.
CREATE OR REPLACE FUNCTION eider_record_writes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    entry record;
BEGIN
    FOR entry IN
        SELECT * FROM jsonb_to_recordset(NEW.commit_extra_info::jsonb -> 'writes') AS entry
            (key text, payload text, kind text, schema text, "table" text, rows bigint, bytes bigint, run text,
             table_id bigint, if_match bigint)
    LOOP
        INSERT INTO eider_write
            (key, payload, kind, snapshot_id, table_id, schema_name, table_name, row_count, byte_count, run_id,
             committed_at)
        VALUES
            (entry.key, entry.payload, entry.kind, NEW.snapshot_id,
             coalesce(entry.table_id,
                 (SELECT t.table_id
                  FROM ducklake_table t JOIN ducklake_schema s ON s.schema_id = t.schema_id
                  WHERE lower(s.schema_name COLLATE "C") = lower(entry.schema COLLATE "C")
                    AND lower(t.table_name COLLATE "C") = lower(entry."table" COLLATE "C")
                    AND (t.end_snapshot IS NULL OR t.end_snapshot = NEW.snapshot_id)
                  ORDER BY (t.end_snapshot IS NOT NULL) = (entry.kind = 'drop_table') DESC, t.begin_snapshot DESC
                  LIMIT 1),
                 (SELECT v.view_id
                  FROM ducklake_view v JOIN ducklake_schema s ON s.schema_id = v.schema_id
                  WHERE lower(s.schema_name COLLATE "C") = lower(entry.schema COLLATE "C")
                    AND lower(v.view_name COLLATE "C") = lower(entry."table" COLLATE "C")
                    AND (v.end_snapshot IS NULL OR v.end_snapshot = NEW.snapshot_id)
                  ORDER BY (v.end_snapshot IS NOT NULL) = (entry.kind = 'drop_table') DESC, v.begin_snapshot DESC
                  LIMIT 1)),
             entry.schema, entry."table", coalesce(entry.rows, 0), coalesce(entry.bytes, 0), entry.run,
             coalesce((SELECT snapshot_time FROM ducklake_snapshot WHERE snapshot_id = NEW.snapshot_id), now()))
        ON CONFLICT (key) DO NOTHING;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'eider: write already recorded';
        END IF;
        IF entry.if_match IS NOT NULL THEN
            IF entry.if_match IS DISTINCT FROM eider_last_change(entry.table_id, NEW.snapshot_id) THEN
                RAISE EXCEPTION 'eider: the table has changed';
            END IF;
        END IF;
        IF entry.kind IN ('append', 'overwrite', 'upsert') AND entry.table_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM ducklake_table t JOIN ducklake_schema s ON s.schema_id = t.schema_id
            WHERE t.table_id = entry.table_id AND t.end_snapshot IS NULL
              AND lower(s.schema_name COLLATE "C") = lower(entry.schema COLLATE "C")
              AND lower(t.table_name COLLATE "C") = lower(entry."table" COLLATE "C"))
        THEN
            RAISE EXCEPTION 'eider: the table is another';
        END IF;
    END LOOP;
    RETURN NULL;
END;
$$;

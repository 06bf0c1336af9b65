-- Writes that are made only if the table is still as the caller saw it, and views, which the ledger keeps like tables.

-- The last snapshot that changed a table or a view before this one; NULL where there is no such thing.
CREATE FUNCTION eider_last_change(of_table bigint, before_snapshot bigint) RETURNS bigint
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
SELECT coalesce(
    (SELECT max(snapshot_id) FROM eider_change
     WHERE table_id = of_table AND snapshot_id < before_snapshot AND kind <> 'maintained'),
    (SELECT max(begin_snapshot) FROM ducklake_table WHERE table_id = of_table AND begin_snapshot < before_snapshot),
    (SELECT max(begin_snapshot) FROM ducklake_view WHERE view_id = of_table AND begin_snapshot < before_snapshot))
$$;
CREATE INDEX eider_view_id ON ducklake_view (view_id);

-- As in 0001, and: what the write was made for must be the newest, or it is not made. DuckLake tries the commit of a twin
-- again under the next number, and this looks again.
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
        IF entry.if_match IS DISTINCT FROM eider_last_change(entry.table_id, NEW.snapshot_id)
           AND entry.if_match IS NOT NULL THEN
            RAISE EXCEPTION 'eider: the table has changed';
        END IF;
    END LOOP;
    RETURN NULL;
END;
$$;

-- How often the lake's clients were told to connect anew: each compares it with the one that it connected under.
CREATE TABLE eider_generation (generation bigint NOT NULL);
INSERT INTO eider_generation VALUES (0);

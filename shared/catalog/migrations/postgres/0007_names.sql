-- Names are looked up, and listed in their order, folded; partitions and sort orders of a table by its id.

CREATE INDEX eider_table_name ON ducklake_table (schema_id, lower(table_name COLLATE "C"));
CREATE INDEX eider_view_name ON ducklake_view (schema_id, lower(view_name COLLATE "C"));
CREATE INDEX eider_partition_info_table ON ducklake_partition_info (table_id);
CREATE INDEX eider_sort_info_table ON ducklake_sort_info (table_id);
DROP INDEX IF EXISTS eider_table_schema;

-- By no index are changes of all tables in the order of snapshots: for the last change of one table that looks shorter than
-- it is, and PostgreSQL would go back through the changes of all others.
ALTER TABLE eider_change DROP CONSTRAINT eider_change_pkey, ADD PRIMARY KEY (ordinal, snapshot_id);

-- As in 0003, but for inlined tables that never had a row, which most are: a look at their size is cheaper than a
-- statement for each.
CREATE OR REPLACE FUNCTION eider_row_count(of_table bigint, at_snapshot bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
    total bigint;
    part bigint;
    inlined text;
BEGIN
    SELECT coalesce(sum(f.record_count - coalesce(d.delete_count, 0)), 0) INTO total
    FROM ducklake_data_file f
    LEFT JOIN ducklake_delete_file d
        ON d.table_id = of_table AND d.data_file_id = f.data_file_id
        AND d.begin_snapshot <= at_snapshot AND (d.end_snapshot IS NULL OR d.end_snapshot > at_snapshot)
    WHERE f.table_id = of_table
      AND f.begin_snapshot <= at_snapshot AND (f.end_snapshot IS NULL OR f.end_snapshot > at_snapshot);
    FOR inlined IN SELECT table_name FROM ducklake_inlined_data_tables WHERE table_id = of_table LOOP
        CONTINUE WHEN pg_relation_size(to_regclass(quote_ident(inlined))) = 0;
        EXECUTE format('SELECT count(*) FROM %I
                        WHERE begin_snapshot <= $1 AND (end_snapshot IS NULL OR end_snapshot > $1)', inlined)
        INTO part USING at_snapshot;
        total := total + part;
    END LOOP;
    inlined := 'ducklake_inlined_delete_' || of_table;
    IF to_regclass(quote_ident(inlined)) IS NOT NULL THEN
        EXECUTE format('SELECT count(*) FROM %I d JOIN ducklake_data_file f ON f.data_file_id = d.file_id
                        WHERE d.begin_snapshot <= $1 AND f.table_id = $2 AND f.begin_snapshot <= $1
                          AND (f.end_snapshot IS NULL OR f.end_snapshot > $1)', inlined)
        INTO part USING at_snapshot, of_table;
        total := total - part;
    END IF;
    RETURN total;
END;
$$;

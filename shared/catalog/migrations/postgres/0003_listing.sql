-- What listings and DuckLake's own look-ups need: DuckLake makes primary keys only.

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

-- The rows of a table at a snapshot: live data files less live deletes, plus live inlined rows, less the inlined
-- deletes of live files. Exact at the newest snapshot; at an older one so long as no file was merged across it. STABLE,
-- so that all of it sees what the calling statement sees. An inlined table that is dropped meanwhile is an error
-- (undefined_table): ask again.
CREATE FUNCTION eider_row_count(of_table bigint, at_snapshot bigint) RETURNS bigint
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

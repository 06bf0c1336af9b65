-- What the writes of the run $1 changed, table by table, and what the catalog is, as one JSON text. @ is the metadata
-- schema.
SELECT json_build_object(
    'migration', (SELECT max(number) FROM @.eider_migration),
    'format', (SELECT value FROM @.ducklake_metadata WHERE key = 'version' AND scope IS NULL),
    'written', (
        SELECT json_agg(written) FROM (
            SELECT schema_name AS schema, table_name AS "table", count(*) AS writes, sum(row_count) AS rows,
                sum(byte_count) AS bytes, max(snapshot_id) AS snapshot
            FROM @.eider_write WHERE run_id = $1::text AND table_id IS NOT NULL
            GROUP BY schema_name, table_name ORDER BY schema_name, table_name
        ) written
    )
)::text

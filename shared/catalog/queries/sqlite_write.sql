-- What the ledger has under the keys ?1, which are a JSON array, and what the catalog is, as one JSON text. Alone is a
-- write that no other write to its table shares a snapshot with.
SELECT json_object(
    'migration', (SELECT max(number) FROM eider_migration),
    'format', (SELECT value FROM ducklake_metadata WHERE key = 'version' AND scope IS NULL),
    'snapshot', (SELECT max(snapshot_id) FROM ducklake_snapshot),
    'writes', (
        SELECT json_group_array(json_object(
            'key', key, 'payload', payload, 'changed', json(CASE WHEN table_id IS NULL THEN 'false' ELSE 'true' END),
            'snapshot', snapshot_id, 'schema', schema_name, 'table', table_name,
            'rows', row_count, 'bytes', byte_count, 'run', run_id, 'at', committed_at, 'answer', answer,
            'alone', json(CASE WHEN EXISTS (
                SELECT 1 FROM eider_write other
                WHERE other.snapshot_id = own.snapshot_id AND other.table_id = own.table_id AND other.key <> own.key)
                THEN 'false' ELSE 'true' END)))
        FROM eider_write own WHERE key IN (SELECT value FROM json_each(?1))
    )
)

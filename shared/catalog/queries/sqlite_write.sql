-- What the ledger has under the key ?1, and what the catalog is, as one JSON text.
SELECT json_object(
    'migration', (SELECT max(number) FROM eider_migration),
    'format', (SELECT value FROM ducklake_metadata WHERE key = 'version' AND scope IS NULL),
    'snapshot', (SELECT max(snapshot_id) FROM ducklake_snapshot),
    'write', (
        SELECT json_object(
            'payload', payload, 'changed', json(CASE WHEN table_id IS NULL THEN 'false' ELSE 'true' END),
            'snapshot', snapshot_id, 'schema', schema_name, 'table', table_name,
            'rows', row_count, 'bytes', byte_count, 'run', run_id, 'at', committed_at, 'answer', answer)
        FROM eider_write WHERE key = ?1
    )
)

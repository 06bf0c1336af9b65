-- What the ledger has under the keys $1, which have commas between them, and what the catalog is, as one JSON text. @ is
-- the metadata schema. Alone is a write that no other write to its table shares a snapshot with.
SELECT json_build_object(
    'migration', (SELECT max(number) FROM @.eider_migration),
    'format', (SELECT value FROM @.ducklake_metadata WHERE key = 'version' AND scope IS NULL),
    'snapshot', (SELECT max(snapshot_id) FROM @.ducklake_snapshot),
    'writes', (
        SELECT json_agg(json_build_object(
            'key', key, 'payload', payload, 'changed', table_id IS NOT NULL,
            'snapshot', snapshot_id, 'schema', schema_name, 'table', table_name,
            'rows', row_count, 'bytes', byte_count, 'run', run_id, 'at', committed_at, 'answer', answer,
            'alone', NOT EXISTS (
                SELECT 1 FROM @.eider_write other
                WHERE other.snapshot_id = own.snapshot_id AND other.table_id = own.table_id AND other.key <> own.key)))
        FROM @.eider_write own WHERE key = ANY (string_to_array($1::text, ','))
    )
)::text

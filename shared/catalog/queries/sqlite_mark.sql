-- What the catalog is, the newest snapshot, the definitions that it has, and how often clients were told to connect
-- anew.
SELECT json_object(
    'migration', (SELECT max(number) FROM eider_migration),
    'format', (SELECT value FROM ducklake_metadata WHERE key = 'version' AND scope IS NULL),
    'snapshot', snapshot_id, 'schema', schema_version, 'generation', (SELECT generation FROM eider_generation)
)
FROM ducklake_snapshot ORDER BY snapshot_id DESC LIMIT 1

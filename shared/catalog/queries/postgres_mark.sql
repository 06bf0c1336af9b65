-- The newest snapshot, and how often clients were told to connect anew. @ is the metadata schema.
SELECT json_build_object(
    'snapshot', (SELECT max(snapshot_id) FROM @.ducklake_snapshot),
    'generation', (SELECT generation FROM @.eider_generation)
)::text

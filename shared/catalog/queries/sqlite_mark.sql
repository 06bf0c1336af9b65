-- The newest snapshot, and how often clients were told to connect anew.
SELECT json_object(
    'snapshot', (SELECT max(snapshot_id) FROM ducklake_snapshot),
    'generation', (SELECT generation FROM eider_generation)
)

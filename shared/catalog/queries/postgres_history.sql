-- What happened to the table or view $1, newest first, as one JSON text. @ is the metadata schema. Parameters, all texts or
-- NULL: $1 its id; $2 only snapshots before this; $3 how many.
SELECT json_build_object(
    'migration', (SELECT max(number) FROM @.eider_migration),
    'format', (SELECT value FROM @.ducklake_metadata WHERE key = 'version' AND scope IS NULL),
    'snapshot', (SELECT max(snapshot_id) FROM @.ducklake_snapshot),
    'history', coalesce((
        SELECT json_agg(json_build_object(
            'snapshot', page.snapshot_id,
            'at', page.committed_at,
            'kinds', page.kinds,
            'kept', EXISTS (SELECT FROM @.ducklake_snapshot s WHERE s.snapshot_id = page.snapshot_id),
            'author', said.author,
            'message', said.commit_message,
            'writes', (
                SELECT json_agg(json_build_object(
                    'kind', w.kind, 'rows', w.row_count, 'bytes', w.byte_count, 'run', w.run_id) ORDER BY w.key)
                FROM @.eider_write w
                WHERE w.snapshot_id = page.snapshot_id AND w.table_id = $1::text::bigint
            )
        ) ORDER BY page.snapshot_id DESC)
        FROM (
            SELECT snapshot_id, min(committed_at) AS committed_at, json_agg(kind ORDER BY ordinal) AS kinds
            FROM @.eider_change
            WHERE table_id = $1::text::bigint AND ($2::text IS NULL OR snapshot_id < $2::text::bigint)
            GROUP BY snapshot_id ORDER BY snapshot_id DESC LIMIT $3::text::bigint
        ) AS page
        LEFT JOIN @.ducklake_snapshot_changes said ON said.snapshot_id = page.snapshot_id
    ), '[]'::json)
)::text

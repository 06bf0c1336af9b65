-- What happened to the table or view ?1, newest first, as one JSON text; the parameters are those of postgres_history.sql.
SELECT json_object(
    'migration', (SELECT max(number) FROM eider_migration),
    'format', (SELECT value FROM ducklake_metadata WHERE key = 'version' AND scope IS NULL),
    'snapshot', (SELECT max(snapshot_id) FROM ducklake_snapshot),
    'history', json((SELECT json_group_array(json(document)) FROM (
        SELECT json_object(
            'snapshot', page.snapshot_id,
            'at', page.committed_at,
            'kinds', json((
                SELECT json_group_array(kind) FROM (
                    SELECT kind FROM eider_change
                    WHERE table_id = CAST(?1 AS INTEGER) AND snapshot_id = page.snapshot_id ORDER BY ordinal
                )
            )),
            'kept', json(CASE WHEN EXISTS (SELECT 1 FROM ducklake_snapshot s WHERE s.snapshot_id = page.snapshot_id)
                         THEN 'true' ELSE 'false' END),
            'author', said.author,
            'message', said.commit_message,
            'writes', json((
                SELECT json_group_array(json(entry)) FROM (
                    SELECT json_object(
                        'kind', w.kind, 'rows', w.row_count, 'bytes', w.byte_count, 'run', w.run_id) AS entry
                    FROM eider_write w
                    WHERE w.snapshot_id = page.snapshot_id AND w.table_id = CAST(?1 AS INTEGER) ORDER BY w.key
                )
            ))
        ) AS document
        FROM (
            SELECT snapshot_id, min(committed_at) AS committed_at
            FROM eider_change
            WHERE table_id = CAST(?1 AS INTEGER) AND (?2 IS NULL OR snapshot_id < CAST(?2 AS INTEGER))
            GROUP BY snapshot_id ORDER BY snapshot_id DESC LIMIT CAST(?3 AS INTEGER)
        ) AS page
        LEFT JOIN ducklake_snapshot_changes said ON said.snapshot_id = page.snapshot_id
        ORDER BY page.snapshot_id DESC
    )))
)

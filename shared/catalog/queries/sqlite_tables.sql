-- After sqlite_page.sql and `, counted(table_id, n) AS (…)`, the rows of each inlined table (deletes below zero): the
-- same JSON text as of postgres_tables.sql, and which inlined tables there were.
SELECT json_object(
    'migration', (SELECT max(number) FROM eider_migration),
    'format', (SELECT value FROM ducklake_metadata WHERE key = 'version' AND scope IS NULL),
    'snapshot', pinned.id,
    'oldest', pinned.oldest,
    'newest', pinned.newest,
    'inlined', json((SELECT json_group_array(json_array(table_id, table_name)) FROM inlined)),
    'tables', json((SELECT json_group_array(json(document)) FROM (
        SELECT json_object(
            'id', page.table_id,
            'schema', page.schema_name,
            'name', page.table_name,
            'rows', (
                SELECT coalesce(sum(f.record_count - coalesce(d.delete_count, 0)), 0)
                FROM ducklake_data_file f
                LEFT JOIN ducklake_delete_file d
                    ON d.table_id = page.table_id AND d.data_file_id = f.data_file_id
                    AND d.begin_snapshot <= pinned.id AND (d.end_snapshot IS NULL OR d.end_snapshot > pinned.id)
                WHERE f.table_id = page.table_id AND f.begin_snapshot <= pinned.id
                  AND (f.end_snapshot IS NULL OR f.end_snapshot > pinned.id)
            ) + coalesce(beside.n, 0),
            'bytes', (
                SELECT coalesce(sum(f.file_size_bytes), 0) FROM ducklake_data_file f
                WHERE f.table_id = page.table_id AND f.begin_snapshot <= pinned.id
                  AND (f.end_snapshot IS NULL OR f.end_snapshot > pinned.id)
            ),
            'files', (
                SELECT count(*) FROM ducklake_data_file f
                WHERE f.table_id = page.table_id AND f.begin_snapshot <= pinned.id
                  AND (f.end_snapshot IS NULL OR f.end_snapshot > pinned.id)
            ),
            'snapshot', coalesce((
                SELECT snapshot_id FROM eider_change
                WHERE table_id = page.table_id AND snapshot_id <= pinned.id AND kind <> 'maintained'
                ORDER BY snapshot_id DESC LIMIT 1
            ), page.begin_snapshot),
            'created_at', coalesce((
                SELECT committed_at FROM eider_change
                WHERE table_id = page.table_id ORDER BY snapshot_id, ordinal LIMIT 1
            ), born.snapshot_time, (SELECT snapshot_time FROM ducklake_snapshot ORDER BY snapshot_id LIMIT 1)),
            'updated_at', coalesce((
                SELECT committed_at FROM eider_change
                WHERE table_id = page.table_id AND snapshot_id <= pinned.id AND kind <> 'maintained'
                ORDER BY snapshot_id DESC LIMIT 1
            ), born.snapshot_time, (SELECT snapshot_time FROM ducklake_snapshot ORDER BY snapshot_id LIMIT 1)),
            'view_sql', page.view_sql,
            'view_columns', page.view_columns,
            'comment', (
                SELECT value FROM ducklake_tag
                WHERE object_id = page.table_id AND key = 'comment' AND begin_snapshot <= pinned.id
                  AND (end_snapshot IS NULL OR end_snapshot > pinned.id)
                LIMIT 1
            ),
            'columns', CASE WHEN ?5 = 'true' THEN json((
                SELECT json_group_array(json(column_document)) FROM (
                    SELECT json_object(
                        'id', c.column_id, 'parent', c.parent_column, 'name', c.column_name, 'type', c.column_type,
                        'default', c.default_value, 'default_type', c.default_value_type,
                        'nullable', json(CASE WHEN c.nulls_allowed THEN 'true' ELSE 'false' END),
                        'comment', (
                            SELECT value FROM ducklake_column_tag tag
                            WHERE tag.table_id = page.table_id AND tag.column_id = c.column_id AND tag.key = 'comment'
                              AND tag.begin_snapshot <= pinned.id
                              AND (tag.end_snapshot IS NULL OR tag.end_snapshot > pinned.id)
                            LIMIT 1
                        )
                    ) AS column_document
                    FROM ducklake_column c
                    WHERE c.table_id = page.table_id AND c.begin_snapshot <= pinned.id
                      AND (c.end_snapshot IS NULL OR c.end_snapshot > pinned.id)
                    ORDER BY c.column_order
                )
            )) END,
            'partition_by', CASE WHEN ?5 = 'true' THEN json((
                SELECT json_group_array(json_array(transform, column_name)) FROM (
                    SELECT k.transform, c.column_name
                    FROM ducklake_partition_info p
                    JOIN ducklake_partition_column k ON k.partition_id = p.partition_id AND k.table_id = p.table_id
                    JOIN ducklake_column c ON c.table_id = p.table_id AND c.column_id = k.column_id
                    WHERE p.table_id = page.table_id AND p.begin_snapshot <= pinned.id
                      AND (p.end_snapshot IS NULL OR p.end_snapshot > pinned.id)
                      AND c.begin_snapshot <= pinned.id AND (c.end_snapshot IS NULL OR c.end_snapshot > pinned.id)
                    ORDER BY k.partition_key_index
                )
            )) END,
            'sort_by', CASE WHEN ?5 = 'true' THEN json((
                SELECT json_group_array(json_array(expression, sort_direction, null_order)) FROM (
                    SELECT k.expression, k.sort_direction, k.null_order
                    FROM ducklake_sort_info p
                    JOIN ducklake_sort_expression k ON k.sort_id = p.sort_id AND k.table_id = p.table_id
                    WHERE p.table_id = page.table_id AND p.begin_snapshot <= pinned.id
                      AND (p.end_snapshot IS NULL OR p.end_snapshot > pinned.id)
                    ORDER BY k.sort_key_index
                )
            )) END
        ) AS document
        FROM page
        LEFT JOIN ducklake_snapshot AS born ON born.snapshot_id = page.begin_snapshot
        LEFT JOIN (SELECT table_id, sum(n) AS n FROM counted GROUP BY table_id) AS beside
            ON beside.table_id = page.table_id
        ORDER BY page.folded_schema, page.folded_name
    )))
)
FROM pinned

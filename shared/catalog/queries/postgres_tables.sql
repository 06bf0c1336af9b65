-- Tables at the newest snapshot as one JSON text. @ is the metadata schema. Parameters, all texts or NULL:
-- $1, $2 folded schema and name after which the page begins; $3 JSON [[schema, name], …], folded, of the tables that may
-- be shown; $4 how many; $5 'true' for columns too. Names that Eider's grammar has not are left out.
WITH pinned AS (
    SELECT max(snapshot_id) AS id FROM @.ducklake_snapshot
), page AS (
    SELECT * FROM (
        SELECT t.table_id, t.begin_snapshot, s.schema_name, t.table_name,
               lower(s.schema_name COLLATE "C") AS folded_schema, lower(t.table_name COLLATE "C") AS folded_name
        FROM @.ducklake_table t JOIN @.ducklake_schema s ON s.schema_id = t.schema_id, pinned
        WHERE t.begin_snapshot <= pinned.id AND (t.end_snapshot IS NULL OR t.end_snapshot > pinned.id)
          AND s.begin_snapshot <= pinned.id AND (s.end_snapshot IS NULL OR s.end_snapshot > pinned.id)
          AND char_length(s.schema_name) BETWEEN 1 AND 128 AND char_length(t.table_name) BETWEEN 1 AND 128
          AND s.schema_name || t.table_name !~ '[\u0001-\u001f\u007f-\u009f]'
    ) AS live
    WHERE ($1::text IS NULL OR (folded_schema, folded_name) > ($1::text, $2::text))
      AND ($3::text IS NULL
           OR (folded_schema, folded_name) IN (SELECT pair ->> 0, pair ->> 1 FROM json_array_elements($3::json) AS pair))
    ORDER BY folded_schema, folded_name
    LIMIT $4::text::bigint
)
SELECT json_build_object(
    'migration', (SELECT max(number) FROM @.eider_migration),
    'format', (SELECT value FROM @.ducklake_metadata WHERE key = 'version' AND scope IS NULL),
    'snapshot', pinned.id,
    'tables', coalesce((
        SELECT json_agg(json_build_object(
            'id', page.table_id,
            'schema', page.schema_name,
            'name', page.table_name,
            'rows', @.eider_row_count(page.table_id, pinned.id),
            'bytes', files.bytes,
            'files', files.files,
            'snapshot', coalesce(last.snapshot_id, page.begin_snapshot),
            'created_at', coalesce(first.committed_at, oldest.snapshot_time),
            'updated_at', coalesce(last.committed_at, oldest.snapshot_time),
            'comment', (
                SELECT value FROM @.ducklake_tag
                WHERE object_id = page.table_id AND key = 'comment' AND begin_snapshot <= pinned.id
                  AND (end_snapshot IS NULL OR end_snapshot > pinned.id)
                LIMIT 1
            ),
            'columns', CASE WHEN $5::text = 'true' THEN (
                SELECT json_agg(json_build_object(
                    'id', c.column_id, 'parent', c.parent_column, 'name', c.column_name, 'type', c.column_type,
                    'default', c.default_value, 'default_type', c.default_value_type, 'nullable', c.nulls_allowed,
                    'comment', (
                        SELECT value FROM @.ducklake_column_tag tag
                        WHERE tag.table_id = page.table_id AND tag.column_id = c.column_id AND tag.key = 'comment'
                          AND tag.begin_snapshot <= pinned.id
                          AND (tag.end_snapshot IS NULL OR tag.end_snapshot > pinned.id)
                        LIMIT 1
                    )
                ) ORDER BY c.column_order)
                FROM @.ducklake_column c
                WHERE c.table_id = page.table_id AND c.begin_snapshot <= pinned.id
                  AND (c.end_snapshot IS NULL OR c.end_snapshot > pinned.id)
            ) END
        ) ORDER BY page.folded_schema, page.folded_name)
        FROM page
        CROSS JOIN LATERAL (
            SELECT count(*) AS files, coalesce(sum(f.file_size_bytes), 0) AS bytes
            FROM @.ducklake_data_file f
            WHERE f.table_id = page.table_id AND f.begin_snapshot <= pinned.id
              AND (f.end_snapshot IS NULL OR f.end_snapshot > pinned.id)
        ) AS files
        CROSS JOIN LATERAL (
            SELECT snapshot_time FROM @.ducklake_snapshot ORDER BY snapshot_id LIMIT 1
        ) AS oldest
        LEFT JOIN LATERAL (
            SELECT committed_at FROM @.eider_change
            WHERE table_id = page.table_id ORDER BY snapshot_id, ordinal LIMIT 1
        ) AS first ON true
        LEFT JOIN LATERAL (
            SELECT snapshot_id, committed_at FROM @.eider_change
            WHERE table_id = page.table_id AND snapshot_id <= pinned.id AND kind <> 'maintained'
            ORDER BY snapshot_id DESC LIMIT 1
        ) AS last ON true
    ), '[]'::json)
)::text
FROM pinned

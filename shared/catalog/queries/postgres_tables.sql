-- Tables and views at one snapshot as one JSON text: a page of postgres_page.sql, or some by name of
-- postgres_named.sql, put where the page is. @ is the metadata schema. Parameters, all texts or NULL:
-- $1, $2 folded schema and name after which the page begins; $3 JSON [[schema, name], …], folded, of those that may be
-- shown; $4 how many; $5 'true' for columns too; $6 the snapshot, or $7 the time (the last snapshot by then), else the
-- newest; $8 a folded schema; $9 what the folded name begins with. Names that Eider's grammar has not are left out.
WITH kept AS (
    SELECT min(snapshot_id) AS oldest, max(snapshot_id) AS newest FROM @.ducklake_snapshot
), pinned AS (
    SELECT oldest, newest, CASE
        WHEN $6::text IS NOT NULL
            THEN (SELECT snapshot_id FROM @.ducklake_snapshot WHERE snapshot_id = $6::text::bigint)
        WHEN $7::text IS NOT NULL
            THEN (SELECT max(snapshot_id) FROM @.ducklake_snapshot WHERE snapshot_time <= $7::text::timestamptz)
        ELSE newest
    END AS id
    FROM kept
), live_schema AS (
    SELECT schema_id, schema_name, lower(schema_name COLLATE "C") AS folded_schema
    FROM @.ducklake_schema s, pinned
    WHERE s.begin_snapshot <= pinned.id AND (s.end_snapshot IS NULL OR s.end_snapshot > pinned.id)
      AND char_length(schema_name) BETWEEN 1 AND 128 AND schema_name !~ '[\u0001-\u001f\u007f-\u009f]'
      AND ($8::text IS NULL OR lower(schema_name COLLATE "C") = $8::text)
), relation AS (
    SELECT table_id, begin_snapshot, end_snapshot, schema_id, table_name, lower(table_name COLLATE "C") AS folded_name,
           NULL::varchar AS view_sql, NULL::varchar AS view_columns
    FROM @.ducklake_table
    UNION ALL
    SELECT view_id, begin_snapshot, end_snapshot, schema_id, view_name, lower(view_name COLLATE "C"), sql,
           column_aliases
    FROM @.ducklake_view
), page AS (
{page}
)
SELECT json_build_object(
    'migration', (SELECT max(number) FROM @.eider_migration),
    'format', (SELECT value FROM @.ducklake_metadata WHERE key = 'version' AND scope IS NULL),
    'snapshot', pinned.id,
    'oldest', pinned.oldest,
    'newest', pinned.newest,
    'tables', coalesce((
        SELECT json_agg(json_build_object(
            'id', page.table_id,
            'schema', page.schema_name,
            'name', page.table_name,
            'rows', @.eider_row_count(page.table_id, pinned.id),
            'bytes', files.bytes,
            'files', files.files,
            'snapshot', coalesce(last.snapshot_id, page.begin_snapshot),
            'created_at', coalesce(first.committed_at, born.snapshot_time, oldest.snapshot_time),
            'updated_at', coalesce(last.committed_at, born.snapshot_time, oldest.snapshot_time),
            'view_sql', page.view_sql,
            'view_columns', page.view_columns,
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
            ) END,
            'partition_by', CASE WHEN $5::text = 'true' THEN (
                SELECT json_agg(json_build_array(k.transform, c.column_name) ORDER BY k.partition_key_index)
                FROM @.ducklake_partition_info p
                JOIN @.ducklake_partition_column k ON k.partition_id = p.partition_id AND k.table_id = p.table_id
                JOIN @.ducklake_column c ON c.table_id = p.table_id AND c.column_id = k.column_id
                WHERE p.table_id = page.table_id AND p.begin_snapshot <= pinned.id
                  AND (p.end_snapshot IS NULL OR p.end_snapshot > pinned.id)
                  AND c.begin_snapshot <= pinned.id AND (c.end_snapshot IS NULL OR c.end_snapshot > pinned.id)
            ) END,
            'sort_by', CASE WHEN $5::text = 'true' THEN (
                SELECT json_agg(json_build_array(k.expression, k.sort_direction, k.null_order) ORDER BY k.sort_key_index)
                FROM @.ducklake_sort_info p
                JOIN @.ducklake_sort_expression k ON k.sort_id = p.sort_id AND k.table_id = p.table_id
                WHERE p.table_id = page.table_id AND p.begin_snapshot <= pinned.id
                  AND (p.end_snapshot IS NULL OR p.end_snapshot > pinned.id)
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
        LEFT JOIN @.ducklake_snapshot AS born ON born.snapshot_id = page.begin_snapshot
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

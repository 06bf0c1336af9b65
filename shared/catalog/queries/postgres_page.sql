-- The page of a listing: no more names of a schema are read, in their order, than the page has. (What few names fail is
-- one condition: PostgreSQL thinks that many fail it, and of more it would think that hardly any name is left to read.)
SELECT t.*, s.schema_name, s.folded_schema
FROM live_schema s CROSS JOIN LATERAL (
    SELECT t.* FROM relation t
    WHERE t.schema_id = s.schema_id
      AND t.folded_name > CASE WHEN s.folded_schema = $1::text THEN $2::text ELSE '' END
      AND t.folded_name >= coalesce($9::text, '')
      AND CASE
          WHEN t.begin_snapshot > (SELECT id FROM pinned) OR t.end_snapshot <= (SELECT id FROM pinned) THEN false
          WHEN left(t.folded_name, length($9::text)) <> $9::text THEN false
          ELSE char_length(t.table_name) <= 128 AND t.table_name !~ '[\u0001-\u001f\u007f-\u009f]'
      END
    ORDER BY t.folded_name
    LIMIT $4::text::bigint
) AS t
WHERE $1::text IS NULL OR s.folded_schema >= $1::text
ORDER BY s.folded_schema, t.folded_name
LIMIT $4::text::bigint

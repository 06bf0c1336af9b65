-- Of the names that may be shown, those that there are.
SELECT t.*, s.schema_name, s.folded_schema
FROM (SELECT DISTINCT pair ->> 0 AS schema, pair ->> 1 AS name FROM json_array_elements($3::json) AS pair) AS shown
JOIN live_schema s ON s.folded_schema = shown.schema
JOIN relation t ON t.schema_id = s.schema_id AND t.folded_name = shown.name
CROSS JOIN pinned
WHERE t.begin_snapshot <= pinned.id AND (t.end_snapshot IS NULL OR t.end_snapshot > pinned.id)
  AND ($1::text IS NULL OR (s.folded_schema, t.folded_name) > ($1::text, $2::text))
  AND ($9::text IS NULL OR left(t.folded_name, length($9::text)) = $9::text)
ORDER BY s.folded_schema, t.folded_name
LIMIT $4::text::bigint

-- What each snapshot did to each table, whoever made it; outlives expired snapshots.

CREATE TABLE eider_change (
    snapshot_id  bigint NOT NULL,
    ordinal      integer NOT NULL,                   -- from 0, within the snapshot
    table_id     bigint,                             -- NULL where it is not known
    schema_name  text,
    table_name   text,
    kind         text NOT NULL,                      -- the events' names, and: maintained, unknown
    committed_at timestamptz NOT NULL,
    PRIMARY KEY (snapshot_id, ordinal)
);
CREATE INDEX eider_change_table ON eider_change (table_id, snapshot_id, ordinal);

-- What the words of changes_made come to. Names in it hold commas, colons and quotes: only ids are taken from the
-- text, and what was created or renamed from ducklake_table. A flush rewrites what it deletes: it changes nothing.
CREATE FUNCTION eider_changes_of(of_snapshot bigint, changes text)
RETURNS TABLE (place integer, table_id bigint, kind text)
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
WITH element AS (
    SELECT split_part(part, ':', 1) AS word,
           CASE WHEN split_part(part, ':', 2) ~ '^[0-9]{1,18}$' THEN split_part(part, ':', 2)::bigint END AS id
    FROM string_to_table(regexp_replace(changes, '"[^"]*"', '', 'g'), ',') AS part
    WHERE part <> ''
), seen AS (
    SELECT id,
           bool_or(word = 'dropped_table') AS dropped,
           bool_or(word = 'altered_table') AS altered,
           bool_or(word IN ('inserted_into_table', 'inlined_insert')) AS more,
           bool_or(word = 'inlined_delete')
               OR (bool_or(word = 'deleted_from_table') AND NOT bool_or(word = 'inline_flush')) AS less,
           bool_or(word IN ('inline_flush', 'merge_adjacent', 'rewrite_delete', 'compacted_table')) AS maintained,
           bool_or(word NOT IN (
               'dropped_table', 'altered_table', 'inserted_into_table', 'inlined_insert', 'inlined_delete',
               'deleted_from_table', 'inline_flush', 'merge_adjacent', 'rewrite_delete', 'compacted_table',
               'created_schema', 'created_table', 'created_view', 'created_scalar_macro', 'created_table_macro',
               'dropped_schema', 'dropped_view', 'dropped_scalar_macro', 'dropped_table_macro', 'altered_view'
           )) AS odd
    FROM element
    GROUP BY id
), born AS (
    SELECT t.table_id AS id,
           EXISTS (SELECT FROM ducklake_table earlier
                   WHERE earlier.table_id = t.table_id AND earlier.begin_snapshot < of_snapshot) AS renamed
    FROM ducklake_table t
    WHERE t.begin_snapshot = of_snapshot
)
SELECT 1, id, 'table_deleted' FROM seen WHERE dropped AND id IS NOT NULL
UNION ALL
SELECT 2, id, 'table_created' FROM born WHERE NOT renamed
UNION ALL
SELECT 3, id, 'schema_changed'
FROM (SELECT id FROM seen WHERE altered AND id IS NOT NULL UNION SELECT id FROM born WHERE renamed) AS changed
UNION ALL
SELECT 4, id, CASE WHEN more AND less THEN 'data_changed' WHEN more THEN 'data_appended' ELSE 'data_deleted' END
FROM seen WHERE (more OR less) AND id IS NOT NULL
UNION ALL
SELECT 5, id, 'maintained' FROM seen WHERE maintained AND id IS NOT NULL
UNION ALL
SELECT 6, id, 'unknown'
FROM seen WHERE odd OR (id IS NULL AND (dropped OR altered OR more OR less OR maintained))
$$;

CREATE FUNCTION eider_note_changes(of_snapshot bigint, changes text) RETURNS void
LANGUAGE sql SET search_path FROM CURRENT AS $$
INSERT INTO eider_change (snapshot_id, ordinal, table_id, schema_name, table_name, kind, committed_at)
SELECT of_snapshot, row_number() OVER (ORDER BY change.place, change.table_id) - 1, change.table_id,
       named.schema_name, named.table_name, change.kind,
       coalesce((SELECT snapshot_time FROM ducklake_snapshot WHERE snapshot_id = of_snapshot), now())
FROM eider_changes_of(of_snapshot, changes) AS change
LEFT JOIN LATERAL (
    SELECT s.schema_name, t.table_name
    FROM ducklake_table t JOIN ducklake_schema s ON s.schema_id = t.schema_id
    WHERE t.table_id = change.table_id AND t.begin_snapshot <= of_snapshot
    ORDER BY t.begin_snapshot DESC
    LIMIT 1
) AS named ON true
$$;

-- A commit of another client must never fail in here.
CREATE FUNCTION eider_note_snapshot() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM eider_note_changes(NEW.snapshot_id, coalesce(NEW.changes_made, ''));
    RETURN NULL;
EXCEPTION WHEN others THEN
    INSERT INTO eider_change (snapshot_id, ordinal, kind, committed_at)
    VALUES (NEW.snapshot_id, 0, 'unknown', now())
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END;
$$;
REVOKE ALL ON FUNCTION eider_note_snapshot() FROM PUBLIC;

CREATE TRIGGER eider_note_snapshot AFTER INSERT ON ducklake_snapshot_changes
FOR EACH ROW EXECUTE FUNCTION eider_note_snapshot();

-- What a lake that is older than this table can still tell.
SELECT eider_note_changes(snapshot_id, coalesce(changes_made, ''))
FROM ducklake_snapshot_changes ORDER BY snapshot_id;

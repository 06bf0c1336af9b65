-- What each snapshot did to each table, whoever made it; outlives expired snapshots.

CREATE TABLE eider_change (
    snapshot_id  BIGINT NOT NULL,
    ordinal      INTEGER NOT NULL,                   -- from 0, within the snapshot
    table_id     BIGINT,                             -- NULL where it is not known
    schema_name  TEXT,
    table_name   TEXT,
    kind         TEXT NOT NULL,                      -- the events' names, and: maintained, unknown
    committed_at TEXT NOT NULL,
    PRIMARY KEY (snapshot_id, ordinal)
);
CREATE INDEX eider_change_table ON eider_change (table_id, snapshot_id, ordinal);

-- Holds nothing: what is inserted is a snapshot whose changes are to be noted.
CREATE VIEW eider_note AS SELECT 0 AS snapshot_id, '' AS changes WHERE 0;

-- What the words of changes_made come to. Names in it hold commas, colons and quotes: only ids are taken from the
-- text (a walk from quote to quote keeps what is outside), and what was created or renamed from ducklake_table. A flush
-- rewrites what it deletes: it changes nothing. Nothing here may fail: it runs in other clients' commits.
CREATE TRIGGER eider_note_changes INSTEAD OF INSERT ON eider_note
BEGIN
    INSERT OR REPLACE INTO eider_change
        (snapshot_id, ordinal, table_id, schema_name, table_name, kind, committed_at)
    SELECT NEW.snapshot_id, row_number() OVER (ORDER BY change.place, change.id) - 1, change.id,
           (SELECT s.schema_name FROM ducklake_table t JOIN ducklake_schema s ON s.schema_id = t.schema_id
            WHERE t.table_id = change.id AND t.begin_snapshot <= NEW.snapshot_id
            ORDER BY t.begin_snapshot DESC LIMIT 1),
           (SELECT t.table_name FROM ducklake_table t
            WHERE t.table_id = change.id AND t.begin_snapshot <= NEW.snapshot_id
            ORDER BY t.begin_snapshot DESC LIMIT 1),
           change.kind,
           coalesce((SELECT snapshot_time FROM ducklake_snapshot WHERE snapshot_id = NEW.snapshot_id),
                    strftime('%Y-%m-%d %H:%M:%f+00', 'now'))
    FROM (
        WITH RECURSIVE walk(rest, kept, quoted) AS (
            SELECT NEW.changes, '', 0
            UNION ALL
            SELECT CASE WHEN instr(rest, '"') > 0 THEN substr(rest, instr(rest, '"') + 1) END,
                   CASE WHEN quoted THEN kept
                        WHEN instr(rest, '"') > 0 THEN kept || substr(rest, 1, instr(rest, '"') - 1)
                        ELSE kept || rest END,
                   NOT quoted
            FROM walk WHERE rest IS NOT NULL
        ), stripped(list) AS (
            SELECT '["' || replace(kept, ',', '","') || '"]' FROM walk WHERE rest IS NULL
        ), part(text) AS (
            SELECT value FROM json_each(
                (SELECT CASE WHEN json_valid(list) THEN list ELSE '["unreadable"]' END FROM stripped))
            WHERE value <> ''
        ), element(word, id) AS (
            SELECT substr(text, 1, instr(text || ':', ':') - 1),
                   CASE WHEN substr(text, instr(text || ':', ':') + 1) GLOB '[0-9]*'
                         AND NOT substr(text, instr(text || ':', ':') + 1) GLOB '*[^0-9]*'
                        THEN CAST(substr(text, instr(text || ':', ':') + 1) AS INTEGER) END
            FROM part
        ), seen AS (
            SELECT id,
                   max(word = 'dropped_table') AS dropped,
                   max(word = 'altered_table') AS altered,
                   max(word IN ('inserted_into_table', 'inlined_insert')) AS more,
                   max(word = 'inlined_delete')
                       OR (max(word = 'deleted_from_table') AND NOT max(word = 'inline_flush')) AS less,
                   max(word IN ('inline_flush', 'merge_adjacent', 'rewrite_delete', 'compacted_table')) AS maintained,
                   max(word NOT IN (
                       'dropped_table', 'altered_table', 'inserted_into_table', 'inlined_insert', 'inlined_delete',
                       'deleted_from_table', 'inline_flush', 'merge_adjacent', 'rewrite_delete', 'compacted_table',
                       'created_schema', 'created_table', 'created_view', 'created_scalar_macro', 'created_table_macro',
                       'dropped_schema', 'dropped_view', 'dropped_scalar_macro', 'dropped_table_macro', 'altered_view'
                   )) AS odd
            FROM element
            GROUP BY id
        ), born AS (
            SELECT t.table_id AS id,
                   EXISTS (SELECT 1 FROM ducklake_table earlier
                           WHERE earlier.table_id = t.table_id AND earlier.begin_snapshot < NEW.snapshot_id) AS renamed
            FROM ducklake_table t
            WHERE t.begin_snapshot = NEW.snapshot_id
        )
        SELECT 1 AS place, id, 'table_deleted' AS kind FROM seen WHERE dropped AND id IS NOT NULL
        UNION ALL
        SELECT 2, id, 'table_created' FROM born WHERE NOT renamed
        UNION ALL
        SELECT 3, id, 'schema_changed'
        FROM (SELECT id FROM seen WHERE altered AND id IS NOT NULL UNION SELECT id FROM born WHERE renamed)
        UNION ALL
        SELECT 4, id, CASE WHEN more AND less THEN 'data_changed' WHEN more THEN 'data_appended' ELSE 'data_deleted' END
        FROM seen WHERE (more OR less) AND id IS NOT NULL
        UNION ALL
        SELECT 5, id, 'maintained' FROM seen WHERE maintained AND id IS NOT NULL
        UNION ALL
        SELECT 6, id, 'unknown'
        FROM seen WHERE odd OR (id IS NULL AND (dropped OR altered OR more OR less OR maintained))
    ) AS change;
END;

CREATE TRIGGER eider_note_snapshot AFTER INSERT ON ducklake_snapshot_changes
BEGIN
    INSERT INTO eider_note (snapshot_id, changes) VALUES (NEW.snapshot_id, coalesce(NEW.changes_made, ''));
END;

-- What a lake that is older than this table can still tell.
INSERT INTO eider_note (snapshot_id, changes)
SELECT snapshot_id, coalesce(changes_made, '') FROM ducklake_snapshot_changes ORDER BY snapshot_id;

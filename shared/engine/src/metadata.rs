//! Questions to the catalog's own tables, asked through DuckDB's connection to it.

use domain::SnapshotId;
use service::Write;

use crate::settings::EngineSettings;
use crate::sql::{METADATA, identifier, literal};

/// A statement of the catalog database's own SQL, as DuckDB runs it there.
pub(crate) fn query(settings: &EngineSettings, sql: &str) -> String {
    let function = if settings.is_sqlite() { "sqlite_query" } else { "postgres_query" };
    format!("{function}('{METADATA}', {})", literal(sql))
}

/// Schema and name of the table or view of this id at this snapshot, as VARCHARs.
pub(crate) fn table_at(
    settings: &EngineSettings,
    table_id: u64,
    SnapshotId(snapshot): SnapshotId,
) -> String {
    let home = identifier(settings.metadata_schema());
    let live = |name: &str| {
        format!(
            "{name}.begin_snapshot <= {snapshot} \
             AND ({name}.end_snapshot IS NULL OR {name}.end_snapshot > {snapshot})"
        )
    };
    let sql = format!(
        "SELECT s.schema_name, t.table_name FROM (\
            SELECT table_id, schema_id, table_name, begin_snapshot, end_snapshot \
            FROM {home}.ducklake_table UNION ALL \
            SELECT view_id, schema_id, view_name, begin_snapshot, end_snapshot \
            FROM {home}.ducklake_view) t \
         JOIN {home}.ducklake_schema s ON s.schema_id = t.schema_id \
         WHERE t.table_id = {table_id} AND {} AND {}",
        live("t"),
        live("s"),
    );
    format!("SELECT schema_name::VARCHAR, table_name::VARCHAR FROM {}", query(settings, &sql))
}

/// Every view that ever stood, as VARCHARs: schema, name, its query, names for its columns, and the first and the
/// last snapshot but one of the view and of its schema.
pub(crate) fn views(settings: &EngineSettings) -> String {
    let home = identifier(settings.metadata_schema());
    let sql = format!(
        "SELECT s.schema_name, v.view_name, v.sql, v.column_aliases, v.begin_snapshot, v.end_snapshot, \
         s.begin_snapshot AS schema_begin, s.end_snapshot AS schema_end \
         FROM {home}.ducklake_view v JOIN {home}.ducklake_schema s ON s.schema_id = v.schema_id"
    );
    format!("SELECT COLUMNS(*)::VARCHAR FROM {}", query(settings, &sql))
}

/// The last snapshot up to this one that changed the table or view of this id, as a BIGINT: what the
/// catalog's trigger compares `if_match` with.
pub(crate) fn last_change(
    settings: &EngineSettings,
    table_id: u64,
    SnapshotId(snapshot): SnapshotId,
) -> String {
    let home = identifier(settings.metadata_schema());
    let begin = |table: &str, id: &str| {
        format!(
            "(SELECT max(begin_snapshot) FROM {home}.{table} \
             WHERE {id} = {table_id} AND begin_snapshot <= {snapshot})"
        )
    };
    let sql = format!(
        "SELECT coalesce((SELECT max(snapshot_id) FROM {home}.eider_change \
         WHERE table_id = {table_id} AND snapshot_id <= {snapshot} AND kind <> 'maintained'), {}, {}) \
         AS last",
        begin("ducklake_table", "table_id"),
        begin("ducklake_view", "view_id"),
    );
    format!("SELECT last::BIGINT FROM {}", query(settings, &sql))
}

/// The statements that put the key of a write that changed nothing into the ledger, at this time in
/// microseconds since 1970. By way of EXECUTE: see `query::parameters`.
pub(crate) fn record_alone(
    settings: &EngineSettings,
    write: &Write,
    snapshot: SnapshotId,
    micros: i64,
) -> [String; 2] {
    let home = format!("{METADATA}.{}", identifier(settings.metadata_schema()));
    let table = write.change.table();
    let text = |value: &str| literal(value);
    let arguments = [
        text(&write.key.key),
        text(&write.key.payload),
        text(crate::write::kind(&write.change)),
        snapshot.to_string(),
        text(table.schema.as_str()),
        text(table.name.as_str()),
        crate::write::bytes(&write.change).to_string(),
        write.run.map_or_else(|| "NULL".to_owned(), |run| text(&run.to_string())),
        format!("strftime(make_timestamp({micros}), '%Y-%m-%d %H:%M:%S.%f+00')"),
        write.change.answer().map_or_else(|| "NULL".to_owned(), text),
    ];
    [
        format!("PREPARE eider_alone AS {}", catalog::ledger::record_alone(&home)),
        format!("EXECUTE eider_alone({})", arguments.join(", ")),
    ]
}

//! The three roles of the catalog: one migrates and owns, one writes, one reads. Any two, or all
//! three, may be the same.

use config::{Password, PostgresConfig, Role};
use domain::{Error, Result};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::failed;
use super::postgres::connect;
use crate::postgres::quoted;

/// Makes the roles that do not exist, with their passwords; those that do are left as they are.
pub(super) async fn make(connection: &mut PgConnection, config: &PostgresConfig) -> Result<()> {
    for role in [&config.writer, &config.reader] {
        let what = format!("the role `{}` cannot be made", role.user);
        let exists: bool =
            sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)")
                .bind(&role.user)
                .fetch_one(&mut *connection)
                .await
                .map_err(failed(&what))?;
        if exists {
            continue;
        }
        let Password::Plain(password) = &role.password else {
            return Err(Error::internal("a database password is an ARN still"));
        };
        let sql = format!(
            "CREATE ROLE {} LOGIN PASSWORD {}",
            quoted(&role.user),
            literal(password.reveal())
        );
        match sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *connection).await {
            Ok(_) => tracing::info!(role = role.user, "made a role"),
            Err(error) if is_duplicate(&error) => {}
            Err(error) => return Err(failed(what)(error)),
        }
    }
    Ok(())
}

/// Rights on the schema and on what the migrating role owns in it, now and later. Re-applied at each
/// migration.
pub(super) async fn grant(connection: &mut PgConnection, config: &PostgresConfig) -> Result<()> {
    let owner = config.migrating();
    let schema = quoted(&config.metadata_schema);
    let mut statements = Vec::new();
    if let Some(writer) = other(&config.writer, owner) {
        // CREATE: DuckLake makes and drops inlined tables at run time.
        statements.push(format!("GRANT USAGE, CREATE ON SCHEMA {schema} TO {writer}"));
        statements.extend(on_tables(config, "SELECT, INSERT, UPDATE, DELETE", &writer));
        // Ours is written by triggers, in their owner's rights; only the ledger also by hand.
        statements.push(format!(
            "REVOKE INSERT, UPDATE, DELETE ON eider_migration, eider_change FROM {writer}; \
             REVOKE UPDATE, DELETE ON eider_write FROM {writer}"
        ));
    }
    if let Some(reader) = other(&config.reader, owner)
        && config.reader.user != config.writer.user
    {
        statements.push(format!("GRANT USAGE ON SCHEMA {schema} TO {reader}"));
        statements.extend(on_tables(config, "SELECT", &reader));
    }
    execute(connection, statements, &format!("the rights in `{}`", config.metadata_schema)).await
}

/// The writer itself grants the reader what it will make and has made: the owner of an inlined table
/// is who wrote the first small append. Proves the writer's password on the way.
pub(super) async fn grant_of_writer(config: &PostgresConfig) -> Result<()> {
    let mut connection = connect(config, &config.writer).await?;
    let mut statements = Vec::new();
    if let Some(reader) = other(&config.reader, &config.writer) {
        statements.extend(on_tables(config, "SELECT", &reader));
    }
    execute(&mut connection, statements, "the rights on the writer's tables").await?;
    connection.close().await.map_err(failed("the writer's connection did not close"))
}

fn other(role: &Role, than: &Role) -> Option<String> {
    (role.user != than.user).then(|| quoted(&role.user))
}

/// Rights on every table of the schema that the role which says so owns, and on those to come.
fn on_tables(config: &PostgresConfig, rights: &str, role: &str) -> [String; 2] {
    let schema = quoted(&config.metadata_schema);
    let grant = literal(&format!("GRANT {rights} ON %I.%I TO {}", role.replace('%', "%%")));
    let later =
        format!("ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {rights} ON TABLES TO {role}");
    let body = format!(
        "DECLARE owned record; BEGIN \
         FOR owned IN SELECT schemaname, tablename FROM pg_catalog.pg_tables \
         WHERE schemaname = {} AND tableowner = current_user LOOP \
         EXECUTE format({grant}, owned.schemaname, owned.tablename); END LOOP; END",
        literal(&config.metadata_schema)
    );
    [later, format!("DO {}", literal(&body))]
}

async fn execute(connection: &mut PgConnection, statements: Vec<String>, on: &str) -> Result<()> {
    for sql in statements {
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut *connection)
            .await
            .map_err(failed(format!("{on} cannot be granted")))?;
    }
    Ok(())
}

/// A literal, whatever `standard_conforming_strings` says.
fn literal(text: &str) -> String {
    if text.contains('\\') {
        return format!(" E'{}'", text.replace('\\', "\\\\").replace('\'', "''"));
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// Another migration, of another schema or database of this server, was faster.
fn is_duplicate(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("42710" | "23505"))
}

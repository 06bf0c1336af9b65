//! Secrets that the process reads itself, at its start.

use std::collections::BTreeMap;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::DisplayErrorContext;
use config::{CatalogConfig, Password, Secret};
use domain::{Error, Result};
use tokio::sync::OnceCell;

/// The same configuration with every password in it: those named by an ARN are read now.
pub async fn read_passwords(config: &CatalogConfig) -> Result<CatalogConfig> {
    let client = OnceCell::new();
    let connect = async || Client::new(&aws_config::load_from_env().await);
    with_passwords(config, async |arn| read_secret(client.get_or_init(connect).await, arn).await)
        .await
}

/// Asks for each secret once, however many roles have it.
async fn with_passwords(
    config: &CatalogConfig,
    read: impl AsyncFn(&str) -> Result<Secret>,
) -> Result<CatalogConfig> {
    let mut config = config.clone();
    let CatalogConfig::Postgres(postgres) = &mut config else { return Ok(config) };
    let mut known = BTreeMap::new();
    let migrate = postgres.migrate.as_mut();
    for role in [&mut postgres.writer, &mut postgres.reader].into_iter().chain(migrate) {
        let Password::SecretArn(arn) = &role.password else { continue };
        let secret = match known.get(arn) {
            Some(secret) => Secret::clone(secret),
            None => read(arn).await?,
        };
        known.insert(arn.clone(), secret.clone());
        role.password = Password::Plain(secret);
    }
    Ok(config)
}

/// The password in the secret `arn`: the `password` field where it holds JSON (as RDS keeps them),
/// else its whole text.
async fn read_secret(client: &Client, arn: &str) -> Result<Secret> {
    let answer = client.get_secret_value().secret_id(arn).send().await.map_err(|error| {
        let chain = DisplayErrorContext(&error).to_string();
        Error::unavailable("the secret named in DB_POSTGRES_PASSWORD_SECRET_ARN", chain)
    })?;
    let text = answer
        .secret_string()
        .ok_or_else(|| Error::unavailable("the database's password", "the secret holds no text"))?;
    let json: Option<serde_json::Value> = serde_json::from_str(text).ok();
    let field = json.as_ref().and_then(|json| json.get("password")).and_then(|v| v.as_str());
    Ok(Secret::new(field.unwrap_or(text)))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use config::Config;

    use super::*;

    #[tokio::test]
    async fn a_secret_of_two_roles_is_read_once_and_what_is_plain_stays() {
        let variables = [
            ("DB_POSTGRES_HOST", "127.0.0.1"),
            ("DB_POSTGRES_DB", "eider"),
            ("DB_POSTGRES_USER", "writer"),
            ("DB_POSTGRES_READER_USER", "reader"),
            ("DB_POSTGRES_PASSWORD_SECRET_ARN", "arn:one"),
            ("DB_POSTGRES_MIGRATE_USER", "migrate"),
            ("DB_POSTGRES_MIGRATE_PASSWORD", "plain"),
            ("STORAGE_DEFAULT_BUCKET", "eider"),
            ("AWS_REGION", "us-east-1"),
            ("STATE_DYNAMODB_TABLE", "eider"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let config = Config::from_variables(variables).expect("a configuration").catalog;
        let asked = RefCell::new(Vec::new());
        let read = async |arn: &str| {
            asked.borrow_mut().push(arn.to_owned());
            Ok(Secret::new(format!("of {arn}")))
        };
        let filled = with_passwords(&config, read).await.expect("read");
        assert_eq!(asked.into_inner(), ["arn:one"]);
        let CatalogConfig::Postgres(postgres) = filled else { panic!("not PostgreSQL") };
        let migrate = postgres.migrate.expect("a role");
        for (role, expected) in
            [(postgres.writer, "of arn:one"), (postgres.reader, "of arn:one"), (migrate, "plain")]
        {
            let Password::Plain(secret) = role.password else { panic!("{} has none", role.user) };
            assert_eq!(secret.reveal(), expected, "{}", role.user);
        }
    }
}

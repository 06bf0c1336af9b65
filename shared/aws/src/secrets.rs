//! Secrets that the process reads itself, at its start.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::DisplayErrorContext;
use config::{CatalogConfig, Password, Secret};
use domain::{Error, Result};

/// The password in the secret `arn`: the `password` field where it holds JSON (as RDS keeps them),
/// else its whole text.
async fn read_secret(arn: &str) -> Result<Secret> {
    let client = Client::new(&aws_config::load_from_env().await);
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

/// The same configuration with every password in it: those named by an ARN are read now.
pub async fn read_passwords(config: &CatalogConfig) -> Result<CatalogConfig> {
    let mut config = config.clone();
    if let CatalogConfig::Postgres(postgres) = &mut config {
        let migrate = postgres.migrate.as_mut();
        for role in [&mut postgres.writer, &mut postgres.reader].into_iter().chain(migrate) {
            if let Password::SecretArn(arn) = &role.password {
                role.password = Password::Plain(read_secret(arn).await?);
            }
        }
    }
    Ok(config)
}

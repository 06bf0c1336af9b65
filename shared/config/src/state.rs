//! The state store: DynamoDB where `STATE_DYNAMODB_TABLE` names a table, else a file of SQLite.

use std::path::PathBuf;

use crate::{AwsKeys, ServerConfig, aws, reader::Reader};

/// Where jobs, runs and feeds are kept.
#[derive(Debug, Clone)]
pub enum StateStore {
    /// A file of this machine.
    Sqlite(PathBuf),
    /// A table of DynamoDB.
    DynamoDb(DynamoDbConfig),
}

/// A table of DynamoDB.
#[derive(Debug, Clone)]
pub struct DynamoDbConfig {
    /// `STATE_DYNAMODB_TABLE`: the table's name.
    pub table: String,
    /// `STATE_DYNAMODB_ENDPOINT`: DynamoDB Local as `host:port`; `None` is AWS.
    pub endpoint: Option<String>,
    /// `STATE_DYNAMODB_{ACCESS,SECRET}_KEY`; `None` takes what the AWS SDK finds.
    pub keys: Option<AwsKeys>,
    /// `AWS_REGION`
    pub region: String,
}

const TABLE: &str = "STATE_DYNAMODB_TABLE";
const ENDPOINT: &str = "STATE_DYNAMODB_ENDPOINT";

pub(crate) fn read(reader: &mut Reader, server: &ServerConfig) -> StateStore {
    let table = reader.text(TABLE);
    let endpoint = reader.text(ENDPOINT);
    let keys = aws::read_keys(reader, "STATE_DYNAMODB");
    let region = aws::read_region(reader);
    let Some(table) = table else {
        if endpoint.is_some() || keys.is_some() {
            let set = if endpoint.is_some() { ENDPOINT } else { "STATE_DYNAMODB_ACCESS_KEY" };
            reader.problem(set, format!("is set, but {TABLE} is not: name the table too."));
        }
        return StateStore::Sqlite(server.home.join("state.sqlite"));
    };
    check_table(reader, &table);
    if endpoint.as_ref().is_some_and(|endpoint| endpoint.contains(['/', '@'])) {
        reader.problem(ENDPOINT, "has a scheme, a path or a password; write host:port.");
    }
    if region.is_none() && endpoint.is_none() {
        reader.problem(
            "AWS_REGION",
            format!("is not set; {TABLE} without {ENDPOINT} is a table of AWS, in a region."),
        );
    }
    let region = region.unwrap_or_else(|| aws::DEFAULT_REGION.to_owned());
    StateStore::DynamoDb(DynamoDbConfig { table, endpoint, keys, region })
}

/// DynamoDB's rules for the names of tables.
fn check_table(reader: &mut Reader, table: &str) {
    let fits = (3..=255).contains(&table.len())
        && table.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    if !fits {
        reader.problem(TABLE, format!("`{table}` is not a table name of DynamoDB."));
    }
}

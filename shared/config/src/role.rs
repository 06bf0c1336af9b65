//! The roles that PostgreSQL knows this process by, and what each proves itself with.

use crate::{Environment, Secret, ServerConfig, reader::Reader};

/// What a role proves itself with.
#[derive(Debug, Clone)]
pub enum Password {
    /// The password.
    Plain(Secret),
    /// The ARN of a secret that the process reads itself, at its start.
    SecretArn(String),
}

/// A database role.
#[derive(Debug, Clone)]
pub struct Role {
    /// Its name.
    pub user: String,
    /// How it proves itself.
    pub password: Password,
}

/// Who this process is to PostgreSQL.
pub(crate) struct Roles {
    /// Where it is not set, the reader: a process that only reads has no other.
    pub(crate) writer: Role,
    /// The writer where it is not set.
    pub(crate) reader: Role,
    pub(crate) migrate: Option<Role>,
}

const ARN: &str = "DB_POSTGRES_PASSWORD_SECRET_ARN";

/// Of the reader, beside a writer that has a secret of its own.
const READER_ARN: &str = "DB_POSTGRES_READER_PASSWORD_SECRET_ARN";

pub(crate) fn read(reader: &mut Reader, server: &ServerConfig) -> Roles {
    let arn = reader.secret(ARN).map(|arn| arn.reveal().to_owned());
    let writer = read_role(reader, server, "DB_POSTGRES", arn.as_deref());
    let reader_arn = reader.secret(READER_ARN).map(|arn| arn.reveal().to_owned());
    let of_reader = reader_arn.as_deref().or(arn.as_deref());
    let reads = read_role(reader, server, "DB_POSTGRES_READER", of_reader);
    if reader_arn.is_some()
        && !matches!(&reads, Some(Role { password: Password::SecretArn(_), .. }))
    {
        reader.problem(
            READER_ARN,
            "is set without DB_POSTGRES_READER_USER, or beside a plain password.",
        );
    }
    let migrate = read_role(reader, server, "DB_POSTGRES_MIGRATE", None);
    if arn.is_some() {
        refuse_password_beside_arn(reader, writer.as_ref().or(reads.as_ref()));
    }
    if writer.is_none() && reads.is_none() && migrate.is_none() {
        reader.problem(
            "DB_POSTGRES_USER",
            "is not set; it is needed because DB_POSTGRES_HOST is, as is DB_POSTGRES_PASSWORD.",
        );
    }
    let nobody = || Role { user: String::new(), password: Password::Plain(Secret::new("")) };
    let writer = writer.or_else(|| reads.clone()).unwrap_or_else(nobody);
    let reads = reads.unwrap_or_else(|| writer.clone());
    Roles { writer, reader: reads, migrate }
}

/// The role of `{prefix}_USER`, if there is one. A password alone must not be ignored: what it was meant
/// for would run as another role, callers' SQL as the one that writes.
fn read_role(
    reader: &mut Reader,
    server: &ServerConfig,
    prefix: &str,
    arn: Option<&str>,
) -> Option<Role> {
    let (named, variable) = (format!("{prefix}_USER"), format!("{prefix}_PASSWORD"));
    let (user, password) = (reader.text(&named), reader.secret(&variable));
    if let Some(password) = &password {
        refuse_default_password(reader, server, &variable, password);
    }
    let Some(user) = user else {
        if password.is_some() {
            reader.problem(&variable, format!("is set, but {named} is not: set both or neither."));
        }
        return None;
    };
    let password = match (password, arn) {
        (Some(password), _) => Password::Plain(password),
        (None, Some(arn)) => Password::SecretArn(arn.to_owned()),
        (None, None) => {
            reader.problem(&variable, format!("is not set; {named} is."));
            Password::Plain(Secret::new(""))
        }
    };
    Some(Role { user, password })
}

/// The secret is the writer's, or the reader's where that is alone, so `first` must take it. A reader
/// beside the writer may have a password of its own.
fn refuse_password_beside_arn(reader: &mut Reader, first: Option<&Role>) {
    if matches!(first.map(|role| &role.password), Some(Password::Plain(_))) {
        reader.problem(
            ARN,
            "is set beside a plain password, so it would be ignored: set one of the two.",
        );
    }
}

fn refuse_default_password(
    reader: &mut Reader,
    server: &ServerConfig,
    variable: &str,
    password: &Secret,
) {
    const DEFAULTS: [&str; 4] = ["postgres", "password", "ducklake", "changeme"];
    let weak = DEFAULTS.contains(&password.reveal());
    if weak && server.environment == Environment::Production {
        reader.problem(variable, "is a default password; production refuses it.");
    }
}

//! PostgreSQL, MinIO and DynamoDB Local: those that are there, or some of the bench's own.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::Context;

use crate::place::{Place, run};
use crate::rounds::waiting;

/// Servers that any number of lakes can be in.
pub(crate) struct Services<'p> {
    place: &'p Place,
    /// Where the bench keeps its own, if it started them.
    own: Option<PathBuf>,
    variables: Vec<(String, String)>,
}

/// A lake in them, with a schema and a bucket that are its alone.
pub(crate) struct Lake {
    variables: Vec<(String, String)>,
}

impl<'p> Services<'p> {
    /// `EIDER_TEST_SERVICES` names a folder of running ones; else they are started, and stopped at
    /// the end.
    #[expect(clippy::disallowed_methods, reason = "a variable of the tools, not of Eider")]
    pub(crate) fn new(place: &'p Place) -> anyhow::Result<Self> {
        let given = env::var_os("EIDER_TEST_SERVICES").map(PathBuf::from);
        let own = if given.is_some() { None } else { Some(env::temp_dir().join("eider-bench")) };
        let mut services = Self { place, own: own.clone(), variables: Vec::new() };
        if let Some(folder) = &own {
            fs::create_dir_all(folder)?;
            // PostgreSQL, run as another user, must come through.
            fs::set_permissions(folder, fs::Permissions::from_mode(0o711))?;
            waiting("starting PostgreSQL, MinIO and DynamoDB Local", || {
                place.tool("dev", &["fetch", "minio", "dynamodb"])?;
                place.tool("tools/services", &["up", &folder.display().to_string()])
            })?;
        }
        services.variables = read(&given.or(own).unwrap_or_default())?;
        Ok(services)
    }

    /// A new lake, made as a deployment makes it.
    #[expect(clippy::disallowed_methods, reason = "a name that no other lake has")]
    pub(crate) fn lake(&self) -> anyhow::Result<Lake> {
        let id = uuid::Uuid::new_v4().simple().to_string();
        let mut variables = self.variables.clone();
        variables.retain(|(name, _)| {
            !["STORAGE_DEFAULT_BUCKET", "STATE_DYNAMODB_TABLE"].contains(&name.as_str())
        });
        variables.extend(self.place.variables());
        variables.push(("DB_DUCKLAKE_METADATA_SCHEMA".to_owned(), format!("bench_{id}")));
        variables.push(("STORAGE_DEFAULT_BUCKET".to_owned(), format!("bench-{id}")));
        variables.push(("STATE_DYNAMODB_TABLE".to_owned(), format!("bench-{id}")));
        let mut migrate = Command::new(self.place.binary("eider-server")?);
        migrate.arg("migrate").env_clear().envs(variables.iter().cloned());
        run(migrate.env("EIDER_HOME", self.place.fresh("services")?))?;
        variables.retain(|(name, _)| !name.starts_with("DB_POSTGRES_MIGRATE_"));
        Ok(Lake { variables })
    }
}

fn read(folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let file = folder.join("env");
    let text = fs::read_to_string(&file).with_context(|| format!("{}", file.display()))?;
    let given = text.lines().filter_map(|line| line.split_once('='));
    Ok(given.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

impl Drop for Services<'_> {
    fn drop(&mut self) {
        if let Some(folder) = &self.own {
            self.place.tool("tools/services", &["down", &folder.display().to_string()]).ok();
            fs::remove_dir_all(folder).ok();
        }
    }
}

impl Lake {
    /// What a process that uses it is told.
    pub(crate) fn variables(&self) -> &[(String, String)] {
        &self.variables
    }

    /// One of them.
    pub(crate) fn variable(&self, name: &str) -> anyhow::Result<&str> {
        let found = self.variables.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).with_context(|| format!("there is no {name}"))
    }
}

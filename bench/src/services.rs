//! PostgreSQL and MinIO: those that are there, or some of the bench's own.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use anyhow::Context;

use crate::place::{Place, run};
use crate::rounds::waiting;

/// Servers, with a schema and a bucket in them that are this run's alone.
pub(crate) struct Services<'p> {
    place: &'p Place,
    /// Where the bench keeps its own, if it started them.
    own: Option<PathBuf>,
    variables: Vec<(String, String)>,
}

impl<'p> Services<'p> {
    /// `EIDER_TEST_SERVICES` names a folder of running ones; else they are started, and stopped at
    /// the end. The lake in them is made.
    #[expect(clippy::disallowed_methods, reason = "a variable of the tools, not of Eider")]
    pub(crate) fn new(place: &'p Place) -> anyhow::Result<Self> {
        let given = env::var_os("EIDER_TEST_SERVICES").map(PathBuf::from);
        let own = if given.is_some() { None } else { Some(env::temp_dir().join("eider-bench")) };
        let mut services = Self { place, own: own.clone(), variables: Vec::new() };
        if let Some(folder) = &own {
            fs::create_dir_all(folder)?;
            // PostgreSQL, run as another user, must come through.
            fs::set_permissions(folder, fs::Permissions::from_mode(0o711))?;
            waiting("starting PostgreSQL and MinIO", || {
                place.tool("dev", &["fetch", "minio"])?;
                place.tool("tools/services", &["up", &folder.display().to_string()])
            })?;
        }
        let folder = given.or(own).unwrap_or_default();
        services.read(folder)?;
        services.migrate()?;
        Ok(services)
    }

    #[expect(clippy::disallowed_methods, reason = "a name that no other run has")]
    fn read(&mut self, folder: PathBuf) -> anyhow::Result<()> {
        let file = folder.join("env");
        let text = fs::read_to_string(&file).with_context(|| format!("{}", file.display()))?;
        let given = text.lines().filter_map(|line| line.split_once('='));
        self.variables = given.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let id = uuid::Uuid::new_v4().simple().to_string();
        self.set("DB_DUCKLAKE_METADATA_SCHEMA", format!("bench_{id}"));
        self.set("STORAGE_DEFAULT_BUCKET", format!("bench-{id}"));
        Ok(())
    }

    fn set(&mut self, name: &str, value: String) {
        self.variables.retain(|(other, _)| other != name);
        self.variables.push((name.to_owned(), value));
    }

    fn migrate(&mut self) -> anyhow::Result<()> {
        let home = self.place.fresh("services")?;
        let mut command = Command::new(self.place.binary("eider-server")?);
        let variables = self.place.variables().into_iter().chain(self.variables.clone());
        run(command.arg("migrate").env_clear().envs(variables).env("EIDER_HOME", home))?;
        self.variables.retain(|(name, _)| !name.starts_with("DB_POSTGRES_MIGRATE_"));
        Ok(())
    }

    /// What a process that uses them is told.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        self.place.variables().into_iter().chain(self.variables.clone()).collect()
    }
}

impl Drop for Services<'_> {
    fn drop(&mut self) {
        if let Some(folder) = &self.own {
            self.place.tool("tools/services", &["down", &folder.display().to_string()]).ok();
            fs::remove_dir_all(folder).ok();
        }
    }
}

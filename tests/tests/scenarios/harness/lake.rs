//! A lake of a scenario's own: what outlives a server on it.

use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use tempfile::TempDir;

use super::app::App;
use super::leftovers;
use super::server::{self, Server, Variables};
use super::services::Services;
use super::way::Way;

/// Stores with nothing in them yet.
pub(crate) struct Lake {
    home: TempDir,
    variables: Variables,
}

impl Lake {
    /// A new one for this way of running; migrated where the server does not do that itself.
    pub(crate) async fn new() -> Arc<Self> {
        match Way::current() {
            Way::Services => Self::on(&Services::of_the_run()).await,
            _ => Self::unmade(),
        }
    }

    /// Nothing but names and a folder: for a server that will not start.
    pub(crate) fn unmade() -> Arc<Self> {
        match Way::current() {
            Way::Services => Self::unmigrated_on(&Services::of_the_run()),
            _ => Arc::new(Self {
                home: leftovers::folder("eider-scenario-"),
                variables: Variables::new(),
            }),
        }
    }

    /// A new one on these servers, migrated.
    pub(crate) async fn on(services: &Services) -> Arc<Self> {
        let lake = Self::unmigrated_on(services);
        let output = lake.run(&["migrate"]).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "eider-server migrate: {} {said}", output.status);
        lake
    }

    /// A schema, a bucket and a table of its own, which nobody has made.
    pub(crate) fn unmigrated_on(services: &Services) -> Arc<Self> {
        let mut variables = services.variables();
        let id = uuid::Uuid::now_v7().simple().to_string();
        variables.insert("DB_DUCKLAKE_METADATA_SCHEMA".into(), format!("lake_{id}"));
        variables.insert("STORAGE_DEFAULT_BUCKET".into(), format!("lake-{id}"));
        variables.insert("STATE_DYNAMODB_TABLE".into(), format!("lake-{id}"));
        Arc::new(Self { home: leftovers::folder("eider-scenario-"), variables })
    }

    /// A server on it with these settings, or why it does not start.
    pub(crate) async fn try_serve(
        self: &Arc<Self>,
        settings: &[(&str, &str)],
    ) -> Result<App, String> {
        let mut variables = self.variables_and(settings);
        variables.retain(|name, _| !name.starts_with("DB_POSTGRES_MIGRATE_"));
        let (server, url) = Server::start(self.home.path(), &variables).await?;
        Ok(App::of(url, server, self.clone()))
    }

    /// A server on it with these settings.
    pub(crate) async fn serve(self: &Arc<Self>, settings: &[(&str, &str)]) -> App {
        self.try_serve(settings).await.unwrap_or_else(|why| panic!("{why}"))
    }

    /// `eider-server` with these arguments, run to its end.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(&[], arguments).await
    }

    /// The same with these settings.
    pub(crate) async fn run_with(&self, settings: &[(&str, &str)], arguments: &[&str]) -> Output {
        server::run(self.home.path(), &self.variables_and(settings), arguments).await
    }

    /// The folder of an embedded lake, and of logs.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// What its servers are told.
    pub(crate) fn variables(&self) -> &Variables {
        &self.variables
    }

    fn variables_and(&self, settings: &[(&str, &str)]) -> Variables {
        let mut variables = self.variables.clone();
        variables.insert("EIDER_HOME".into(), self.home.path().display().to_string());
        variables.insert("EIDER_LISTEN".into(), "127.0.0.1:0".into());
        variables.extend(settings.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        variables
    }
}

//! A server, and a plain DuckDB on another lake of the same kind.

use config::EmbeddedStorageConfig;
use embedded::ObjectServer;

use crate::attach::Attach;
use crate::duck::Duck;
use crate::place::Place;
use crate::server::Server;
use crate::services::Services;

/// Both; the tables are to be made in each.
pub(crate) struct Pair {
    pub(crate) server: Server,
    pub(crate) duck: Duck,
    /// What the plain one's data files are in; it ends after it.
    _objects: Option<ObjectServer>,
}

impl Pair {
    /// Each on an SQLite catalog and an in-process S3 server.
    pub(crate) fn embedded(place: &Place, name: &str) -> anyhow::Result<Self> {
        let server = Server::start(place, &place.fresh(name)?)?;
        let folder = place.fresh(&format!("{name}-own"))?;
        // Stores as Eider makes them, then served by this process alone.
        Server::start(place, &folder)?.stop()?;
        let objects = place.runtime.block_on(ObjectServer::start(&EmbeddedStorageConfig {
            folder: folder.join("objects"),
            keys: folder.join("s3.json"),
            bucket: "eider".to_owned(),
        }))?;
        let duck = Duck::attached(place, &Attach::embedded(&folder, false)?)?;
        Ok(Self { server, duck, _objects: Some(objects) })
    }

    /// Each on a schema of PostgreSQL and a bucket of MinIO.
    pub(crate) fn on(place: &Place, services: &Services<'_>, name: &str) -> anyhow::Result<Self> {
        let (lake, other) = (services.lake()?, services.lake()?);
        let server = Server::start_on(place, &place.fresh(name)?, lake.variables())?;
        let duck = Duck::attached(place, &Attach::services(&other, false)?)?;
        Ok(Self { server, duck, _objects: None })
    }

    /// Makes a table in both lakes.
    pub(crate) fn create(&self, table: &str, columns: &[(&str, &str)]) -> anyhow::Result<()> {
        self.server.create(table, columns)?;
        let columns: Vec<_> =
            columns.iter().map(|(name, r#type)| format!("{name} {type}")).collect();
        self.duck.run(&format!("CREATE TABLE lake.{table} ({})", columns.join(", ")))
    }
}

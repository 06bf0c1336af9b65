//! All who work on the lake connect to it anew.

use std::sync::Arc;

use domain::{Error, Result};

use super::LakeEngine;
use crate::sql::{METADATA, identifier};
use crate::{error, threads, values};

impl LakeEngine {
    /// Raises what every process compares, on a connection that is new, and lets go of those of this one.
    pub(super) async fn raise_generation(&self) -> Result<u64> {
        self.slot.empty();
        let instance = self.slot.get().await?;
        let home = format!("{METADATA}.{}", identifier(self.settings.metadata_schema()));
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(Error::internal)?;
        let raised = threads::run(move || {
            // On SQLite one writes at a time.
            let _turn = turn;
            let connection = instance.connect()?;
            let raise = format!("UPDATE {home}.eider_generation SET generation = generation + 1");
            connection.execute(&raise)?;
            let read = format!("SELECT max(generation)::BIGINT FROM {home}.eider_generation");
            values::number(&connection, &read)
        });
        let raised = raised.await?.map_err(error::opening)?;
        for slot in [&self.slot, &self.reading] {
            slot.empty();
        }
        let raised = raised.and_then(|raised| u64::try_from(raised).ok());
        raised.ok_or_else(|| Error::internal("the catalog has no generation"))
    }
}

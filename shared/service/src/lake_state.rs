//! The lake as a whole: where it is, and that all who work on it connect anew.

use domain::{Caller, Code, Error, Grants, Result};

use crate::{Catalog, CatalogStatus, Lake, Mark};

/// What the catalog is, and where the lake is now.
pub async fn lake_state(catalog: &dyn Catalog) -> Result<(CatalogStatus, Mark)> {
    futures::future::try_join(catalog.status(), catalog.mark()).await
}

/// Every process connects anew before its next work; how often that was told. Only for who may do anything:
/// it costs all others a moment.
pub async fn reconnect(lake: &dyn Lake, caller: &Caller) -> Result<u64> {
    match caller.grants {
        Grants::All => lake.reconnect().await,
        _ => Err(Error::new(
            Code::Forbidden,
            "RECONNECT_DENIED",
            "Reconnecting is for callers who may read and write every table.",
        )),
    }
}

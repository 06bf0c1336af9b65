//! Lakes of which one has more tables, and one more snapshots, than the first.

use crate::attach::Attach;
use crate::duck::Duck;
use crate::place::Place;
use crate::rounds::{bar, waiting};
use crate::server::Server;
use crate::services::{Lake, Services};
use crate::small_table;

/// As few tables as a lake has here.
const FEW: usize = 10;
pub(crate) const TABLES: usize = 5_000;
pub(crate) const SNAPSHOTS: usize = 20_000;

/// A lake with few of both, with many tables, with many snapshots. Each has the small table, about
/// which it is asked, made in the same way.
pub(crate) fn make(place: &Place, services: &Services<'_>) -> anyhow::Result<[Lake; 3]> {
    let few = begin(place, services, FEW)?;
    let tables = begin(place, services, TABLES)?;
    let snapshots = begin(place, services, FEW)?;
    commit(place, &few, FEW)?;
    commit(place, &tables, FEW)?;
    commit(place, &snapshots, SNAPSHOTS)?;
    Ok([few, tables, snapshots])
}

/// A lake of so many tables, all but one of which are made in one transaction.
fn begin(place: &Place, services: &Services<'_>, tables: usize) -> anyhow::Result<Lake> {
    let lake = services.lake()?;
    let server = Server::start_on(place, &place.fresh("growth")?, lake.variables())?;
    small_table::put(&server)?;
    server.stop()?;
    let duck = Duck::attached(place, &Attach::services(&lake, false)?)?;
    waiting(&format!("making {tables} tables"), || {
        duck.run("BEGIN")?;
        for table in 1..tables {
            duck.run(&format!("CREATE TABLE lake.other{table} (id BIGINT, name VARCHAR)"))?;
        }
        duck.run("COMMIT")
    })?;
    Ok(lake)
}

/// So many commits of one row each, to the other tables in turns.
fn commit(place: &Place, lake: &Lake, snapshots: usize) -> anyhow::Result<()> {
    let duck = Duck::attached(place, &Attach::services(lake, false)?)?;
    let progress = bar("making snapshots", snapshots);
    for row in 0..snapshots {
        let table = row % (FEW - 1) + 1;
        duck.run(&format!("INSERT INTO lake.other{table} VALUES ({row}, 'row {row}')"))?;
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(())
}

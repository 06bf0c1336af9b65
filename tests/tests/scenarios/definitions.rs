//! Tables come and go while others are written to.

use futures::future::join_all;

use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, path_of, unique};
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;
use crate::harness::way::{SERVERS, counts};

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![only SERVERS, "it is about threads of one process";
        tables_come_and_go_while_others_are_appended_to,
    ]
}

/// More than write at once in one process.
const CLIENTS: usize = 8;

/// DuckLake 1.0 frees what it made of a schema under a transaction that still points to it, where two
/// threads load the same one: the process would end, or a creation be refused for a schema of an odd id.
async fn tables_come_and_go_while_others_are_appended_to() {
    let (app, kept) = (shared().await, unique("kept"));
    app.create(&kept, numbered_columns()).await;
    let clients = (0..CLIENTS).map(|client| come_and_go(&app, &kept, client));
    join_all(clients).await;
    let rows = CLIENTS * counts(4, 20) * 20;
    assert_eq!(app.table(&kept).await["row_count"], rows);
}

async fn come_and_go(app: &App, kept: &str, client: usize) {
    for _ in 0..counts(4, 20) {
        let name = unique("comes");
        app.create(&name, numbered_columns()).await;
        let rows = || arrow_of(&[numbered(client as i64, 20)]);
        app.put(&path_of(&name), ARROW, rows()).await.is(200);
        app.put(&path_of(kept), ARROW, rows()).await.is(200);
        app.delete(&path_of(&name)).await.is(204);
    }
}

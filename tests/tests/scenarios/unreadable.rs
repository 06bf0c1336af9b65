//! Rows that another client left and that DuckLake cannot read are told as such.

use serde_json::json;

use crate::clients::{attachable, python, said};
use crate::harness::app::App;
use crate::harness::http::{NDJSON, path_of, unique};
use crate::harness::scenario::Scenario;
use crate::harness::way::Way;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![only &[Way::Services], "SQLite keeps a STRUCT so that it can be read";
        a_struct_in_the_catalog_is_refused_by_its_table_until_it_is_overwritten,
    ]
}

async fn a_struct_in_the_catalog_is_refused_by_its_table_until_it_is_overwritten() {
    let (app, name) = (App::own(&[]).await, unique("left"));
    let columns =
        json!([{"name": "id", "type": "BIGINT"}, {"name": "s", "type": "STRUCT(day DATE)"}]);
    app.create(&name, columns).await;
    let mut script = python("inline_struct.py");
    script.env("EIDER_TABLE", &name).envs(attachable(&app));
    said(&app, script).await;
    let sql = json!({"sql": format!("SELECT s FROM {name}")});
    let data = format!("{}/data", path_of(&name));
    for _ in 0..2 {
        for answer in [app.post("/query", sql.clone()).await, app.get(&data).await] {
            let problem = answer.problem(422, "TABLE_UNREADABLE");
            assert!(problem["detail"].to_string().contains(&name), "{problem}");
        }
        assert_eq!(app.value(&format!("SELECT id FROM {name}")).await, "7");
    }
    let over = format!("{}?mode=overwrite", path_of(&name));
    let row = br#"{"id": 8, "s": {"day": "2024-02-29"}}"#.to_vec();
    app.put(&over, NDJSON, row).await.is(200);
    assert_eq!(app.value(&format!("SELECT year(s.day) FROM {name}")).await, "2024");
}

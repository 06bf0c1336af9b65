//! A small table `t`: one data file.

use crate::http::Request;
use crate::server::Server;

pub(crate) const COUNT: &str = "SELECT count(*) FROM t";
pub(crate) const ROWS: usize = 10_000;

const COLUMNS: [(&str, &str); 4] =
    [("id", "BIGINT"), ("name", "VARCHAR"), ("amount", "DOUBLE"), ("day", "DATE")];

/// Makes it.
pub(crate) fn put(server: &Server) -> anyhow::Result<()> {
    server.create("t", &COLUMNS)?;
    let mut body = String::from("id,name,amount,day\n");
    for id in 0..ROWS {
        let (amount, day) = (id as f64 / 4.0, id % 28 + 1);
        body.push_str(&format!("{id},the name of {id},{amount},2026-05-{day:02}\n"));
    }
    let headers = [("content-type", "text/csv")];
    let (path, body) = ("/tables/t", body.as_bytes());
    server.connect()?.send(&Request { method: "PUT", path, headers: &headers, body }).map(drop)
}

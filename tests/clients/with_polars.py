"""polars reads /data as Arrow and Parquet and appends both. The table has ids 0 to 99 with names."""

import io

import polars
from clients import ARROW, PARQUET, append, check, download, rows, table

for frame in [polars.read_ipc_stream(io.BytesIO(download(ARROW))), polars.read_parquet(io.BytesIO(download(PARQUET)))]:
    check(frame.columns, ["id", "name"], "columns")
    check((frame.height, frame["id"].sum()), (100, sum(range(100))), "rows")

more = polars.DataFrame({"id": [100, 101], "name": ["polars", None]})
sink = io.BytesIO()
more.write_ipc_stream(sink)
check(append(ARROW, sink.getvalue())["rows"], 2, "rows appended as Arrow")
sink = io.BytesIO()
more.with_columns(id=polars.col("id") + 2).write_parquet(sink)
check(append(PARQUET, sink.getvalue())["rows"], 2, "rows appended as Parquet")

found = rows(f"SELECT count(*) AS n, sum(id) AS s, count(name) AS t FROM {table}")
check(found, [{"n": 104, "s": sum(range(104)), "t": 102}], "rows over HTTP")
print("polars", polars.__version__, "agrees")

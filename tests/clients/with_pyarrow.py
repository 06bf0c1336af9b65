"""pyarrow reads /data as Arrow and Parquet and appends both. The table has ids 0 to 99 with names."""

import io

import pyarrow
import pyarrow.ipc
import pyarrow.parquet
from clients import ARROW, PARQUET, answer, append, check, download, http, rows, table

read = pyarrow.ipc.open_stream(download(ARROW)).read_all()
check(read.schema.names, ["id", "name"], "columns")
check(sorted(read["id"].to_pylist()), list(range(100)), "ids")
check(pyarrow.parquet.read_table(io.BytesIO(download(PARQUET))).num_rows, 100, "rows as Parquet")

more = pyarrow.table({"id": pyarrow.array([100, 101], pyarrow.int64()), "name": ["pyarrow", None]})
sink = io.BytesIO()
options = pyarrow.ipc.IpcWriteOptions(compression="zstd")
with pyarrow.ipc.new_stream(sink, more.schema, options=options) as writer:
    writer.write_table(more)
check(append(ARROW, sink.getvalue())["rows"], 2, "rows appended as Arrow")

sink = io.BytesIO()
more = more.set_column(0, "id", pyarrow.array([102, 103], pyarrow.int64()))
pyarrow.parquet.write_table(more.append_column("unknown", [[1, 2]]).drop(["unknown"]), sink, compression="zstd")
check(append(PARQUET, sink.getvalue())["rows"], 2, "rows appended as Parquet")

dictionary = more.set_column(1, "name", more["name"].dictionary_encode())
sink = io.BytesIO()
with pyarrow.ipc.new_stream(sink, dictionary.schema) as writer:
    writer.write_table(dictionary.set_column(0, "id", pyarrow.array([104, 105], pyarrow.int64())))
check(append(ARROW, sink.getvalue())["rows"], 2, "rows appended as a dictionary")

found = rows(f"SELECT count(*) AS n, sum(id) AS s, count(name) AS t FROM {table}")
check(found, [{"n": 106, "s": sum(range(106)), "t": 103}], "rows over HTTP")
# Parquet has UUIDs of its own, and sixteen bytes that only the table knows to be one.
keys = f"{table}_keys"
columns = [{"name": "u", "type": "UUID"}, {"name": "t", "type": "VARCHAR"}]
answer(http.post("/tables", json={"name": keys, "columns": columns}))
values = [bytes(range(16)), None]
texts = pyarrow.array(["a", "b"], pyarrow.large_string())
for kind in (pyarrow.uuid(), pyarrow.binary(16)):
    sink = io.BytesIO()
    column = pyarrow.array(values, pyarrow.binary(16))
    column = pyarrow.ExtensionArray.from_storage(kind, column) if kind == pyarrow.uuid() else column
    pyarrow.parquet.write_table(pyarrow.table({"u": column, "t": texts}), sink)
    answer(http.put(f"/tables/{keys}", content=sink.getvalue(), headers={"Content-Type": PARQUET}))
found = rows(f"SELECT u, t, count(*) AS n FROM {keys} GROUP BY ALL ORDER BY t")
uuid = "00010203-0405-0607-0809-0a0b0c0d0e0f"
check(found, [{"u": uuid, "t": "a", "n": 2}, {"u": None, "t": "b", "n": 2}], "UUIDs")
print("pyarrow", pyarrow.__version__, "agrees")

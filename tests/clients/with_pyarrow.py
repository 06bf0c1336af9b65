"""pyarrow reads /data as Arrow and Parquet and appends both. The table has ids 0 to 99 with names."""

import io

import pyarrow
import pyarrow.ipc
import pyarrow.parquet
from clients import ARROW, PARQUET, append, check, download, rows, table

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
print("pyarrow", pyarrow.__version__, "agrees")

"""pandas reads /data and a query's CSV, and appends Parquet. The table has ids 0 to 99 with names."""

import io

import pandas
from clients import PARQUET, answer, append, check, download, http, rows, table

frame = pandas.read_parquet(io.BytesIO(download(PARQUET)))
check(list(frame.columns), ["id", "name"], "columns")
check((len(frame), int(frame["id"].sum())), (100, sum(range(100))), "rows")

query = {"sql": f"SELECT * FROM {table} ORDER BY id"}
csv = answer(http.post("/query", json=query, headers={"Accept": "text/csv"})).text
frame = pandas.read_csv(io.StringIO(csv))
check((len(frame), frame["name"][7]), (100, "row 7"), "rows as CSV")

more = pandas.DataFrame({"id": [100, 101], "name": ["pandas", None]})
sink = io.BytesIO()
more.to_parquet(sink, index=False)
check(append(PARQUET, sink.getvalue())["rows"], 2, "rows appended")

found = rows(f"SELECT count(*) AS n, sum(id) AS s, count(name) AS t FROM {table}")
check(found, [{"n": 102, "s": sum(range(102)), "t": 101}], "rows over HTTP")
print("pandas", pandas.__version__, "agrees")

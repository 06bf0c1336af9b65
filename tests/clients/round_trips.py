"""Every type of a table, read by each client in each format that it knows, and sent back by it.

A table has rows of one type; what a client makes of them takes the place of a twin's rows, which must then be the
same. What a client cannot carry stands in docs/formats.md by name, and nothing else does.
EIDER_NODE is a script of Node's (round_trips.mjs); EIDER_EXTENSION_DIR has DuckDB's extensions.
"""

import io
import json
import os
import re
import subprocess
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet
from clients import answer, http

MEDIA_TYPES = {
    "arrow": "application/vnd.apache.arrow.stream",
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
}

TYPES = {
    "BOOLEAN": ["true", "false"],
    "TINYINT": ["-128", "127"],
    "SMALLINT": ["-32768", "32767"],
    "INTEGER": ["-2147483648", "2147483647"],
    "BIGINT": ["-9223372036854775808", "9223372036854775807"],
    "UTINYINT": ["0", "255"],
    "USMALLINT": ["0", "65535"],
    "UINTEGER": ["0", "4294967295"],
    "UBIGINT": ["0", "18446744073709551615"],
    "HUGEINT": ["-99999999999999999999999999999999999999", "1"],
    "UHUGEINT": ["9007199254740992", "1"],  # more loses digits in the files of DuckLake
    "DECIMAL(4,1)": ["-0.5", "999.9"],
    "DECIMAL(18,3)": ["-123456789012345.678", "0.001"],
    "DECIMAL(38,10)": ["-1234567890123456789012345678.0123456789", "0"],
    "FLOAT": ["0.1", "'NaN'", "'-Infinity'"],
    "DOUBLE": ["0.1", "1e300", "'NaN'", "'Infinity'"],
    "VARCHAR": ["'a \"b\", ü🦆\n'", "''", "'007'", "'NA'"],
    "BLOB": ["'\\x00\\xFF'::BLOB", "''::BLOB"],
    "UUID": ["'018f4e9c-9f8e-7c3a-b0f5-3d1c5a7e9b21'"],
    "JSON": ["'{\"a\": [1, null]}'", "'\"text\"'", "'1'"],
    "DATE": ["'2024-02-29'", "'0001-01-01'", "'9999-12-31'"],
    "TIME": ["'12:34:56.789012'", "'00:00:00'"],
    "TIMETZ": ["'12:34:56.789+02'"],
    "TIMESTAMP": ["'2024-02-29 12:34:56.789012'", "'0001-01-01 00:00:00'", "'9999-12-31 23:59:59.999999'"],
    "TIMESTAMP_S": ["'2024-02-29 12:34:56'", "'9999-12-31 23:59:59'"],
    "TIMESTAMP_MS": ["'2024-02-29 12:34:56.789'", "'9999-12-31 23:59:59.999'"],
    "TIMESTAMP_NS": ["'2024-02-29 12:34:56.789012345'", "'1970-01-01 00:00:00.000000001'"],
    "TIMESTAMPTZ": ["'2024-02-29 12:34:56.789012+00'", "'9999-12-31 23:59:59.999999+00'"],
    "INTERVAL": ["'1 year 2 months 3 days 04:05:06.7'", "'-1 day'"],
    "VARIANT": ["{'num': [1, 2]}"],
    "INTEGER[]": ["[1, NULL, 3]", "[]"],
    "VARCHAR[][]": ["[['x', NULL], NULL, []]"],
    "DECIMAL(10,2)[]": ["[1.50, NULL]"],
    "TIMESTAMPTZ[]": ["['2024-02-29 12:34:56.789012+00']"],
    'STRUCT("a b" INTEGER, c VARCHAR[])': ["{'a b': 1, 'c': ['x', NULL]}", "{'a b': NULL, 'c': NULL}"],
    # More rows than the catalog keeps: DuckLake cannot read dates back that it kept there inside of a STRUCT.
    "STRUCT(d DATE, s STRUCT(m DECIMAL(10,2)))": ["{'d': '2024-02-29', 's': {'m': 1.50}}"] * 11,
    "MAP(VARCHAR, DOUBLE)": ["MAP {'k': 1.5, 'l': NULL}", "MAP {}"],
    "MAP(INTEGER, DATE[])": ["MAP {7: ['2024-02-29'::DATE]}"],
}

duck = duckdb.connect()
duck.execute(f"LOAD '{os.environ['EIDER_EXTENSION_DIR']}/json.duckdb_extension'")
duck.execute(f"LOAD '{os.environ['EIDER_EXTENSION_DIR']}/icu.duckdb_extension'")
duck.execute("SET TimeZone = 'UTC'")


def written(write):
    """What a function writes into a file of bytes."""
    sink = io.BytesIO()
    write(sink)
    return sink.getvalue()


def pyarrow_arrow(body):
    table = pyarrow.ipc.open_stream(body).read_all()
    table = pyarrow.Table.from_pylist(table.to_pylist(), table.schema)

    def write(sink):
        with pyarrow.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)

    return written(write)


def pyarrow_parquet(body):
    table = pyarrow.parquet.read_table(io.BytesIO(body))
    return written(lambda sink: pyarrow.parquet.write_table(table, sink))


def pyarrow_csv(body):
    options = pyarrow.csv.ConvertOptions(strings_can_be_null=True, quoted_strings_can_be_null=False)
    parse = pyarrow.csv.ParseOptions(newlines_in_values=True)
    table = pyarrow.csv.read_csv(io.BytesIO(body), convert_options=options, parse_options=parse)
    return written(lambda sink: pyarrow.csv.write_csv(table, sink))


def polars_arrow(body):
    return written(polars.read_ipc_stream(io.BytesIO(body)).write_ipc_stream)


def polars_parquet(body):
    return written(polars.read_parquet(io.BytesIO(body)).write_parquet)


def polars_csv(body):
    return written(polars.read_csv(io.BytesIO(body)).write_csv)


def polars_ndjson(body):
    return written(polars.read_ndjson(io.BytesIO(body)).write_ndjson)


def pandas_parquet(body):
    frame = pandas.read_parquet(io.BytesIO(body))
    return written(lambda sink: frame.to_parquet(sink, index=False))


def pandas_parquet_as_arrow(body):
    frame = pandas.read_parquet(io.BytesIO(body), dtype_backend="pyarrow")
    return written(lambda sink: frame.to_parquet(sink, index=False))


def pandas_csv(body):
    frame = pandas.read_csv(io.BytesIO(body))
    return frame.to_csv(index=False).encode()


def pandas_ndjson(body):
    frame = pandas.read_json(io.BytesIO(body), lines=True)
    return frame.to_json(orient="records", lines=True, date_format="iso").encode()


def with_duckdb(name, read, write):
    def client(body):
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder, f"in.{name}"), Path(folder, f"out.{name}")
            source.write_bytes(body)
            duck.cursor().execute(f"COPY (FROM {read.format(source)}) TO '{target}' ({write})")
            return target.read_bytes()

    return client


CLIENTS = {
    ("pyarrow", "arrow"): pyarrow_arrow,
    ("pyarrow", "parquet"): pyarrow_parquet,
    ("pyarrow", "csv"): pyarrow_csv,
    ("polars", "arrow"): polars_arrow,
    ("polars", "parquet"): polars_parquet,
    ("polars", "csv"): polars_csv,
    ("polars", "ndjson"): polars_ndjson,
    ("pandas", "parquet"): pandas_parquet,
    ('pandas, `dtype_backend="pyarrow"`', "parquet"): pandas_parquet_as_arrow,
    ("pandas", "csv"): pandas_csv,
    ("pandas", "ndjson"): pandas_ndjson,
    ("DuckDB", "parquet"): with_duckdb("parquet", "read_parquet('{}')", "FORMAT parquet"),
    ("DuckDB", "csv"): with_duckdb("csv", "read_csv('{}')", "FORMAT csv, HEADER"),
    ("DuckDB", "ndjson"): with_duckdb("json", "read_json('{}')", "FORMAT json"),
}


def make(name, kind):
    values = [f"({number}, CAST({value} AS {kind}))" for number, value in enumerate([*TYPES[kind], "NULL"])]
    sql = f"SELECT * FROM (VALUES {', '.join(values)}) AS t(id, v)"
    answer(http.post("/tables", json={"name": name, "as": sql}))
    answer(http.post("/tables", json={"name": f"{name}_twin", "as": f"SELECT * FROM {name} WHERE false"}))


@cache
def data(name, form):
    return answer(http.get(f"/tables/{name}/data", params={"format": form})).content


def rows(name):
    query = {"sql": f"SELECT * FROM {name} ORDER BY id"}
    return answer(http.post("/query", json=query, params={"format": "ndjson"})).text


rows_sent = cache(rows)


def sent_back(name, form, client):
    """What became of the rows: "same", or how they did not come back."""
    body = data(name, form)
    try:
        back = client(body)
    except (Exception, polars.exceptions.PanicException) as error:
        return f"fails: {type(error).__name__} {error}"
    headers = {"Content-Type": MEDIA_TYPES[form]}
    response = http.put(f"/tables/{name}_twin", params={"mode": "overwrite"}, content=back, headers=headers)
    if not response.is_success:
        assert response.status_code in (400, 422), response.text
        return f"refused: {response.json()['error_code']} {response.json()['detail']}"
    return compared(name)


def compared(name):
    there, back = rows_sent(name).splitlines(), rows(f"{name}_twin").splitlines()
    different = [f"{a} became {b}" for a, b in zip(there, back) if a != b]
    return "same" if there == back else f"changed: {'; '.join(different) or f'{len(there)} rows became {len(back)}'}"


threads = threading.local()


def by_node(name, how):
    """The same by a script of Node's, which asks and sends itself. Each thread has one: they are slow to start."""
    if not hasattr(threads, "node"):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        threads.node = subprocess.Popen(["node", os.environ["EIDER_NODE"]], text=True, **pipes)
    threads.node.stdin.write(f"{name} {how}\n")
    threads.node.stdin.flush()
    said = json.loads(threads.node.stdout.readline())
    if "fails" in said:
        return f"fails: {said['fails'][-300:]}"
    if said["status"] != 200:
        assert said["status"] in (400, 422), said
        return f"refused: {said['error_code']} {said['detail']}"
    return compared(name)


NODE = {("apache-arrow", "arrow"): "whole", ("apache-arrow by value", "arrow"): "values"}


def round_trips(number, kind):
    name = f"{os.environ['EIDER_PREFIX']}_{number}"
    make(name, kind)
    outcomes = {key: sent_back(name, key[1], carry) for key, carry in CLIENTS.items()}
    outcomes |= {key: by_node(name, how) for key, how in NODE.items()}
    return kind, outcomes


def documented():
    """The table of docs/formats.md: (client, format, type) and what becomes of it."""
    page = Path(__file__).parents[2].joinpath("docs/formats.md").read_text()
    lines = page.partition("## What clients make of it")[2].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return {
        (client, form.lower(), kind): outcome
        for client, form, outcome, kinds, _ in cells[2:]
        for kind in re.findall("`([^`]+)`", kinds)
    }


with ThreadPoolExecutor(4) as pool:
    trips = pool.map(round_trips, range(len(TYPES)), TYPES)
    found = {(*key, kind): outcome for kind, outcomes in trips for key, outcome in outcomes.items()}
expected = documented()
surprises = [
    f"{' | '.join(key)} | {outcome[:400]}; docs/formats.md says: {expected.get(key, 'same')}"
    for key, outcome in found.items()
    if outcome.partition(":")[0] != expected.get(key, "same")
]
unknown = sorted(expected.keys() - found.keys())
assert not surprises and not unknown, "\n".join(["", *surprises, *map(str, unknown)])
same = sum(outcome == "same" for outcome in found.values())
print(f"round trips: {same} of {len(found)} come back as they went; the others are documented")

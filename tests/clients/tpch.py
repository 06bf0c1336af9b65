"""TPC-H's 22 queries at scale 0.01: each answers over HTTP what DuckDB answers in process, in JSON, CSV and Arrow.

EIDER_EXTENSION_DIR has the extension `tpch`; EIDER_SCHEMA is the schema that the tables are made in.
"""

import csv
import datetime
import decimal
import io
import json
import math
import os
import tempfile
from pathlib import Path

import duckdb
import pyarrow.ipc
from clients import ARROW, PARQUET, answer, check, http

schema = os.environ["EIDER_SCHEMA"]
duck = duckdb.connect()
duck.execute(f"LOAD '{os.environ['EIDER_EXTENSION_DIR']}/tpch.duckdb_extension'")
duck.execute("CALL dbgen(sf = 0.01)")


def make_tables():
    with tempfile.TemporaryDirectory() as folder:
        for (table,) in duck.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall():
            file = Path(folder, f"{table}.parquet")
            duck.execute(f"COPY {table} TO '{file}' (FORMAT parquet)")
            headers = {"Content-Type": PARQUET}
            name = {"name": f"{schema}.{table}"}
            made = answer(http.post("/tables", params=name, content=file.read_bytes(), headers=headers)).json()
            rows = duck.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            check(made["row_count"], rows, f"rows of {table}")


def ask(sql, accept):
    query = {"sql": sql, "default_schema": schema}
    return answer(http.post("/query", json=query, params={"rows": "array"}, headers={"Accept": accept})).content


def plain(value):
    """As JSON and CSV write it: numbers exact, the rest as text."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    return decimal.Decimal(value) if isinstance(value, int) else value


def of_text(cell, kind):
    """A cell of CSV, by the column's type in Python. No text of TPC-H is empty."""
    if cell == "":
        return None
    return kind(cell) if kind in (float, decimal.Decimal) else cell


def compare(found, expected, what):
    check(len(found), len(expected), f"rows of {what}")
    for number, (row, wanted) in enumerate(zip(found, expected)):
        for value, right in zip(row, wanted, strict=True):
            if isinstance(right, float):
                same = math.isclose(value, right, rel_tol=1e-9, abs_tol=1e-9)
            else:
                same = value == right and type(value) is type(right)
            assert same, f"{what}, row {number}: found {value!r}, expected {right!r}"


make_tables()
queries = duck.execute("SELECT query_nr, query FROM tpch_queries() ORDER BY 1").fetchall()
check(len(queries), 22, "queries")
answers = 0
for number, sql in queries:
    wanted = duck.execute(sql).fetchall()
    assert wanted, f"query {number} answers nothing, so it shows nothing"
    expected = [[plain(value) for value in row] for row in wanted]
    kinds = [type(value) for value in expected[0]] if expected else []

    # Numbers as they stand: a double is one where DuckDB has a double.
    text = json.loads(ask(sql, "application/json"), parse_int=decimal.Decimal, parse_float=decimal.Decimal)
    found = [[float(v) if kind is float else v for v, kind in zip(row, kinds, strict=True)] for row in text["rows"]]
    compare(found, expected, f"query {number} as JSON")

    lines = list(csv.reader(io.StringIO(ask(sql, "text/csv").decode(), newline="")))
    check(lines[0], [column["name"] for column in text["columns"]], f"header of query {number}")
    found = [[of_text(cell, kind) for cell, kind in zip(line or [""], kinds, strict=True)] for line in lines[1:]]
    compare(found, expected, f"query {number} as CSV")

    batches = pyarrow.ipc.open_stream(ask(sql, ARROW)).read_all()
    found = zip(*(column.to_pylist() for column in batches.columns))
    compare([[plain(value) for value in row] for row in found], expected, f"query {number} as Arrow")
    answers += len(expected)
print("TPC-H: 22 queries,", answers, "rows, thrice")

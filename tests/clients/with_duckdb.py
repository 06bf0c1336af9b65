"""DuckDB itself on the same lake: it sees our rows, and what it writes is seen over HTTP.

The table has ids 0 to 99 with names.
"""

import io

import duckdb
import pyarrow
import pyarrow.ipc
from clients import ARROW, append, check, rows, table
from lake import attached

connection = attached()


def here(sql):
    return connection.execute(sql).fetchall()


def there(sql):
    return [tuple(row.values()) for row in rows(sql)]


def both(sql, expected, what):
    check(here(sql.replace("{t}", f"lake.main.{table}")), expected, f"{what}, in DuckDB")
    check(there(sql.replace("{t}", table)), expected, f"{what}, over HTTP")


def append_over_http(first, count):
    ids = range(first, first + count)
    batch = pyarrow.record_batch({"id": list(ids), "name": [f"row {n}" for n in ids]})
    sink = io.BytesIO()
    with pyarrow.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    append(ARROW, sink.getvalue())


both("SELECT count(*), min(name) FROM {t}", [(100, "row 0")], "rows of Eider")

connection.execute(f"INSERT INTO lake.main.{table} VALUES (100, 'one row, kept in the catalog')")
both("SELECT count(*), max(id) FROM {t}", [(101, 100)], "a row of DuckDB")

connection.execute(f"INSERT INTO lake.main.{table} SELECT range, 'large' FROM range(1000, 6000)")
both("SELECT count(*), max(id) FROM {t}", [(5101, 5999)], "rows of DuckDB in a file")

connection.execute(f"DELETE FROM lake.main.{table} WHERE id >= 5000")
connection.execute(f"UPDATE lake.main.{table} SET name = 'changed' WHERE id < 10")
both("SELECT count(*), count(*) FILTER (name = 'changed') FROM {t}", [(4101, 10)], "changes of DuckDB")

append_over_http(10_000, 3)
append_over_http(20_000, 3_000)
both("SELECT count(*), max(id) FROM {t}", [(7104, 22_999)], "rows of Eider beside those of DuckDB")

connection.execute(f"ALTER TABLE lake.main.{table} ADD COLUMN more INTEGER DEFAULT 7")
both("SELECT sum(more) FROM {t}", [(7 * 7104,)], "a column that DuckDB added")

connection.execute("CALL ducklake_flush_inlined_data('lake')")
append_over_http(30_000, 1)
both("SELECT count(*), max(id) FROM {t}", [(7105, 30_000)], "rows after DuckDB flushed")

connection.execute(f"CREATE TABLE lake.main.{table}_made AS SELECT 42 AS answer")
check(there(f"SELECT answer FROM {table}_made"), [(42,)], "a table of DuckDB")
connection.execute(f"DROP TABLE lake.main.{table}_made")
print("duckdb", duckdb.__version__, "agrees")
